"""What `prove` does: takes two sides as a person named them for ranges, and asks whether they are the same change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.git.binary import GitFailed
from okstra_git.git.history import find_commit, merge_base
from okstra_git.git.objects import MissingObject
from okstra_git.git.remotes import USUAL_NAMES, branch_tips, default_branches, tracked_branch, tracking_names
from okstra_git.git.revisions import BRANCH, FETCHED, require_named
from okstra_git.git.worktrees import current_branch
from okstra_git.names import quote
from okstra_git.reconcile.compare_ranges import Comparison, compare_ranges
from okstra_git.reconcile.range_ends import RangeEnds, Unmeasurable, range_against, range_alone, range_since
from okstra_git.store.stage_ranges import fingerprint_ranges

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.git.revisions import Named
    from okstra_git.names import CommitId
    from okstra_git.porcelain.workspace import Workspace

SINGLE = "^!"
"""What git writes behind a commit that is meant without its history."""


class NamedChange(NamedTuple):
    """One of the two changes as it was named: its last commit, and where it begins as far as that was said.

    `branch` is the short name of the branch that was named, whoever has it; empty for anything else.
    """

    text: str
    head: CommitId
    start: CommitId | None = None
    is_single: bool = False
    branch: str = ""


class BaseBranch(NamedTuple):
    """A branch that changes are measured against: its short name, whoever has it, and its tip."""

    branch: str
    tip: CommitId


class Measured(NamedTuple):
    """What a side was taken for: the range `base`..`head` (base None: from the first commit on, or not known).

    `tree` is what it ends with, `commits` how many it has; both None where they cannot be read.
    """

    text: str
    base: str | None
    head: str
    tree: str | None = None
    commits: int | None = None


class Compared(NamedTuple):
    """What two sides were taken for, and the verdict on these ranges."""

    old: Measured
    new: Measured
    comparison: Comparison

    @property
    def are_alone(self) -> bool:
        """Whether both were named as a branch or commit, and not as a range or a single commit."""
        return not any(".." in side.text or side.text.endswith(SINGLE) for side in (self.old, self.new))


def prove(workspace: Workspace, old: str, new: str, *, base: str | None = None) -> Compared:
    """Whether two commits, ranges or branches are the same change; reads only, in any repository.

    `base` is the branch that both are measured against. Without it that is what `okstra.target` lists, else the
    default branch, here and as fetched, whichever proves it; else each other. Refuses what names no commit.
    """
    git = workspace.git
    sides = parse_change(git, old, what="the old side"), parse_change(git, new, what="the new side")
    compared: Compared | None = None
    for attempt in _attempts(workspace, *sides, base):
        if attempt.comparison.same:
            return attempt
        compared = compared or attempt
    assert compared is not None
    return compared


def measure_alone(
    workspace: Workspace, head: CommitId, branch: str, base: BaseBranch | None = None
) -> Iterator[RangeEnds | Unmeasurable]:
    """What a commit has of its own, by each branch that it may be measured against, `base` first; else it alone.

    `branch` is the short name by which it was named, if it was named by one.
    """
    change = NamedChange(branch, head, branch=branch)
    targets = [*([base] if base is not None else []), *_targets(workspace)]
    measured = [_measure(workspace.git, change, target) for target in targets]
    known = [ends for ends in measured if ends is not None]
    yield from known or [range_alone(workspace.git, head)]


def branch_named(git: Git, named: Named, text: str | None = None) -> str:
    """The short name of the branch that was named, whoever has it: `feature` for `origin/feature`; empty for others."""
    current = current_branch(git) if text in ("HEAD", "@") else None
    if current is not None:
        return current
    if named.ref.startswith(FETCHED):
        short = named.ref.removeprefix(FETCHED)
        return tracked_branch(git, short) or short
    return named.ref.removeprefix(BRANCH) if named.ref.startswith(BRANCH) else ""


def parse_change(git: Git, text: str, *, what: str) -> NamedChange:
    """A commit or branch, a range `A..B` (`A...B` means the same here), or a single commit `A^!`.

    Of a range an end that is left out is HEAD, as in git. Refuses (`ref.unresolvable`) what names no commit.
    """
    start, dots, end = text.partition("...") if "..." in text else text.partition("..")
    if dots:
        head = require_named(git, end or "HEAD", what=what)
        return NamedChange(text, head.commit, require_named(git, start or "HEAD", what=what).commit)
    is_single = text.endswith(SINGLE)
    named = require_named(git, text.removesuffix(SINGLE), what=what)
    return NamedChange(text, named.commit, is_single=is_single, branch=branch_named(git, named, text))


def _attempts(workspace: Workspace, old: NamedChange, new: NamedChange, base: str | None) -> Iterator[Compared]:
    """The verdict by each way to measure the two sides, most likely first."""
    git = workspace.git
    targets = [require_target(git, base)] if base is not None else _targets(workspace)
    if all(side.start or side.is_single for side in (old, new)):
        targets = targets[:1] or [BaseBranch("", old.head)]
    is_measured = False
    for target in targets:
        ends = [_measure(git, side, target) for side in (old, new)]
        if None not in ends or base is not None:
            is_measured = True
            yield _compared(git, old, new, ends)
    if not is_measured:
        yield _compared(git, old, new, [_measure_beside(git, old, new), _measure_beside(git, new, old)])


def require_target(git: Git, base: str) -> BaseBranch:
    """The branch that somebody named to measure against; refuses (`ref.unresolvable`) what names no commit."""
    named = require_named(git, base, what="the base")
    return BaseBranch(branch_named(git, named, base), named.commit)


def _targets(workspace: Workspace) -> list[BaseBranch]:
    """The branches that work is merged into, as fetched and here."""
    git = workspace.git
    usual = [name for each in USUAL_NAMES for name in tracking_names(git, each)]
    names = workspace.settings.target or default_branches(git)[:1] or usual
    known = ((tracked_branch(git, name) or name, tip) for name in names for tip in branch_tips(git, name))
    return [BaseBranch(branch, tip) for tip, branch in {tip: branch for branch, tip in known}.items()]


def _measure(git: Git, side: NamedChange, target: BaseBranch) -> RangeEnds | Unmeasurable | None:
    if side.start is not None:
        return range_since(git, side.start, side.head)
    if side.is_single:
        return range_alone(git, side.head)
    return range_against(git, target.tip, side.head, is_other_branch=side.branch not in ("", target.branch))


def _measure_beside(git: Git, side: NamedChange, other: NamedChange) -> RangeEnds | Unmeasurable | None:
    """The side measured against the other one, where there is nothing else to measure it against."""
    if (
        side.start is not None
        or side.is_single
        or merge_base(git, side.head, other.head) in (None, side.head, other.head)
    ):
        return _measure(git, side, BaseBranch(side.branch, side.head))
    return range_since(git, other.head, side.head)


def _compared(
    git: Git, old: NamedChange, new: NamedChange, ends: Sequence[RangeEnds | Unmeasurable | None]
) -> Compared:
    sides = (old, new)
    for side, each in zip(sides, ends, strict=True):
        if not isinstance(each, RangeEnds):
            reason = each.reason if each is not None else f"{quote(side.text)} shares no history with the base"
            return _unknown(git, sides, ends, reason)
    try:
        prints = fingerprint_ranges(git, [(each.base, each.head) for each in ends if isinstance(each, RangeEnds)])
    except (MissingObject, GitFailed) as missing:
        return _unknown(git, sides, ends, missing.message)
    measured = [
        Measured(side.text, each.base, each.head, each.head_tree, each.commits)
        for side, each in zip(sides, prints, strict=True)
    ]
    return Compared(measured[0], measured[1], compare_ranges(git, *prints))


def _unknown(
    git: Git, sides: Sequence[NamedChange], ends: Sequence[RangeEnds | Unmeasurable | None], reason: str
) -> Compared:
    """The answer where no range could be read: it cannot be said, and why."""
    measured = [
        Measured(side.text, each.base if isinstance(each, RangeEnds) else None, side.head, _tree_of(git, side.head))
        for side, each in zip(sides, ends, strict=True)
    ]
    return Compared(measured[0], measured[1], Comparison(None, reason))


def _tree_of(git: Git, commit: str) -> str | None:
    facts = find_commit(git, commit)
    return facts.tree if facts is not None else None
