"""Stages on their way to a verdict: what is asked of each, what was seen, and which commits are whose."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from okstra_git.reconcile.identity import Identities
from okstra_git.reconcile.model import Finding
from okstra_git.reconcile.places import Places
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.search import Searched
from okstra_git.reconcile.survey import Standing
from okstra_git.reconcile.units import Units
from okstra_git.reconcile.windows import Step
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Task

IsAccounted = Callable[[Step], bool]
"""Whether a commit belongs to what is on record: to where another stage is, or is proven to be."""


@dataclass(eq=False)
class Case:
    """One stale stage on its way to a verdict: what is asked, and what was seen so far."""

    task: Task
    standing: Standing
    recorded: RangeFingerprint
    prover: Prover
    identities: Identities
    units: Units
    searched: list[Searched] = field(default_factory=list)
    finding: Finding | None = None
    peers: Sequence["Case"] = ()
    _near: Set[int] | None = None

    @property
    def number(self) -> int:
        """The stage."""
        return self.standing.stage.number

    def near(self) -> Set[int]:
        """The stages whose commits the branch may hold as well: those on it, and those of the stack below."""
        if self._near is None:
            self._near = near_stages(self.task, self.number)
        return self._near

    @property
    def is_found(self) -> bool:
        """Whether its own branch has one place for it."""
        own = self.own
        return own is not None and len(own.found.hits) == 1 and not own.found.outside

    def unsettled(self) -> Set[int]:
        """The other stages of the task that were lost, and have no place on their branches."""
        return {peer.number for peer in self.peers if peer is not self and not peer.is_found}

    @property
    def blank(self) -> Finding:
        """The finding before anything is found."""
        return Finding(self.number, "ok", self.recorded, self.standing.stage.branch)

    def taken(self) -> frozenset[str]:
        """The commits with content that the stage would take where it was found proven."""
        new = self.finding.new if self.finding is not None else None
        found = [
            (one, hit) for one in self.searched for hit in one.found.hits if new and hit.span.last.facts.oid == new.head
        ]
        return frozenset(step.facts.oid for one, hit in found for step in one.window.back(hit.span) if step.delta)

    def is_foreign(self, step: Step) -> bool:
        """Whether a commit was made by somebody who made none of the stage."""
        return step.facts.email not in {facts.email for facts in self.identities.commits(self.number)}

    def is_of_others(self, step: Step) -> bool:
        """Whether a commit with content was made from commits of other stages only."""
        owners = self.identities.owners(step) if step.delta else set()
        return bool(owners) and self.number not in owners

    @property
    def own(self) -> Searched | None:
        """What the stage's own branch was seen to hold."""
        return next((one for one in self.searched if one.home.kind != "target"), None)


def near_stages(task: Task, number: int) -> Set[int]:
    """The stages whose commits the branch of a stage may hold as well: those on it, and those of the stack below."""
    ranges = {n: stage.range for n, stage in task.stages.items() if stage.range is not None}
    by_head: dict[str, int] = {one.head: n for n, one in ranges.items()}
    below: set[int] = set()
    at = by_head.get(ranges[number].base or "")
    while at is not None and at not in below:
        below.add(at)
        at = by_head.get(ranges[at].base or "")
    return below | {n for n in ranges if task.stages[n].branch == task.stages[number].branch}


@dataclass
class Accounts:
    """Which commits of the branches of a task belong to which of its stages, as recorded or as they are proven now."""

    task: Task
    cases: Sequence[Case]
    places: Places

    def besides(self, number: int, *, given_up: Set[int] = frozenset()) -> IsAccounted:
        """Whether a commit belongs to another stage than this one, and than those whose place was given up."""
        others = {number, *given_up}
        return lambda step: bool(self.owners.get(step.facts.oid, frozenset()) - others)

    @property
    def owners(self) -> Mapping[str, frozenset[int]]:
        """Commit -> stages; made when it is first needed."""
        if self._owners is None:
            self._owners = self._find_owners()
        return self._owners

    _owners: Mapping[str, frozenset[int]] | None = None

    def _find_owners(self) -> Mapping[str, frozenset[int]]:
        stale = {case.number for case in self.cases}
        found: dict[str, frozenset[int]] = {}
        for oid, number in [*self._proven(), *self._recorded(stale)]:
            found[oid] = found.get(oid, frozenset()) | {number}
        return found

    def _proven(self) -> Iterable[tuple[str, int]]:
        for case in self.cases:
            own = case.own
            if own is not None and case.is_found:
                yield from ((step.facts.oid, case.number) for step in own.window.back(own.found.hits[0].span))

    def _recorded(self, stale: set[int]) -> Iterable[tuple[str, int]]:
        ranges = {n: stage.range for n, stage in self.task.stages.items() if stage.range and n not in stale}
        identities = Identities(self.places.git, ranges, ())
        yield from ((facts.oid, number) for number in ranges for facts in identities.commits(number))
