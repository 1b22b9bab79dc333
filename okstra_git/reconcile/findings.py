"""What reconcile finds of stages and anchors, and the rules that findings have to keep together."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

from typing_extensions import TypedDict

from okstra_git.names import TaskKey
from okstra_git.records.stage import MoveEvidence, Proof, RangeFingerprint

FindingClass = Literal["ok", "restored", "auto", "confirm"]


@dataclass(frozen=True)
class Candidate:
    """Where a stale stage may live now: a ref or commit a person can pass to --use-ref, and why it is offered.

    `base`: where the stage would begin there, if that is known. One that is not `likely` is never recommended.
    """

    ref: str
    commit: str
    why: str
    recommended: bool = False
    base: str | None = None
    likely: bool = True

    @property
    def is_kept(self) -> bool:
        """Whether it is what okstra itself keeps, which is not a new place."""
        return self.ref.startswith("refs/okstra/")


@dataclass(frozen=True)
class ProvenRange:
    """A new range whose content is proven: the range base..head, by which rung, and what anyone needs to check it.

    `base` is None where the new range begins at a root commit.
    """

    base: str | None
    head: str
    proof: Proof
    evidence: MoveEvidence
    landed: bool = False


@dataclass(frozen=True)
class Finding:
    """What reconcile finds of one recorded stage.

    `ok` and `restored` (its branch is back at an earlier, proven commit) are not stale; `auto` is proven; `confirm`
    asks a person. `by_author`: it was found by who made the commits when, and not by its content alone.
    """

    stage: int
    kind: FindingClass
    recorded: RangeFingerprint
    branch: str
    reason: str = ""
    new: ProvenRange | None = None
    found_by: str = ""
    verified_carries: bool = False
    candidates: tuple[Candidate, ...] = ()
    together: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    by_author: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the finding is an item of the report."""
        return self.kind in ("auto", "confirm")


_ItemClass = TypedDict("_ItemClass", {"class": str})


class _ItemMarks(TypedDict, total=False):
    together: list[int]
    flags: list[str]
    diff: str | None


class CandidateItem(TypedDict):
    """A commit that may be the stage's now."""

    ref: str
    commit: str
    why: str
    recommended: bool


class StaleItem(_ItemClass, _ItemMarks):
    """A record that history has left behind, or left until it was settled; `class` is `auto` or `confirm`.

    `together` are the stages that became one commit with it, `diff` is there with --diff.
    """

    stage: int
    recorded: str
    replacement: str | None
    proof: str | None
    branch: str | None
    reason: str
    found_by: str | None
    verified_carries: bool | None
    landed: bool | None
    candidates: list[CandidateItem]


def stale_item(finding: Finding) -> StaleItem:
    """One stale record in JSON, as `reconcile` lists it and as the refusal carries it."""
    new = finding.new
    marks: _ItemMarks = {}
    if finding.together:
        marks["together"] = list(finding.together)
    if finding.flags:
        marks["flags"] = list(finding.flags)
    return {
        "stage": finding.stage,
        "class": finding.kind,
        "recorded": finding.recorded.head,
        "replacement": new.head if new else None,
        "proof": new.proof if new else None,
        "branch": finding.branch,
        "reason": finding.reason,
        "found_by": finding.found_by if new else None,
        "verified_carries": finding.verified_carries if new else None,
        "landed": new.landed if new else None,
        **marks,
        "candidates": [
            {"ref": offer.ref, "commit": offer.commit, "why": offer.why, "recommended": offer.recommended}
            for offer in finding.candidates
        ],
    }


@dataclass(frozen=True)
class AnchorFinding:
    """What reconcile finds of a task's anchor: `ok`, `moved` with a proof, or `unresolvable`."""

    recorded: RangeFingerprint
    status: Literal["ok", "moved", "unresolvable"]
    new: ProvenRange | None = None
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """One task's findings, in stage order, and its anchor's (None when the task has none yet)."""

    task: TaskKey
    findings: tuple[Finding, ...] = ()
    anchor: AnchorFinding | None = None
    hints: tuple[str, ...] = field(default=())

    @property
    def items(self) -> list[Finding]:
        """The stale ones."""
        return [finding for finding in self.findings if finding.is_stale]

    @property
    def confirms(self) -> list[Finding]:
        """The stale ones that a person decides."""
        return [finding for finding in self.findings if finding.kind == "confirm"]

    @property
    def needs_person(self) -> bool:
        """Whether anything is left that no proof settles."""
        return bool(self.confirms) or (self.anchor is not None and self.anchor.status == "unresolvable")

    @property
    def is_settleable(self) -> bool:
        """Whether settling would change any record."""
        moved = self.anchor is not None and self.anchor.status == "moved"
        return moved or any(finding.kind in ("auto", "restored") for finding in self.findings)


Contains = Callable[[str, str], bool]
"""Whether the first commit has the second among its ancestors, itself included."""


def apply_rules(
    findings: Sequence[Finding], contains: Contains, taken: Mapping[int, Set[str]] | None = None
) -> list[Finding]:
    """Demote proven findings that contradict each other: one commit for two stages, ranges that overlap, stages in
    another order; and let no question recommend what is another stage's.

    `taken`: the commits that each moved stage would take; ranges that overlapped on record may do so again.
    """
    ruled = _refuse_overlapping(_refuse_shared(list(findings)), taken or {})
    return _without_neighbours(_refuse_reordered(ruled, contains))


def listed(numbers: Sequence[int]) -> str:
    """`1, 2 and 3`."""
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"


def _refuse_overlapping(findings: list[Finding], taken: Mapping[int, Set[str]]) -> list[Finding]:
    """No commit belongs to the new ranges of two stages, unless one was recorded as part of the other."""
    autos = {finding.stage: finding for finding in findings if finding.kind == "auto"}
    owners: dict[str, list[int]] = {}
    for stage in autos:
        for oid in sorted(taken.get(stage, ())):
            owners.setdefault(oid, []).append(stage)
    pairs = {tuple(pair) for stages in owners.values() for pair in combinations(stages, 2)}
    doubted: dict[int, tuple[int, ...]] = {}
    for one, other in sorted(pairs):
        if autos[one].recorded.base != autos[other].recorded.base:
            doubted |= {weaker.stage: (one, other) for weaker in _weaker(autos[one], autos[other])}
    return [
        _demote(f, f"stages {listed(doubted[f.stage])} would share commits", doubted[f.stage])
        if f.stage in doubted
        else f
        for f in findings
    ]


def _without_neighbours(findings: list[Finding]) -> list[Finding]:
    """Questions that do not recommend the commit of another stage, and offer it last."""
    heads = {(f.new.head if f.new is not None else f.recorded.head): f.stage for f in findings if f.kind != "confirm"}
    return [_without_neighbour(f, heads) if f.kind == "confirm" and not f.together else f for f in findings]


def _without_neighbour(question: Finding, heads: Mapping[str, int]) -> Finding:
    """The question with what is another stage's at the end, and the best of the others recommended."""
    if not any(heads.get(offer.commit, question.stage) != question.stage for offer in question.candidates):
        return question
    free = [offer for offer in question.candidates if heads.get(offer.commit, question.stage) == question.stage]
    held = [
        replace(offer, recommended=False, why=f"{offer.why}; this is stage {heads[offer.commit]}")
        for offer in question.candidates
        if offer not in free
    ]
    best = next((offer for offer in free if offer.likely and not offer.is_kept), None)
    ranked = [replace(offer, recommended=offer is best) for offer in free]
    return replace(question, candidates=(*ranked, *held))


def _refuse_shared(findings: list[Finding]) -> list[Finding]:
    """One commit never stands for two stages: not two moved ones, nor a moved one and one that is there already.

    A stage without commits takes none: it stands on another one's.
    """
    by_head: dict[str, list[int]] = {}
    for finding in findings:
        head = finding.new.head if finding.new is not None else finding.recorded.head
        if finding.kind != "confirm" and finding.recorded.commits:
            by_head.setdefault(head, []).append(finding.stage)
    shared = {stage: tuple(group) for group in by_head.values() if len(group) > 1 for stage in group}
    return [
        _demote(f, f"stages {listed(shared[f.stage])} would share one commit", shared[f.stage])
        if f.stage in shared and f.new is not None
        else f
        for f in findings
    ]


def _refuse_reordered(findings: list[Finding], contains: Contains) -> list[Finding]:
    """Stage B was built on stage A; now B's new commit lies below A's: what B was built on has changed."""
    autos = [finding for finding in findings if finding.kind == "auto" and finding.new is not None]
    built_on: dict[str | None, list[Finding]] = {}
    for finding in autos:
        built_on.setdefault(finding.recorded.base, []).append(finding)
    swapped: dict[int, tuple[int, ...]] = {}
    for lower, upper in ((low, up) for low in autos for up in built_on.get(low.recorded.head, ())):
        if upper is lower or lower.new is None or upper.new is None or upper.new.landed:
            continue  # what has landed stands on the target, in whatever order it came
        if upper.new.base == lower.new.head:
            continue  # the usual case: still one on top of the other
        if lower.new.head != upper.new.head and contains(lower.new.head, upper.new.head):
            pair = (lower.stage, upper.stage)
            swapped |= {weaker.stage: pair for weaker in _weaker(lower, upper)}
    return [
        _demote(f, f"stages {listed(swapped[f.stage])} are in another order now", swapped[f.stage])
        if f.stage in swapped
        else f
        for f in findings
    ]


def _weaker(one: Finding, other: Finding) -> list[Finding]:
    """Which of two findings that contradict each other to doubt: both, unless one is known by who made it when."""
    return (
        [one, other]
        if one.by_author == other.by_author
        else [finding for finding in (one, other) if not finding.by_author]
    )


def _demote(finding: Finding, reason: str, together: tuple[int, ...]) -> Finding:
    """A proven finding as a question, its proven commit as the recommended answer."""
    assert finding.new is not None
    why = f"holds the same change ({finding.new.proof})"
    candidate = Candidate(finding.new.head, finding.new.head, why, recommended=True)
    return replace(
        finding,
        kind="confirm",
        new=None,
        reason=reason,
        candidates=(candidate,),
        together=together,
        verified_carries=False,
    )
