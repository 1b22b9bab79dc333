"""What `review` does: records that somebody approved a change as it was, and says whether it still is that change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from okstra_git.errors import refuse
from okstra_git.git.binary import GitFailed
from okstra_git.git.config import NOBODY
from okstra_git.git.objects import MissingObject
from okstra_git.git.refs import RefUpdate, find_quietly
from okstra_git.git.remotes import branch_tips
from okstra_git.git.revisions import find_recorded, require_named
from okstra_git.names import LONGEST_LABEL, is_label, quote
from okstra_git.porcelain.prove import BaseBranch, Measured, branch_named, measure_alone, require_target
from okstra_git.reconcile.compare_ranges import Comparison, compare_ranges
from okstra_git.reconcile.range_ends import RangeEnds
from okstra_git.records.repository_events import ChangeApproved
from okstra_git.store import layout
from okstra_git.store.repository_events import read_repository_events, standing_approvals
from okstra_git.store.stage_ranges import fingerprint_ranges
from okstra_git.store.store import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okstra_git.git.repo import Git
    from okstra_git.git.revisions import Named
    from okstra_git.names import CommitId
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.repository_events import RepositoryEvent
    from okstra_git.records.stage import RangeFingerprint
    from okstra_git.store.snapshot import Snapshot

ReviewState = Literal["holds", "void", "unsure", "none"]
"""Of a change: some approval holds; all are void; none holds and of one it cannot be said; there is none."""


class Approved(NamedTuple):
    """An approval that was recorded just now; `former` is the same reviewer's earlier one, whose place it took."""

    event: RepositoryEvent
    former: RepositoryEvent | None


class JudgedApproval(NamedTuple):
    """One approval, and whether the change is still the approved one."""

    event: RepositoryEvent
    comparison: Comparison

    @property
    def state(self) -> ReviewState:
        """Whether it holds."""
        same = self.comparison.same
        return "unsure" if same is None else "holds" if same else "void"


class ReviewStatus(NamedTuple):
    """What is on record of a change as it is now; `by_content`: found by its content, under another name."""

    name: str
    change: Measured
    approvals: list[JudgedApproval]
    by_content: bool = False
    unread: tuple[str, ...] = ()

    @property
    def state(self) -> ReviewState:
        """The verdict on the change: one approval that holds is enough."""
        states = {approval.state for approval in self.approvals}
        ranked: tuple[ReviewState, ...] = ("holds", "unsure", "void")
        return next((state for state in ranked if state in states), "none")


def record_approval(
    workspace: Workspace, *, reviewer: str | None = None, ref: str | None = None, base: str | None = None
) -> Approved:
    """Record that somebody approved what the ref (HEAD, where none is named) has of its own now.

    `base` is the branch that it is measured against, now and whenever somebody asks: for a branch upon a branch.
    Refuses (`review.name`) a reviewer that is not one line of text, and (`review.nothing`) a change that changes
    nothing or whose beginning cannot be seen here. A clone that okstra was never used in gets a writer id.
    """
    git = workspace.git
    named = _require_change(git, ref)
    name = _require_name(git, reviewer)
    below = require_target(git, base) if base is not None else None
    branch = branch_named(git, named, ref or "HEAD")
    measured = next(_measured(workspace, named.commit, branch, below))
    fact = ChangeApproved(
        reviewer=name,
        ref=branch or named.ref,
        base=below.branch or below.tip if below is not None else "",
        range=_require_change_in(measured, ref or "HEAD"),
    )
    workspace.ensure_writer()

    def decide(_: Snapshot) -> Decision[RepositoryEvent | None]:
        events = standing_approvals(read_repository_events(git).events)
        keys = (fact.reviewer, fact.ref)
        former = next((event for event in events if fact.ref and (event.fact.reviewer, event.fact.ref) == keys), None)
        needed = {event.fact.range.head for event in events if event is not former} | {named.commit}
        gone = former.fact.range.head if former is not None and former.fact.range.head not in needed else None
        return Decision([fact], former, moves=list(_keeping(git, named.commit, gone)))

    appended, former = workspace.store.append_decision(decide)
    workspace.warn(appended.warning)
    return Approved(appended.of_repository[0], former)


def review_status(workspace: Workspace, ref: str | None = None) -> ReviewStatus:
    """Whether approvals of the ref (HEAD, where none is named) hold for what it is now; reads only.

    Those count that were recorded under its name; where there are none, those of the very change under any name.
    """
    git = workspace.git
    named = _require_change(git, ref)
    record = read_repository_events(git)
    approvals = standing_approvals(record.events)
    branch = branch_named(git, named, ref or "HEAD")
    name = branch or named.ref
    own = [event for event in approvals if name and event.fact.ref == name]
    standing = [JudgedApproval(event, _compare(workspace, event, named.commit, branch)) for event in own or approvals]
    if not own:
        standing = [approval for approval in standing if approval.comparison.same]
    change = _described(ref or "HEAD", named.commit, next(_measured(workspace, named.commit, branch)))
    return ReviewStatus(
        name or named.commit, change, standing, by_content=not own and bool(standing), unread=record.unread
    )


def _keeping(git: Git, approved: CommitId, gone: CommitId | None) -> Iterator[RefUpdate]:
    """Keep the approved commit alive, and let go one that no approval speaks of any more."""
    kept = layout.approved_ref(approved)
    if find_quietly(git, kept) is None:
        yield RefUpdate(kept, None, approved)
    former = layout.approved_ref(gone) if gone is not None else ""
    if former and (tip := find_quietly(git, former)) is not None:
        yield RefUpdate(former, tip, None)


def _require_change(git: Git, ref: str | None) -> Named:
    return require_named(git, ref if ref is not None else "HEAD", what="the change to review")


def _require_name(git: Git, reviewer: str | None) -> str:
    name = reviewer if reviewer is not None else (git.author or NOBODY).text
    if not is_label(name):
        message = f"{quote(name)} cannot name a reviewer: it takes one line of at most {LONGEST_LABEL} characters"
        raise refuse("review.name", message, hint="git okstra review record --by 'Ada Example'")
    return name.strip()


def _measured(
    workspace: Workspace, head: CommitId, branch: str, base: BaseBranch | None = None
) -> Iterator[RangeFingerprint | str]:
    """What a commit may be taken for, most likely first; a sentence where that cannot be said."""
    for ends in measure_alone(workspace, head, branch, base):
        if not isinstance(ends, RangeEnds):
            yield ends.reason
            continue
        try:
            yield fingerprint_ranges(workspace.git, [(ends.base, ends.head)])[0]
        except (MissingObject, GitFailed) as missing:
            yield missing.message


def _require_change_in(measured: RangeFingerprint | str, text: str) -> RangeFingerprint:
    if isinstance(measured, str):
        message = f"what would be approved cannot be told: {measured}"
        raise refuse("review.nothing", message, hint="git fetch --unshallow")
    if measured.is_empty:
        message = f"{quote(text)} changes nothing that could be approved"
        raise refuse("review.nothing", message, hint="name the branch or commit that was looked at: --ref REF")
    return measured


def _compare(workspace: Workspace, event: RepositoryEvent, head: CommitId, branch: str) -> Comparison:
    """The approved change against what the commit may be taken for now; the first yes counts, else the first answer."""
    git, approved = workspace.git, event.fact.range
    if approved.head == head:  # the very commit, wherever it was merged since
        return compare_ranges(git, approved, approved)
    verdicts = []
    for current in _measured(workspace, head, branch, _base_of(git, event)):
        verdicts.append(
            Comparison(None, current) if isinstance(current, str) else compare_ranges(git, approved, current)
        )
        if verdicts[-1].same:
            return verdicts[-1]
    return verdicts[0]


def _base_of(git: Git, event: RepositoryEvent) -> BaseBranch | None:
    """The branch that an approval was measured against, here or as fetched; None where none was named or it is gone."""
    name = event.fact.base
    tip = next(iter(branch_tips(git, name)), None) or find_recorded(git, name) if name else None
    return BaseBranch(name, tip) if tip is not None else None


def _described(text: str, head: CommitId, measured: RangeFingerprint | str) -> Measured:
    if isinstance(measured, str):
        return Measured(text, None, head)
    return Measured(text, measured.base, measured.head, measured.head_tree, measured.commits)
