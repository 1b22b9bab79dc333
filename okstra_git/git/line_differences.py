"""Which lines a change adds and removes, counted without their positions, for fingerprints and proofs."""

from collections import Counter
from collections.abc import Iterable, Iterator

import pygit2

from okstra_git.git.diffs import NO_MODE, Change, Delta
from okstra_git.git.merge.files import BLOB_MODES, MAX_MERGED_BYTES, SNIFFED, merge_sides, merged_bytes
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


def _differing_parts(one: list[bytes], other: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Both lists without what they have in common at their beginnings and ends, which is nearly all of a file."""
    head = _common_length(one, other)
    one, other = one[head:], other[head:]
    tail = _common_length(one[::-1], other[::-1])
    return one[: len(one) - tail], other[: len(other) - tail]


def _common_length(one: list[bytes], other: list[bytes]) -> int:
    """How many lines are the same at the beginning; by halving, since slices are compared without an interpreter."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
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
