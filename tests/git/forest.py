"""Random trees and what two sides do to them: edits, moves, deletions, folders that travel, things that change type."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pygit2
from hypothesis import strategies as st
from pygit2.enums import ObjectType

from okstra_git.git.repo import Git

FILE, PROGRAM, LINK, MODULE = "100644", "100755", "120000", "160000"
NAMES = (b"a", b"b", b"c", b"a.b", b"\xff")
LINES = (b"\n", b"}\n", b"end\n")

Node = tuple[str, bytes]
"""Mode, and content; of a submodule a letter that stands for its commit."""
Files = dict[bytes, Node]


@dataclass(frozen=True)
class Three:
    """A base and what two sides made of it."""

    base: Files
    ours: Files
    theirs: Files


@st.composite
def paths(draw: st.DrawFn) -> bytes:
    return b"/".join(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)))


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """Lines that are mostly their own, some that every file has; close enough to each other for renames to be seen."""
    topic = draw(st.sampled_from(b"xyz"))
    return b"".join(
        b"%c%d\n" % (topic, number) if draw(st.integers(0, 3)) else draw(st.sampled_from(LINES))
        for number in range(draw(st.integers(5, 12)))
    )


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return LINK, draw(st.sampled_from((b"a", b"b/c")))
    if kind == 1:
        return MODULE, draw(st.sampled_from((b"1", b"2", b"3")))
    if kind == 2:
        return FILE, b"\0" + draw(texts())
    return draw(st.sampled_from((FILE, FILE, PROGRAM))), draw(texts())


def put(files: Files, path: bytes, node: Node) -> None:
    """Set a path; whatever stands in the way goes."""
    for other in list(files):
        if other.startswith(path + b"/") or path.startswith(other + b"/"):
            del files[other]
    files[path] = node


@st.composite
def forests(draw: st.DrawFn) -> Files:
    files: Files = {}
    for _ in range(draw(st.integers(0, 7))):
        put(files, draw(paths()), draw(nodes()))
    return files


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 2))):
        at, length = draw(st.integers(0, len(lines))), draw(st.integers(0, 2))
        fresh = draw(st.lists(st.sampled_from((b"new\n", b"other\n", b"x3\n", *LINES)), max_size=2))
        lines[at : at + length] = fresh
    return b"".join(lines)


@st.composite
def changed(draw: st.DrawFn, before: Files) -> Files:
    """A side: up to five things done to the base."""
    files = dict(before)
    for _ in range(draw(st.integers(0, 5))):
        deed = draw(st.integers(0, 9)) if files else 9
        path = draw(st.sampled_from(sorted(files))) if files else b""
        if deed <= 2 and files[path][0] in (FILE, PROGRAM):
            files[path] = files[path][0], draw(edited(files[path][1]))
        elif deed == 3:
            del files[path]
        elif deed == 4:
            put(files, draw(paths()), files.pop(path))
        elif deed <= 6 and b"/" in path:
            folder, fresh = path.rpartition(b"/")[0], draw(paths())
            moving = {each: files.pop(each) for each in list(files) if each.startswith(folder + b"/")}
            for each, node in moving.items():
                put(files, fresh + each[len(folder) :], node)
        elif deed == 7 and files[path][0] in (FILE, PROGRAM):
            files[path] = draw(st.sampled_from((FILE, PROGRAM, LINK))), files[path][1]
        else:
            put(files, draw(paths()), draw(nodes()))
    return files


@st.composite
def threes(draw: st.DrawFn) -> Three:
    base = draw(forests())
    return Three(base, draw(changed(base)), draw(changed(base)))


@st.composite
def texts_of_one_file(draw: st.DrawFn) -> Three:
    """One file of lines that often occur several times, edited on both sides."""
    lines = draw(st.lists(st.integers(-2, 14), min_size=6, max_size=14))
    base = b"".join(LINES[number] if number < 0 else b"%d\n" % number for number in lines)
    sides = [{b"f": (FILE, draw(edited(base)))} for _ in range(2)]
    return Three({b"f": (FILE, base)}, *sides)


def plant(git: Git, files: Files) -> str:
    """Write the tree; its id."""
    below: dict[bytes, Files] = {}
    entries: dict[bytes, tuple[bytes, bytes]] = {}
    for path, (mode, content) in files.items():
        first, slash, rest = path.partition(b"/")
        if slash:
            below.setdefault(first, {})[rest] = (mode, content)
        elif mode == MODULE:
            entries[first] = (MODULE.encode(), content * 20)
        else:
            entries[first] = (mode.encode(), git.handle.create_blob(content).raw)
    for name, inside in below.items():
        entries[name] = (b"40000", bytes.fromhex(plant(git, inside)))
    ordered = sorted(entries.items(), key=lambda entry: entry[0] + b"/" * (entry[1][0] == b"40000"))
    return str(git.handle.write(ObjectType.TREE, b"".join(b"%s %s\0%s" % (m, name, oid) for name, (m, oid) in ordered)))


class GitCrashed(Exception):
    """An assertion in git's own merge failed."""


def commit(git: Git, tree: str, *parents: str) -> str:
    who = pygit2.Signature("A", "a@example.org", 1_700_000_000, 0)
    return str(git.handle.create_commit(None, who, who, "side", pygit2.Oid(hex=tree), list(parents)))


@dataclass(frozen=True)
class GitsMerge:
    """The tree when git calls the merge clean, else None; paths left in conflict, and those that it complains about.

    What git moved aside for something else of the same name counts under its own name.
    """

    tree: str | None
    conflicted: frozenset[bytes] = frozenset()
    named: frozenset[bytes] = frozenset()


def merged_by_git(place: Path, git: Git, base: str, ours: str, theirs: str) -> GitsMerge:
    """The oracle, plain git in the repository itself."""
    root = commit(git, base)
    sides = [commit(git, tree, root) for tree in (ours, theirs)]
    line = ["git", "merge-tree", "--write-tree", "-z", "--name-only", *sides]
    done = subprocess.run(line, cwd=place, capture_output=True, check=False)
    if done.returncode < 0:
        raise GitCrashed(done.stderr)
    assert done.returncode in (0, 1), done.stderr
    files, _, messages = done.stdout.partition(b"\0\0")
    tree, *conflicted = files.split(b"\0")
    if done.returncode == 0:
        return GitsMerge(tree.strip().decode())
    named = messages.split(b"\0")
    return GitsMerge(None, frozenset(map(_own_name, conflicted)), frozenset(map(_own_name, named)))


def _own_name(path: bytes) -> bytes:
    return re.sub(rb"~[0-9a-f]{40}(_\d+)?$", b"", path)
