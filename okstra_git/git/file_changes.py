"""Changes of single files for proofs: the lines they add and remove, and what they would give on another base."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pygit2
from pygit2.enums import FileMode
from pygit2.ffi import C, ffi

from okstra_git.git.diffs import ABSENT, NO_MODE, Change, Delta
from okstra_git.git.repo import Git

LeftFiles = dict[bytes, tuple[str, str, list[bytes]]]
"""Mode, blob and lines of files by path."""


def merged_difference(git: Git, recorded: Change, ours_mode: str, ours: str) -> dict[bytes, int] | None:
    """What applying `recorded` to a file that is now `ours` would still change, as `line_difference` counts.

    None on conflict; empty where the file has all of it already.
    """
    merged = merge_sides(git, recorded, ours_mode, ours)
    if merged is None:
        return None
    mode, blob = merged
    known = blob in (ours, recorded.old, recorded.new)
    content = None if known else merged_bytes(git, recorded.old, ours, recorded.new)
    after = _lines(git, mode, blob) if content is None else _split(content, blob)
    before = _lines(git, ours_mode, ours)
    return None if before is None or after is None else _net(before, after, ours_mode, mode)


def line_difference(git: Git, delta: Delta) -> dict[bytes, int] | None:
    """How many times more (or, negative, fewer) each line occurs after the delta; None for a huge or missing file.

    Positions and paths are left out on purpose: a clean merge elsewhere has the same difference. Binary files, links
    and submodules count as one line each.
    """
    return next(iter(line_differences(git, [delta])))


def line_differences(git: Git, deltas: Iterable[Delta]) -> Iterator[dict[bytes, int] | None]:
    """`line_difference` of each delta; in the order of history every version of a file is read once only."""
    left: LeftFiles = {}
    for delta in deltas:
        yield _joint_difference(git, delta, left)


def lines_by_path(
    git: Git, deltas: Iterable[Delta], left: LeftFiles | None = None
) -> Iterator[dict[bytes, int] | None]:
    """`line_differences`, each line together with its path (path, NUL, line): what moves between files stays seen.

    `left` keeps each file as it was read last, for calls that go on where this one ended.
    """
    known = {} if left is None else left
    for delta in deltas:
        yield _joint_difference(git, delta, known, by_path=True)


BLOB_MODES = ("100644", "100755")
MAX_MERGED_BYTES = 32 << 20
SNIFFED = 8000
_MERGED_NAME = ffi.new("char[]", b"merged")
Side = TypeVar("Side", str, tuple[str, str])


def merge_sides(git: Git, recorded: Change, ours_mode: str, ours: str) -> tuple[str, str] | None:
    """(mode, blob) of applying `recorded` to a file that is now `ours`; None on conflict or where merging is undefined.

    The same three-way rules as git: a side that did not move gives way; text is merged line by line, binary never.
    Mode and content are merged apart only between regular files: anything else is one thing that moved or did not.
    """
    whole = _pick((recorded.old_mode, recorded.old), (ours_mode, ours), (recorded.new_mode, recorded.new))
    if whole is not None:
        return whole
    if any(mode not in BLOB_MODES for mode in (recorded.old_mode, ours_mode, recorded.new_mode)):
        return None
    mode = _pick(recorded.old_mode, ours_mode, recorded.new_mode)
    blob = _pick(recorded.old, ours, recorded.new) or merge_text(git, recorded.old, ours, recorded.new)
    return (mode, blob) if mode and blob else None


def merge_text(git: Git, base: str, ours: str, theirs: str) -> str | None:
    """The blob id of a clean line merge of three blobs, or None when they conflict, are binary, huge or missing."""
    merged = merged_bytes(git, base, ours, theirs)
    return None if merged is None else str(pygit2.hash(merged))


def merged_bytes(git: Git, base: str, ours: str, theirs: str) -> bytes | None:
    """What `merge_text` names.

    Calls libgit2 through pygit2's own binding, because its Python wrapper decodes the result as UTF-8.
    """
    if any(not _is_mergeable(git, oid) for oid in (base, ours, theirs)):
        return None
    sides = [_side_of_merge(oid) for oid in (base, ours, theirs)]
    result = ffi.new("git_merge_file_result *")
    if C.git_merge_file_from_index(result, git.handle._repo, *sides, ffi.NULL) != 0:
        return None
    try:
        return bytes(ffi.buffer(result.ptr, result.len)) if result.automergeable else None
    finally:
        C.git_merge_file_result_free(result)


def _joint_difference(git: Git, delta: Delta, left: LeftFiles, *, by_path: bool = False) -> dict[bytes, int] | None:
    """The difference of one delta; `left` holds each file as the last delta that touched it left it."""
    net: dict[bytes, int] = {}
    for change in delta:
        difference = _file_difference(git, change, left)
        if difference is None:
            return None
        prefix = change.path + b"\0" if by_path else b""
        for line, count in difference.items():
            net[prefix + line] = net.get(prefix + line, 0) + count
    return {line: count for line, count in net.items() if count}


def _file_difference(git: Git, change: Change, left: LeftFiles) -> dict[bytes, int] | None:
    *known, lines = left.get(change.path, ("", "", []))
    before = lines if known == [change.old_mode, change.old] else _lines(git, change.old_mode, change.old)
    after = _lines(git, change.new_mode, change.new)
    if after is None or before is None:
        return None
    left[change.path] = (change.new_mode, change.new, after)
    return _net(before, after, change.old_mode, change.new_mode)


def _net(before: list[bytes], after: list[bytes], old_mode: str, new_mode: str) -> dict[bytes, int]:
    before, after = _differing_parts(before, after)
    had, has = Counter(before), Counter(after)
    net = {line: has[line] - had[line] for line in {line for line, _ in has.items() ^ had.items()}}
    if old_mode != new_mode:
        for mode, step in ((new_mode, 1), (old_mode, -1)):
            line = b"mode " + mode.encode()
            net[line] = net.get(line, 0) + step
    return net


def _differing_parts(first: list[bytes], second: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Both lists without what they have in common at their beginnings and ends, which is nearly all of a file."""
    head = _common_length(first, second)
    first, second = first[head:], second[head:]
    tail = _common_length(first[::-1], second[::-1])
    return first[: len(first) - tail], second[: len(second) - tail]


def _common_length(first: list[bytes], second: list[bytes]) -> int:
    """How many lines are the same at the beginning; by halving, since slices are compared without an interpreter."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _lines(git: Git, mode: str, oid: str) -> list[bytes] | None:
    if mode == NO_MODE:
        return []
    if mode not in BLOB_MODES:
        return [f"{mode} {oid}".encode()]
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return None
    if not isinstance(blob, pygit2.Blob) or blob.size > MAX_MERGED_BYTES:
        return None
    lines = _split(blob.data, oid)
    if len(lines) != 1:
        git.known_texts.add(oid)
    return lines


def _split(data: bytes, oid: str) -> list[bytes]:
    return [f"binary {oid}".encode()] if b"\0" in data[:SNIFFED] else data.splitlines(keepends=True)


def _pick(old: Side, ours: Side, new: Side) -> Side | None:
    if ours in (old, new):
        return new
    return ours if new == old else None


def _side_of_merge(oid: str) -> Any:
    side = ffi.new("git_index_entry *")
    ffi.buffer(ffi.addressof(side, "id"))[:] = bytes.fromhex(oid)
    side.mode, side.path = FileMode.BLOB.value, _MERGED_NAME
    return side


def _is_mergeable(git: Git, oid: str) -> bool:
    if oid == ABSENT:
        return False
    if oid not in git.known_texts and _is_text(git, oid):
        git.known_texts.add(oid)
    return oid in git.known_texts


def _is_text(git: Git, oid: str) -> bool:
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return False
    return isinstance(blob, pygit2.Blob) and blob.size <= MAX_MERGED_BYTES and b"\0" not in blob.data[:SNIFFED]


def is_text_too_large(git: Git, oid: str) -> bool:
    """Whether the file is a text that is not merged because of its size alone; not one that is missing."""
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return False
    return isinstance(blob, pygit2.Blob) and blob.size > MAX_MERGED_BYTES and b"\0" not in blob.data[:SNIFFED]
