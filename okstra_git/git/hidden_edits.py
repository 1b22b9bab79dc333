"""Edits that git status does not see: under flags of the index, modes that git ignores, and clean filters."""

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from okstra_git.git.binary import GitFailed, exact_environment, run_git
from okstra_git.git.diffs import NO_MODE, SUBMODULE
from okstra_git.git.nodes import FILE, LINK, PROGRAM, identify_node, read_node
from okstra_git.names import is_commit_id

_SKIPPED = (b"S", b"s")


class IndexEntry(NamedTuple):
    """One line of `git ls-files -v --stage`: `tag` is lower case for assume-unchanged, `S` for skip-worktree."""

    tag: bytes
    mode: str
    oid: str
    path: bytes

    @property
    def is_flagged(self) -> bool:
        """Whether git status passes it over."""
        return self.tag in _SKIPPED or self.tag.islower()


class Hidden(NamedTuple):
    """A tracked path whose content or mode is not as staged, and of which git status says nothing.

    `found` is its mode in the worktree, zeros where nothing is there; `is_mode_alone`: its content is as staged.
    """

    path: bytes
    mode: str
    oid: str
    found: str
    is_mode_alone: bool = False


def list_index(top: Path) -> list[IndexEntry]:
    """Every entry of the index of the worktree at `top`, conflict stages included; refuses a damaged index."""
    said = run_git(["ls-files", "-v", "--stage", "-z"], cwd=top, environment=exact_environment(top)).stdout
    return [_parse(line) for line in said.split(b"\0") if line]


def _parse(line: bytes) -> IndexEntry:
    facts, _, path = line.partition(b"\t")
    tag, mode, oid, _ = facts.split(b" ")
    return IndexEntry(tag, mode.decode(), oid.decode(), path)


def list_hidden(top: Path, entries: Sequence[IndexEntry] | None = None) -> list[Hidden]:
    """Edits and deletions of tracked files that git status is kept from seeing.

    Only flagged files are read. A file that a sparse checkout leaves out is not a deletion. Where `core.fileMode` is
    off, a changed right to execute counts if the file system keeps such rights at all.
    """
    known = list_index(top) if entries is None else entries
    flagged = [each for each in known if each.is_flagged]
    answers = _settings(top)
    found = list(_edited(top, flagged, is_sparse=answers["core.sparsecheckout"])) if flagged else []
    if not answers["core.filemode"]:
        seen = {each.path for each in flagged}
        found += _modes(top, [each for each in known if each.path not in seen])
    return found


def _settings(top: Path) -> dict[str, bool]:
    """The two switches that matter here, as git reads them."""
    asked = ["config", "--type=bool", "--get-regexp", r"^core\.(filemode|sparsecheckout)$"]
    said = run_git(asked, cwd=top, environment=exact_environment(top), accept=(0, 1)).stdout.decode(errors="replace")
    told = dict(line.split(" ", 1) for line in said.splitlines() if " " in line)
    return {name: told.get(name, usual) == "true" for name, usual in _USUAL.items()}


_USUAL = {"core.filemode": "true", "core.sparsecheckout": "false"}


def _edited(top: Path, flagged: Sequence[IndexEntry], *, is_sparse: bool) -> Iterator[Hidden]:
    for each in flagged:
        place = os.path.join(os.fsencode(top), each.path)
        if not os.path.lexists(place):
            if not (each.tag in _SKIPPED and is_sparse):
                yield Hidden(each.path, each.mode, each.oid, NO_MODE)
            continue
        if each.mode == SUBMODULE and os.path.isdir(place):
            if os.path.lexists(os.path.join(place, b".git")) and module_commit(place) != each.oid:
                yield Hidden(each.path, each.mode, each.oid, SUBMODULE)
            continue
        node = identify_node(place)
        if node is None:
            yield Hidden(each.path, each.mode, each.oid, each.mode)
        elif node != (each.mode, each.oid) and not is_checked_out(top, each, node[0]):
            yield Hidden(each.path, each.mode, each.oid, node[0], is_mode_alone=node[1] == each.oid)


def is_checked_out(top: Path, each: IndexEntry, mode: str) -> bool:
    """Whether it has the bytes that a checkout would write here, line ends and filters applied."""
    if mode == FILE and each.mode == LINK:
        mode = LINK  # a file system without links (core.symlinks)
    node = read_node(os.path.join(os.fsencode(top), each.path), limit=1 << 40)
    if mode != each.mode or isinstance(node, str):
        return False
    asked = ["cat-file", "--filters", f"--path={os.fsdecode(each.path)}"]
    said = run_git(asked, revisions=[each.oid], cwd=top, environment=exact_environment(top), accept=(0, 128))
    return said.returncode == 0 and said.stdout == node[1]


def _modes(top: Path, entries: Sequence[IndexEntry]) -> list[Hidden]:
    """Files whose right to execute is not as staged, unless the file system gives all files the same right."""
    found: list[Hidden] = []
    rights: set[bool] = set()
    for each in entries:
        if each.mode not in (FILE, PROGRAM):
            continue
        try:
            facts = os.lstat(os.path.join(os.fsencode(top), each.path))
        except OSError:
            continue
        is_program = bool(facts.st_mode & 0o100) and facts.st_mode & 0o170000 == 0o100000
        rights.add(is_program)
        if is_program != (each.mode == PROGRAM):
            found.append(Hidden(each.path, each.mode, each.oid, PROGRAM if is_program else FILE, is_mode_alone=True))
    return found if len(rights) == 2 or _has_plain_pointer(top) else []


def _has_plain_pointer(top: Path) -> bool:
    """Whether git's own pointer file is not executable, while some file here is: then rights mean something."""
    return (top / ".git").is_file() and not os.access(top / ".git", os.X_OK)


def module_commit(path: bytes) -> str | None:
    """The commit checked out in a submodule, or None."""
    try:
        said = run_git(["rev-parse", "--verify", "-q", "HEAD"], cwd=Path(os.fsdecode(path)), accept=(0, 1))
    except (GitFailed, OSError):
        return None
    found = said.stdout.decode().strip()
    return found if is_commit_id(found) else None


FAITHFUL = frozenset({"lfs"})
"""Filters whose stored form names the exact bytes, which they keep in the common git directory."""

_DRIVER = re.compile(rb"filter\.(.+)\.(?:clean|process)\Z", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+\Z")


def list_filtered(top: Path, entries: Sequence[IndexEntry], *, besides: Collection[bytes]) -> list[Hidden]:
    """Files that git status calls unchanged and that a checkout would write otherwise.

    Only files with a configured filter are read, and not those of `besides`. Line ends alone do not count.
    """
    drivers = _drivers(top)
    if not drivers:
        return []
    patterns = [f":(attr:filter={name})" for name in drivers]
    said = run_git(["ls-files", "-z"], values=patterns, cwd=top, environment=exact_environment(top)).stdout
    meant = set(said.split(b"\0")) - {b"", *besides}
    return list(_differing(top, [each for each in entries if each.path in meant and each.mode in (FILE, PROGRAM)]))


def _drivers(top: Path) -> list[str]:
    asked = ["config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$"]
    said = run_git(asked, cwd=top, environment=exact_environment(top), accept=(0, 1)).stdout
    names = {os.fsdecode(found[1]) for line in said.split(b"\0") if (found := _DRIVER.match(line))}
    return sorted(name for name in names - FAITHFUL if _PLAIN.match(name))


def _differing(top: Path, entries: Sequence[IndexEntry]) -> Iterator[Hidden]:
    for each in entries:
        node = identify_node(os.path.join(os.fsencode(top), each.path))
        if node is None or node[1] == each.oid or is_checked_out(top, each, each.mode):
            continue
        yield Hidden(each.path, each.mode, each.oid, node[0])
