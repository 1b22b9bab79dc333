"""Which stages of a task have landed: a pure answer about the repository, and the facts that record it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from okstra_git.git.diffs import Delta, compose
from okstra_git.git.history import unreachable
from okstra_git.git.objects import MissingObject
from okstra_git.names import TaskKey
from okstra_git.reconcile.arrivals import Arrivals, Arrived, LookIn
from okstra_git.reconcile.cases import near_stages
from okstra_git.reconcile.commit_matching import Identities, Units
from okstra_git.reconcile.findings import ProvenRange
from okstra_git.reconcile.groups import (
    Handed,
    find_handed,
    has_other_version,
    is_as_handed,
    list_handed,
    list_unions,
    prove_union,
)
from okstra_git.reconcile.judge import Judge
from okstra_git.reconcile.presence import is_whole
from okstra_git.reconcile.proofs import Prover, RecordedDeltas
from okstra_git.reconcile.reachability import TakenBack, as_taken_back, survey, taken_back
from okstra_git.reconcile.scope import SearchRef
from okstra_git.reconcile.search import Search
from okstra_git.records.events import StageLanded
from okstra_git.records.handoff import Arrival, Group
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task
from okstra_git.store.fold_handoff import landed_as
from okstra_git.store.snapshot import Snapshot

MAX_JOINED = 64
"""Stages among which a squash of several by hand is looked for; more of them would take too long."""


@dataclass(frozen=True)
class Landed:
    """A stage that a target holds: which record of it (`recorded`), the commit there, how that is known, and with
    which group, if with one."""

    task: TaskKey
    stage: int
    recorded: str
    target: str
    commit: str
    how: Arrival
    group: str = ""


@dataclass(frozen=True)
class NotLanded:
    """Something of a stage that arrived in a target, although the stage has not landed.

    `landed-older`: what is there was handed over before the stage was changed. `taken-out`: the change was there, and
    was taken out again, or that cannot be ruled out.
    """

    why: Literal["landed-older", "taken-out"]
    what: Landed


@dataclass(frozen=True)
class Landings:
    """The answer for one task, in stage order; `taken_back` had landed by the record, and have landed nowhere now."""

    landed: tuple[Landed, ...] = ()
    not_landed: tuple[NotLanded, ...] = ()
    taken_back: tuple[TakenBack, ...] = ()


def find_landings(judge: Judge, task: Task) -> list[Landed]:
    """Stages that have landed and are not on record as landed where they are; changes nothing, asks no forge."""
    return list(look_for_landings(judge, task).landed)


def look_for_landings(judge: Judge, task: Task) -> Landings:
    """What of the task's stages arrived in its targets: by its commit, by its own change, or with a whole group.

    Anything that is not certain is not a landing: two places that could be meant, history that cannot be read to its
    end, an empty change, a stage whose branch holds another version of it, or something taken out again later. A stage
    whose landing was taken back is looked for again, like one that never landed.
    """
    lost = taken_back(task, judge.scope)
    task = as_taken_back(task, lost)
    waiting = [stage for _, stage in sorted(task.stages.items()) if _waits(stage)]
    answer = _Look(judge, task, waiting).answer() if waiting else Landings()
    relanded = {landed.stage for landed in answer.landed}
    return replace(answer, taken_back=tuple(back for back in lost if back.stage not in relanded))


def landed_facts(snapshot: Snapshot, landings: Iterable[Landed]) -> list[StageLanded]:
    """The facts to record, for stages that are on record by the same commit still and landed nowhere meanwhile."""
    return [
        StageLanded(task=landed.task, stage=landed.stage, recorded=landed.recorded, target=landed.target,
                    landed=landed.commit, how=landed.how, group=landed.group)
        for landed in landings
        if _is_news(snapshot.state.tasks.get(landed.task), landed)
    ]  # fmt: skip


def as_landed(task: Task, landings: Iterable[Landed]) -> Task:
    """The task as it would be with these landings on record, for those who only look."""
    facts = {landed.stage for landed in landings if landed.task == task.key}
    stages = {n: s.model_copy(update={"landed": True, "status": "landed"}) if n in facts else s
              for n, s in task.stages.items()}  # fmt: skip
    return task.model_copy(update={"stages": stages})


def _is_news(task: Task | None, landed: Landed) -> bool:
    stage = task.stages.get(landed.stage) if task is not None and task.is_open else None
    if stage is None or stage.range is None or stage.range.head != landed.recorded:
        return False
    return landed_as(stage) != landed.commit


def _waits(stage: Stage) -> bool:
    """Whether there is a change on record that may still land."""
    return stage.range is not None and not stage.range.is_empty and not stage.landed


@dataclass
class _Look:
    """One look at one task."""

    judge: Judge
    task: Task
    waiting: list[Stage]
    found: dict[int, Landed] = field(default_factory=dict)
    missed: dict[int, NotLanded] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scope = self.judge.scope
        self.targets = {s.number: scope.destinations_of(self.task, s.number)
                        for s in self.waiting}  # fmt: skip
        self.ranges = {stage.number: stage.range for stage in self.waiting if stage.range}
        self.deltas = RecordedDeltas(scope.git, [s.range for s in self.task.stages.values() if s.range])
        tips = {ref.tip for refs in self.targets.values() for ref in refs}
        heads = [recorded.head for recorded in self.ranges.values()]
        outside = frozenset(unreachable(scope.git, heads, sorted(tips)))
        self._ask_together(tips, heads)
        self.arrivals = Arrivals(scope, self.task, self.judge.window_above, self.judge.limit, outside)
        self.stale = {standing.stage.number for standing in survey(self.task, scope) if standing.status != "ok"}

    def _ask_together(self, tips: Iterable[str], heads: Sequence[str]) -> None:
        """One walk for each branch, instead of one for each stage."""
        scope = self.judge.scope
        on_branch: dict[str, list[str]] = {}
        for number, stage_range in self.ranges.items():
            on_branch.setdefault(self.task.stages[number].branch, []).append(stage_range.head)
        own = {ref.tip: recorded for name, recorded in on_branch.items() if (ref := scope.branch(name))}
        for tip in tips:
            scope.ask_together(tip, [*heads, *own])
        for tip, recorded in own.items():
            scope.ask_together(tip, recorded)

    def answer(self) -> Landings:
        own = {stage.number: self._own(stage) for stage in self.waiting}
        arrivals = {
            n: arrived for n, arrived in own.items() if arrived is not None and not self._is_shared(n, arrived, own)
        }
        for number, arrived in arrivals.items():
            is_there = arrived.is_there or self._is_whole_with_uppers(number, arrived, arrivals)
            self._take(number, replace(arrived, is_there=is_there))
        for handed in list_handed(self.judge.scope, self.task):
            self._look_at(handed)
        self._join()
        self._take_empty()
        self._look_for_older()
        missed = [missed for number, missed in sorted(self.missed.items()) if number not in self.found]
        return Landings(tuple(landed for _, landed in sorted(self.found.items())), tuple(missed))

    # --- by its own commit or change

    def _own(self, stage: Stage) -> Arrived | None:
        """Where the stage's own change is. A stale one lands only where reconcile would follow it."""
        prover = self._prover(self.ranges[stage.number])
        look_in = self._look_in(stage.number, prover)
        arrived = self.arrivals.find(prover, self.targets[stage.number], self._root(stage), look_in)
        if arrived is None or stage.number not in self.stale:
            return arrived
        new = self._follows.get(stage.number)
        if new is None or new.head != arrived.commit:
            if arrived.is_there and self._has_other_version(stage.number):
                self._miss(stage.number, "landed-older", self._landed(stage.number, arrived))
            return None
        return arrived

    def _look_in(self, number: int, prover: Prover) -> LookIn:
        """Looks for a stage by who made its commits, and takes no commit that is another stage's."""

        def near() -> Set[int]:
            return near_stages(self.task, number)

        return lambda window: Search(window, prover, self._identities, self._units, number, near).whole_hits()

    @cached_property
    def _identities(self) -> Identities:
        ranges = {number: stage.range for number, stage in self.task.stages.items() if stage.range}
        return Identities(self.judge.scope.git, ranges, list(self.ranges))

    @cached_property
    def _units(self) -> Units:
        return Units(self.judge.scope.git, self._identities, list(self.ranges))

    @cached_property
    def _follows(self) -> Mapping[int, ProvenRange]:
        """Where reconcile would move each stale stage."""
        findings = self.judge.judge(self.task).findings
        return {f.stage: f.new for f in findings if f.kind == "auto" and f.new is not None}

    @staticmethod
    def _is_shared(number: int, arrived: Arrived, own: Mapping[int, Arrived | None]) -> bool:
        """Whether another stage's change is at the same commit: then nothing says whose it is."""
        others = {other.commit for n, other in own.items() if other is not None and n != number}
        return arrived.how != "ancestor" and arrived.commit in others

    def _is_whole_with_uppers(self, number: int, arrived: Arrived, arrivals: Mapping[int, Arrived]) -> bool:
        """Whether the change is there as stages built on it left it, which arrived in the same place."""
        by_base = {recorded.base: n for n, recorded in self.ranges.items() if n in arrivals and recorded.base}
        deltas = [self.deltas.find(self.ranges[number])]
        below = number
        while (upper := by_base.get(self.ranges[below].head)) is not None and arrivals[upper].target == arrived.target:
            deltas.append(self.deltas.find(self.ranges[upper]))
            if self._has_all(arrived.target, deltas):
                return True
            below = upper
            if len(deltas) > MAX_JOINED:
                break
        return False

    def _has_all(self, target: SearchRef, deltas: list[Delta | None]) -> bool:
        known = [delta for delta in deltas if delta is not None]
        try:
            return len(known) == len(deltas) and is_whole(self.judge.scope.git, compose(*known), target.tip)
        except MissingObject:
            return False

    # --- with a group

    def _look_at(self, handed: Handed) -> None:
        """Members of a group that arrived as a whole; those that are something else by now have not."""
        members = [m for m in handed.members if m.stage in self.ranges and m.stage not in self.found]
        arrived = find_handed(self.arrivals, handed) if members else None
        for member in members if arrived is not None else ():
            assert arrived is not None
            if is_as_handed(self.task.stages[member.stage], member):
                self._take(member.stage, arrived, group=handed.group)
            elif arrived.is_there:
                self._miss(member.stage, "landed-older", self._landed(member.stage, arrived, handed.group))

    def _take_empty(self) -> None:
        """Stages that change nothing have nothing to arrive: they land with all the others of their group."""
        empty = {n: s.range for n, s in self.task.stages.items() if s.range and s.range.is_empty and not s.landed}
        for group in self.task.groups.values():
            others = [self.found.get(number) for number in group.stages if number not in empty]
            first = next((landed for landed in others if landed is not None), None)
            if first is None or not all(
                landed is not None or self._is_there(n) for n, landed in self._rest(group, empty)
            ):
                continue
            for number in group.stages:
                if number in empty:
                    self.found.setdefault(number, replace(first, stage=number, recorded=empty[number].head))

    def _rest(self, group: Group, empty: Collection[int]) -> list[tuple[int, Landed | None]]:
        return [(number, self.found.get(number)) for number in group.stages if number not in empty]

    def _is_there(self, number: int) -> bool:
        stage = self.task.stages.get(number)
        return stage is not None and stage.landed

    # --- with others, by hand

    def _join(self) -> None:
        """Several stages that somebody squashed into one commit, while their branches are still there."""
        left = [n for n in self.ranges if n not in self.found and n not in self.stale and n not in self.missed]
        if not 1 < len(left) <= MAX_JOINED:
            return
        for ref, root, numbers in self._meeting_places(left):
            window = self.judge.window_above(ref, self.task, root)
            if not window.complete or not window.steps:
                continue
            for union in list_unions(self.task, numbers, window):
                free = not any(number in self.found for number in union.stages)
                how = prove_union(self.judge.scope.git, self.task, union, window) if free else None
                if how is not None:
                    joined = Arrived(ref, union.commit, how)
                    kept = self.arrivals.is_kept(joined, ref, window.segment.by_id[union.commit].delta, root)
                    for number in union.stages:
                        self._take(number, replace(joined, is_there=kept))

    def _meeting_places(self, numbers: Collection[int]) -> Iterator[tuple[SearchRef, str | None, set[int]]]:
        """Each target, and each root, with the stages that have both in common."""
        common: dict[tuple[SearchRef, str | None], set[int]] = {}
        for number in numbers:
            for ref in self.targets[number]:
                common.setdefault((ref, self._root(self.task.stages[number])), set()).add(number)
        for (ref, root), here in common.items():
            if len(here) > 1:
                yield ref, root, here

    # --- what a person should know

    def _look_for_older(self) -> None:
        """What stages were before a person said that they are something else now."""
        for stage in self.waiting:
            former = next((trail.range for trail in reversed(stage.trail) if trail.proof == "user"), None)
            if former is None or stage.number in self.found or stage.number in self.missed:
                continue
            arrived = self.arrivals.find(self._prover(former), self.targets[stage.number], self._root(stage))
            if arrived is not None and arrived.is_there:
                self._miss(stage.number, "landed-older", self._landed(stage.number, arrived))

    # --- what is noted

    def _take(self, number: int, arrived: Arrived, group: str = "") -> None:
        """Note an arrival for what it is."""
        what = self._landed(number, arrived, group)
        if not arrived.is_there:
            self._miss(number, "taken-out", what)
        elif self._has_other_version(number):
            self._miss(number, "landed-older", what)
        else:
            self.found.setdefault(number, what)

    def _has_other_version(self, number: int) -> bool:
        stage, targets = self.task.stages[number], self.targets[number]
        return has_other_version(self.judge.scope, self.judge.window, self.task, stage, targets)

    def _miss(self, number: int, why: Literal["landed-older", "taken-out"], what: Landed) -> None:
        self.missed.setdefault(number, NotLanded(why, what))

    def _landed(self, number: int, arrived: Arrived, group: str = "") -> Landed:
        recorded = self.ranges[number].head
        return Landed(self.task.key, number, recorded, arrived.target.name, arrived.commit, arrived.how, group)

    def _prover(self, recorded: RangeFingerprint) -> Prover:
        known = any(recorded is on_record for on_record in self.ranges.values())
        return Prover(self.judge.scope.git, recorded, self.deltas if known else None)

    def _root(self, stage: Stage) -> str | None:
        assert stage.range is not None
        return self.judge.root_of(self.task, stage.range.head)
