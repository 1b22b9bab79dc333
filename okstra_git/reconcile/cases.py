"""One stale stage on its way to a verdict, and which commits beside a proven range may be more of it.

Commits that carry author and time of recorded ones, or their very change, were looked for before (`search`). `Beside`
looks at the rest: a range may be whole because some recorded commits cancel out, and then nothing in it tells what
became of these.

Example: recorded are T (try), W (work), R (take the try back). The branch has W' and above it N, whose
maker is not known. T and R are lost, and W' makes the recorded change. N may be what is left of them, changed and
retimed: a question. If all of T, W and R are there below N, it is new work, and nobody asks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

from okstra_git.digest import add_sums
from okstra_git.git.diffs import delta_sum
from okstra_git.reconcile.commit_matching import Identities, Unit, Units, is_like
from okstra_git.reconcile.findings import Finding
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.reachability import Reachability
from okstra_git.reconcile.scope import SearchScope
from okstra_git.reconcile.search import Searched, SearchResult
from okstra_git.reconcile.segments import CommitStep
from okstra_git.reconcile.windows import Window
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Task
from okstra_git.redaction.late import same_subject

IsAccounted = Callable[[CommitStep], bool]
"""Whether a commit belongs to what is on record: to where another stage is, or is proven to be."""


@dataclass(eq=False)
class Case:
    """One stale stage on its way to a verdict: what is asked, and what was seen so far."""

    task: Task
    standing: Reachability
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
        return own is not None and len(own.result.hits) == 1 and not own.result.outside

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
        places = [
            (searched, hit)
            for searched in self.searched
            for hit in searched.result.hits
            if new and hit.span.last.facts.oid == new.head
        ]
        return frozenset(
            step.facts.oid for searched, hit in places for step in searched.window.back(hit.span) if step.delta
        )

    def is_foreign(self, step: CommitStep) -> bool:
        """Whether a commit was made by somebody who made none of the stage."""
        return step.facts.email not in {facts.email for facts in self.identities.commits(self.number)}

    def is_of_others(self, step: CommitStep) -> bool:
        """Whether a commit with content was made from commits of other stages only."""
        owners = self.identities.owners(step) if step.delta else set()
        return bool(owners) and self.number not in owners

    @property
    def own(self) -> Searched | None:
        """What the stage's own branch was seen to hold."""
        return next((searched for searched in self.searched if searched.ref.kind != "target"), None)


def near_stages(task: Task, number: int) -> Set[int]:
    """The stages whose commits the branch of a stage may hold as well: those on it, and those of the stack below."""
    ranges = {n: stage.range for n, stage in task.stages.items() if stage.range is not None}
    by_head: dict[str, int] = {recorded.head: n for n, recorded in ranges.items()}
    below: set[int] = set()
    lower = by_head.get(ranges[number].base or "")
    while lower is not None and lower not in below:
        below.add(lower)
        lower = by_head.get(ranges[lower].base or "")
    return below | {n for n in ranges if task.stages[n].branch == task.stages[number].branch}


@dataclass
class Accounts:
    """Which commits of the branches of a task belong to which of its stages, as recorded or as they are proven now."""

    task: Task
    cases: Sequence[Case]
    scope: SearchScope

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
        owners: dict[str, frozenset[int]] = {}
        for oid, number in [*self._proven(), *self._recorded(stale)]:
            owners[oid] = owners.get(oid, frozenset()) | {number}
        return owners

    def _proven(self) -> Iterable[tuple[str, int]]:
        for case in self.cases:
            own = case.own
            if own is not None and case.is_found:
                yield from ((step.facts.oid, case.number) for step in own.window.back(own.result.hits[0].span))

    def _recorded(self, stale: set[int]) -> Iterable[tuple[str, int]]:
        ranges = {n: stage.range for n, stage in self.task.stages.items() if stage.range and n not in stale}
        identities = Identities(self.scope.git, ranges, ())
        yield from ((facts.oid, number) for number in ranges for facts in identities.commits(number))


ALIKE = 0.5
"""From which part of its lines on a commit counts as a version of another one."""


@dataclass(frozen=True)
class Beside:
    """Looks at one proven range of one stage, and at the commits of its branch that are not in it."""

    case: Case
    window: Window
    result: SearchResult
    is_accounted: IsAccounted

    def doubtful(self) -> CommitStep | None:
        """A commit that may be another version of the stage; None where nothing speaks for that.

        New work above a stage is usual. It is doubtful only where something of the stage was not found, or was found as
        somebody else's copy only.
        """
        return self._blurred() or self._by_the_author() or self._by_subject() or self._cancelled()

    @cached_property
    def _extras(self) -> list[CommitStep]:
        """The commits of the branch that may be more of the stage."""
        return [step for step in self.window.steps if step.delta and self._is_extra(step)]

    def _is_extra(self, step: CommitStep) -> bool:
        """Not in the range, nor another stage's: by where that is, by who made the commit when, or by its change."""
        owners = self.case.identities.owners(step)
        if owners and self.case.number not in owners:
            return False
        return (
            not self.window.covers(self.result.hits[0].span, step)
            and not self.is_accounted(step)
            and not self._is_anothers(step)
        )

    def _is_anothers(self, step: CommitStep) -> bool:
        """Whether the change is more that of another stage, whose place is not known, than of this one."""
        near = {self.case.number, *(self.case.near() & self.case.unsettled())}
        makers = self.case.units.makers(self.window, step, near)
        if makers:
            return self.case.number not in makers
        mine = self.case.units.likeness(self.window, step, self.case.number)
        others = (self.case.units.likeness(self.window, step, n) for n in near if n != self.case.number)
        return max(others, default=0.0) >= max(ALIKE, mine + 0.1)

    def _blurred(self) -> CommitStep | None:
        """A commit that has author, time and subject of several recorded ones, one of the stage's among them."""
        for facts in self.case.identities.commits(self.case.number):
            alike = self.case.identities.look_like(facts, self.window) if self.case.identities.is_blurred(facts) else []
            extra = next((step for step in alike if step.delta and self._is_extra(step)), None)
            if extra is not None:
                return extra
        return None

    def _by_the_author(self) -> CommitStep | None:
        """The stage was found as somebody else's work only, and its author has more commits on the branch."""
        foreign = {unit.facts.email for unit, step in self.result.copied if step.facts.email != unit.facts.email}
        if not self.result.made and not self.result.copied:
            makers = {step.facts.email for step in self.window.back(self.result.hits[0].span) if step.delta}
            authors = {facts.email for facts in self.case.identities.commits(self.case.number)}
            foreign = authors if makers.isdisjoint(authors) else set()
        return next((step for step in self._extras if step.facts.email in foreign), None) if foreign else None

    def _by_subject(self) -> CommitStep | None:
        """A commit by the author of a recorded one, and called the same, that names and times do not tell."""
        unnamed = [unit.facts for unit in (*self.result.lost, *(unit for unit, _ in self.result.copied))]
        names = {(facts.email, facts.subject) for facts in unnamed if facts.subject}
        return (
            next(
                (
                    step
                    for step in self._extras
                    for email, subject in names
                    if step.facts.email == email and same_subject(step.facts.subject, subject)
                ),
                None,
            )
            if names
            else None
        )

    def _cancelled(self) -> CommitStep | None:
        """Recorded commits were not found, and the range is whole without them: they cancel out, changed or not."""
        lost = self.result.lost
        if not lost or not self._extras:
            return None
        return self._extras[-1] if self._is_copy_by_copy() or self._has_lost_loop(lost) else None

    def _is_copy_by_copy(self) -> bool:
        """Whether every commit of the range makes exactly what one recorded commit made, so that none took more in."""
        lost = {unit.facts.oid for unit in self.result.lost}
        known = [unit for unit in self.case.units.of(self.case.number) if unit.delta and unit.facts.oid not in lost]
        inside = [step for step in self.window.back(self.result.hits[0].span) if step.delta]
        return len(inside) <= len(known) and all(
            any(is_like(self.window, step, unit, self.case.units.lines(unit)) for unit in known) for step in inside
        )

    def _has_lost_loop(self, lost: Sequence[Unit]) -> bool:
        """Whether some recorded commits in a row that were all lost came back to where they began."""
        gone = {unit.facts.oid: delta_sum(unit.delta or ()) for unit in lost}
        total, seen = 0, {0}
        for facts in self.case.identities.commits(self.case.number):
            if facts.oid not in gone:
                total, seen = 0, {0}
                continue
            total = add_sums(total, gone[facts.oid])
            if total in seen:
                return True
            seen.add(total)
        return False


def left_over(window: Window, is_accounted: IsAccounted) -> list[CommitStep]:
    """The commits with content of a stage's branch that no record accounts for, whoever made them."""
    return [step for step in window.steps if step.delta and not is_accounted(step)]
