"""Says where the range of a branch or a commit begins: what it has that the branch it is measured against had not.

A range that is written out (`A..B`) begins where `B` parted from `A`. A branch or commit alone is measured against a
target. While the target does not have it, the range begins at the merge base. Once the target has it, the range begins
where it parted from what the target was before it came there: so a merged branch is all of its commits, and a squash
commit on the target is itself against its parent.

Example: `main` is M1-M2-S, and S squashes the branch F1-F2, which was made on M1. Measured against `main`, the branch
is M1..F2, and S is M2..S. Had `main` merged the branch instead, by M3, the branch would still be M1..F2.
"""

from typing import NamedTuple

from okstra_git.git.history import contains, find_commit, first_parents, is_whole_above, merge_base, merge_bases
from okstra_git.git.objects import MissingObject
from okstra_git.git.repo import Git

MAX_LINE = 100_000
"""First parents of a target among which the commit is looked for that brought a range."""


class RangeEnds(NamedTuple):
    """A range: the commits that `head` has and `base` has not; base None: from the first commit on."""

    base: str | None
    head: str


class Unmeasurable(NamedTuple):
    """Where a range begins cannot be said: why not."""

    reason: str


def range_since(git: Git, start: str, head: str) -> RangeEnds | Unmeasurable:
    """The range `start..head`, from where the head parted from the start; all of its history where they are unrelated.

    It is a change as it is reviewed: what the start has got meanwhile is not part of it.
    """
    return _parted(git, start, head)


def range_alone(git: Git, head: str) -> RangeEnds | Unmeasurable:
    """One commit against its first parent."""
    facts = find_commit(git, head)
    if facts is None:
        return Unmeasurable(f"the commit {head[:10]} cannot be read")
    if not facts.parents:
        return RangeEnds(None, head)
    if find_commit(git, facts.parents[0]) is None:
        return Unmeasurable(f"the parent of {head[:10]} is not in this clone")
    return RangeEnds(facts.parents[0], head)


def range_against(
    git: Git, target: str, head: str, *, is_other_branch: bool = False
) -> RangeEnds | Unmeasurable | None:
    """What the head has of its own, measured against a target; None where the two share no history.

    On the target's own line it is one commit. Where it was named as another branch (`is_other_branch`), that would be a
    guess: the target was moved forward to it, and nothing tells how many of its commits were the branch.
    """
    if not contains(git, target, head):
        ends = _parted(git, target, head)
        return None if isinstance(ends, RangeEnds) and ends.base is None else ends
    before = _before(git, target, head)
    if isinstance(before, Unmeasurable):
        return before
    if before != head:
        return _parted(git, before, head)
    if is_other_branch:
        return Unmeasurable(f"where a branch at {head[:10]} began is not to be seen once its target was moved to it")
    return range_alone(git, head)


def _before(git: Git, target: str, head: str) -> str | Unmeasurable:
    """What the target was before the head came there; the head itself where it is on the target's own line."""
    line = first_parents(git, target, [], limit=MAX_LINE) if target != head else []
    above, below = 0, len(line)
    while above + 1 < below:  # the newest commits of the line have the head, the oldest have not
        middle = (above + below) // 2
        above, below = (middle, below) if contains(git, line[middle], head) else (above, middle)
    if not line or line[above] == head:
        return head
    facts = find_commit(git, line[above])
    if facts is None or not facts.parents or find_commit(git, facts.parents[0]) is None:
        return Unmeasurable(f"the history of {target[:10]} does not reach back to where {head[:10]} came from")
    return facts.parents[0]


def _parted(git: Git, start: str, head: str) -> RangeEnds | Unmeasurable:
    """The range from where the two histories part, unless something that is not here may hide that place."""
    base = merge_base(git, start, head)
    try:
        if base is None and (bases := merge_bases(git, start, head)):
            base = bases[0]
    except MissingObject as missing:
        return Unmeasurable(missing.message)
    if base == head or is_whole_above(git, [start, head], base, limit=MAX_LINE):
        return RangeEnds(base, head)
    return Unmeasurable(f"the clone is shallow, and what {head[:10]} is based on may be beyond its end")
