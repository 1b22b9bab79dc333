"""Merges of text that no diff algorithm could see in another way, line by line."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Hunk(NamedTuple):
    """The lines `start` to `end` (exclusive, of the base) became `lines`."""

    start: int
    end: int
    lines: tuple[bytes, ...]


def merge_plainly(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Both changes of a text together; None where that is a conflict or a matter of opinion.

    Which lines of two versions belong together is a matter of the diff algorithm: git's merge uses `histogram`, libgit2
    and `git merge-file` use `myers`, and their merges differ now and then. So only changes are merged here in which
    every algorithm has to find the same lines; whatever is left is git's own to judge.
    """
    before = split_lines(base)
    sides = [plain_hunks(before, split_lines(side)) for side in (ours, theirs)]
    if sides[0] is None or sides[1] is None:
        return None
    hunks = sorted({*sides[0], *sides[1]})
    if any(one.end >= other.start for one, other in pairwise(hunks)):
        return None
    merged: list[bytes] = []
    at = 0
    for hunk in hunks:
        merged += before[at : hunk.start]
        merged += hunk.lines
        at = hunk.end
    return b"".join([*merged, *before[at:]])


def split_lines(data: bytes) -> list[bytes]:
    """The lines with their ends; only a newline ends one, as in git."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def plain_hunks(before: Sequence[bytes], after: Sequence[bytes]) -> list[Hunk] | None:
    """How one text became the other, or None where that could be told in two ways.

    It cannot when no removed line occurs in the new text, no added one in the old text, what remains is the same in
    both, and each remaining block has a line that occurs once. Then `histogram` (git's xhistogram.c) splits the texts
    at such lines, since it takes the rarest match; and a hunk cannot slide, since its lines occur nowhere around it.
    """
    had, has = set(before), set(after)
    kept = [(i, line) for i, line in enumerate(before) if line in has]
    there = [(i, line) for i, line in enumerate(after) if line in had]
    if [line for _, line in kept] != [line for _, line in there]:
        return None
    hunks: list[Hunk] = []
    old = new = 0
    for (i, _), (j, _) in zip([*kept, (len(before), b"")], [*there, (len(after), b"")], strict=True):
        if i > old or j > new:
            hunks.append(Hunk(old, i, tuple(after[new:j])))
        old, new = i + 1, j + 1
    counts = Counter(line for _, line in kept)
    anchors = [i for i, line in kept if counts[line] == 1]
    blocks = zip([0, *(hunk.end for hunk in hunks)], [*(hunk.start for hunk in hunks), len(before)], strict=True)
    is_told = all(bisect_left(anchors, start) < bisect_left(anchors, end) for start, end in blocks if start < end)
    return hunks if is_told else None
