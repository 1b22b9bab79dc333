"""Three-way merges as pure questions: what a change would give on another base, with nothing written."""

import os
import tempfile
from collections import Counter
from pathlib import Path

import pygit2
from pygit2.enums import FileMode
from pygit2.ffi import C, ffi

from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.changes import ABSENT, NO_MODE, Change, Delta
from okstra_git.git.repo import Git

BLOB_MODES = ("100644", "100755")
MAX_MERGED_BYTES = 32 << 20
_SNIFFED = 8000


def merge_sides(git: Git, recorded: Change, ours_mode: str, ours: str) -> tuple[str, str] | None:
    """(mode, blob) of applying `recorded` to a file that is now `ours`; None on conflict or where merging is undefined.

    The same three-way rules as git: a side that did not move gives way; text is merged line by line, binary never.
    """
    mode = _pick(recorded.old_mode, ours_mode, recorded.new_mode)
    blob = _pick(recorded.old, ours, recorded.new)
    if mode is not None and blob is not None:
        return mode, blob
    modes = (recorded.old_mode, ours_mode, recorded.new_mode)
    if mode is None or blob is not None or any(m not in BLOB_MODES for m in modes):
        return None
    merged = merge_text(git, recorded.old, ours, recorded.new)
    return (mode, merged) if merged else None


def _pick(old: str, ours: str, new: str) -> str | None:
    if ours in (old, new):
        return new
    return ours if new == old else None


def merge_text(git: Git, base: str, ours: str, theirs: str) -> str | None:
    """The blob id of a clean line merge of three blobs, or None when they conflict, are binary, huge or missing.

    Calls libgit2 through pygit2's own binding, because its Python wrapper decodes the result as UTF-8.
    """
    if any(not _is_mergeable(git, oid) for oid in (base, ours, theirs)):
        return None
    sides = (pygit2.Oid(hex=oid) for oid in (base, ours, theirs))
    raw = [pygit2.IndexEntry("merged", side, FileMode.BLOB)._to_c() for side in sides]
    result = ffi.new("git_merge_file_result *")
    status = C.git_merge_file_from_index(result, git.handle._repo, raw[0][0], raw[1][0], raw[2][0], ffi.NULL)
    if status != 0:
        return None
    try:
        return str(pygit2.hash(bytes(ffi.buffer(result.ptr, result.len)))) if result.automergeable else None
    finally:
        C.git_merge_file_result_free(result)


def _is_mergeable(git: Git, oid: str) -> bool:
    if oid == ABSENT:
        return False
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return False
    return isinstance(blob, pygit2.Blob) and blob.size <= MAX_MERGED_BYTES and b"\0" not in blob.data[:_SNIFFED]


def merge_trees_with_git(git: Git, *, base: str, ours: str, theirs: str) -> str | None:
    """The tree git's own merge (renames, directory renames) makes of three trees, or None on conflict.

    Objects go to a throw-away directory, so that asking changes nothing, and works in a read-only repository.
    """
    with tempfile.TemporaryDirectory(prefix="okstra-merge-") as scratch:
        objects = git.common_dir / "objects"
        inherited = os.pathsep.join([str(objects), *_alternates(objects)])
        environment = {
            "GIT_OBJECT_DIRECTORY": scratch,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": inherited,
            **{f"GIT_{who}_{what}": "okstra" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            **{f"GIT_{who}_DATE": "1000000000 +0000" for who in ("AUTHOR", "COMMITTER")},
        }
        try:
            root = _commit(git, base, None, environment)
            sides = [_commit(git, tree, root, environment) for tree in (ours, theirs)]
            arguments = ["merge-tree", "--write-tree", "--no-messages", *sides]
            done = run_git(arguments, cwd=git.top, environment=environment, accept=(0, 1))
        except GitFailed:
            return None
        return done.stdout.decode().strip() if done.returncode == 0 else None


def _commit(git: Git, tree: str, parent: str | None, environment: dict[str, str]) -> str:
    parents = ["-p", parent] if parent else []
    arguments = ["commit-tree", tree, *parents, "-m", "side"]
    return run_git(arguments, cwd=git.top, environment=environment).stdout.decode().strip()


def _alternates(objects: Path) -> list[str]:
    try:
        lines = (objects / "info" / "alternates").read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [str((objects / line).resolve()) for line in lines if line and not line.startswith("#")]


def line_difference(git: Git, delta: Delta) -> dict[bytes, int] | None:
    """How many times more (or, negative, fewer) each line occurs after the delta; None for a huge or missing file.

    Positions and paths are left out on purpose: a clean merge elsewhere has the same difference. Binary files, links
    and submodules count as one line each.
    """
    net: Counter[bytes] = Counter()
    for change in delta:
        new, old = _content(git, change.new_mode, change.new), _content(git, change.old_mode, change.old)
        if new is None or old is None:
            return None
        if isinstance(new, bytes) and isinstance(old, bytes):
            new, old = _differing_parts(new, old)
        net.update(_as_lines(new))
        net.subtract(_as_lines(old))
        if change.old_mode != change.new_mode:
            net[b"mode " + change.new_mode.encode()] += 1
            net[b"mode " + change.old_mode.encode()] -= 1
    return {line: count for line, count in net.items() if count}


def _as_lines(content: bytes | str) -> list[bytes]:
    return content.splitlines(keepends=True) if isinstance(content, bytes) else [content.encode()]


def _differing_parts(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """Both texts without the whole lines that they have in common at the beginning and at the end."""
    head = one.rfind(b"\n", 0, _common_length(one, other)) + 1
    one, other = one[head:], other[head:]
    tail = _common_tail(one, other)
    first = one.find(b"\n", len(one) - tail) + 1 if tail else 0
    cut = len(one) - first if first else 0
    return one[: len(one) - cut], other[: len(other) - cut]


def _common_length(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at the beginning; halving, since comparing is C and a loop is not."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at the end."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _content(git: Git, mode: str, oid: str) -> bytes | str | None:
    """The text of a file; one word for what is not text (a link, a submodule, binary); None for huge or missing."""
    if mode == NO_MODE:
        return b""
    if mode not in BLOB_MODES:
        return f"{mode} {oid}"
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return None
    if not isinstance(blob, pygit2.Blob) or blob.size > MAX_MERGED_BYTES:
        return None
    data = blob.data
    return f"binary {oid}" if b"\0" in data[:_SNIFFED] else data
