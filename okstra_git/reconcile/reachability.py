"""Which records history still holds: one reachability question a branch, answered for all of its stages together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from okstra_git.git.branch_moves import has_left
from okstra_git.git.history import find_commit, held_by, unreachable
from okstra_git.git.refs import is_torn
from okstra_git.names import TaskKey
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.records.events import StageUnlanded
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task
from okstra_git.store.drift import list_behind
from okstra_git.store.fold_handoff import landed_as, without_landings
from okstra_git.store.snapshot import Snapshot


@dataclass(frozen=True)
class Reachability:
    """The status of one recorded stage: `ok`, `restored` to an earlier proven commit, or `stale`.

    `is_behind`: it is `ok`, although its branch here has not caught up with what another clone recorded.
    """

    stage: Stage
    ref: SearchRef | None
    status: str
    restored_to: RangeFingerprint | None = None
    is_behind: bool = False


def survey(task: Task, scope: SearchScope) -> list[Reachability]:
    """The standing of every recorded stage of the task, in stage order.

    A stage that landed is not stale as long as a target holds the commit it landed as, whatever became of its branch.
    Nor is one whose branch here is merely behind (`list_behind`): a clone that is behind records nothing.
    """
    return survey_all([task], scope)[task.key]


def survey_all(tasks: Sequence[Task], scope: SearchScope) -> dict[TaskKey, list[Reachability]]:
    """`survey` of several tasks, by key; git is asked about all of them together."""
    asked = {task.key: _still_asked(task, scope) for task in tasks}
    lost = _lost_stages([(task, stage) for task in tasks for stage in asked[task.key]], scope)
    return {task.key: _standings(task, {n for key, n in lost if key == task.key}, scope) for task in tasks}


def _still_asked(task: Task, scope: SearchScope) -> list[Stage]:
    """The stages on record that are not known to have landed."""
    arrived = standing_landings(task, scope)
    return [stage for number, stage in sorted(task.stages.items()) if stage.range and number not in arrived]


def _standings(task: Task, lost: set[int], scope: SearchScope) -> list[Reachability]:
    recorded = [stage for _, stage in sorted(task.stages.items()) if stage.range is not None]
    refs = {stage.branch: scope.branch(stage.branch) for stage in recorded}
    behind, restored = _explained(task, [stage for stage in recorded if stage.number in lost], refs, scope)
    return [
        Reachability(stage, refs[stage.branch], _status(stage.number, lost - behind, restored),
                 restored.get(stage.number), stage.number in behind)
        for stage in recorded
    ]  # fmt: skip


def standing_landings(task: Task, scope: SearchScope) -> set[int]:
    """Numbers of stages that are on record as landed, and nothing here says that it was taken back."""
    landed = {number for number, stage in task.stages.items() if stage.landed}
    return landed - {back.stage for back in taken_back(task, scope)} if landed else set()


Mark = tuple[TaskKey, int]
"""A stage of any task: the task's key and the stage's number."""


def _lost_stages(stages: Iterable[tuple[Task, Stage]], scope: SearchScope) -> set[Mark]:
    """The stages whose recorded commit is neither in their branch nor in any branch it may be merged into."""
    groups: dict[tuple[str, ...], list[LostCandidate]] = {}
    for task, stage in stages:
        ref = scope.branch(stage.branch)
        if stage.range is not None and (ref is None or stage.range.head != ref.tip):
            if ref is None and _left_with_group(task, stage, scope):
                continue
            around = tuple(target.tip for target in scope.around(task, stage))
            groups.setdefault(around, []).append(LostCandidate((task.key, stage.number), stage.range.head, ref))
    return {mark for around, asked in groups.items() for mark in _lost_beside(around, asked, scope)}


def _left_with_group(task: Task, stage: Stage, scope: SearchScope) -> bool:
    """Whether a group holds the stage, in a clone which never had its branch.

    A handoff pushes the group's branch and no stage's. That the stage's branch is missing means something only in the
    clone that recorded it.
    """
    if scope.writer is None or stage.recorded_by in ("", scope.writer) or scope.is_on_remotes(stage.branch):
        return False
    head = stage.range.head if stage.range is not None else None
    groups = [
        group
        for group in task.groups.values()
        if any((m.stage, m.commit) == (stage.number, head) for m in group.members)
    ]
    refs = [(scope.branch(group.branch), group.range.head) for group in groups]
    return any(ref is not None and scope.contains(ref.tip, commit) for ref, commit in refs)


class LostCandidate(NamedTuple):
    """A recorded commit that may be lost, and the stage's own branch."""

    mark: Mark
    head: str
    ref: SearchRef | None


def _lost_beside(around: Sequence[str], asked: Sequence[LostCandidate], scope: SearchScope) -> Iterator[Mark]:
    """Those that are in none of these branches, nor in their own; two walks for all of them."""
    outside = unreachable(scope.git, [candidate.head for candidate in asked], around)
    left = [candidate for candidate in asked if candidate.head in outside]
    held = held_by(scope.git, {(candidate.ref.tip, candidate.head) for candidate in left if candidate.ref}, around)
    for candidate in left:
        if candidate.ref is None or (candidate.ref.tip, candidate.head) not in held:
            yield candidate.mark


def _status(number: int, lost: set[int], restored: Mapping[int, RangeFingerprint]) -> str:
    if number not in lost:
        return "ok"
    return "restored" if number in restored else "stale"


def _explained(
    task: Task, lost: Sequence[Stage], refs: Mapping[str, SearchRef | None], scope: SearchScope
) -> tuple[set[int], dict[int, RangeFingerprint]]:
    """Those of the lost stages whose branch is behind, and those whose branch is back at an earlier proven range."""
    by_home: dict[SearchRef, list[Stage]] = {}
    for stage in lost:
        ref = refs[stage.branch]
        if ref is not None:
            by_home.setdefault(ref, []).append(stage)
    behind: set[int] = set()
    for ref, stages in by_home.items():
        behind |= list_behind(scope.git, task, stages, ref.tip, scope.writer)
    left = [(stage, ref) for ref, stages in by_home.items() for stage in stages if stage.number not in behind]
    return behind, _back(left, scope)


def _back(stages: Sequence[tuple[Stage, SearchRef]], scope: SearchScope) -> dict[int, RangeFingerprint]:
    """The newest earlier range of each stage that its branch has."""
    earlier = [(stage, ref.tip, former) for stage, ref in stages for former in _earlier_ranges(stage)]
    tips = sorted({tip for _, tip, _ in earlier})
    unheld = unreachable(scope.git, [former.head for *_, former in earlier], tips) if earlier else set()
    restored: dict[int, RangeFingerprint] = {}
    for stage, tip, former in earlier:
        if former.head not in unheld and stage.number not in restored and scope.contains(tip, former.head):
            restored[stage.number] = former
    return restored


def _earlier_ranges(stage: Stage) -> list[RangeFingerprint]:
    """Ranges the stage had before, newest first, as far back as every step between was proven."""
    ranges: list[RangeFingerprint] = []
    for trail in reversed(stage.trail):
        if trail.proof == "user":
            break
        ranges.append(trail.range)
    return ranges


@dataclass(frozen=True)
class TakenBack:
    """A stage whose landing, as `commit` in `target`, does not hold any more; `recorded` is its own commit.

    `target` is empty where the record itself had moved into a target.
    """

    task: TaskKey
    stage: int
    recorded: str
    commit: str
    target: str


class _Landing(NamedTuple):
    """A landed stage of a task, and the branches of which any may hold it."""

    task: Task
    stage: Stage
    refs: list[SearchRef]


def taken_back(task: Task, scope: SearchScope) -> list[TakenBack]:
    """Landings of the task that were taken back, in stage order; changes nothing."""
    return list_taken_back([task], scope)


def list_taken_back(tasks: Iterable[Task], scope: SearchScope) -> list[TakenBack]:
    """Landings of these tasks that were taken back; one walk for all that landed in the same branches.

    That no target here holds the commit is proof where it was this clone that saw it land, or where a target's reflog
    has the move that took it away since. Any other clone may be merely behind, and a shallow one sees no end.
    """
    if scope.git.is_shallow:
        return []
    lost = _lost_landings(tasks, scope)
    return [_describe(task, stage) for task, stage, refs in lost if _is_evident(stage, refs, scope)]


def unlanded_facts(snapshot: Snapshot, landings: Iterable[TakenBack]) -> list[StageUnlanded]:
    """The facts to record, for stages that are still on record as landed by the same commit."""
    return [
        StageUnlanded(
            task=landing.task,
            stage=landing.stage,
            recorded=landing.recorded,
            landed=landing.commit,
            target=landing.target,
        )
        for landing in landings
        if _is_current(snapshot.state.tasks.get(landing.task), landing)
    ]


def as_taken_back(task: Task, landings: Iterable[TakenBack]) -> Task:
    """The task as it would be with these on record, for those who only look."""
    numbers = {landing.stage for landing in landings if landing.task == task.key}
    return without_landings(task, numbers) if numbers else task


def _is_current(task: Task | None, landing: TakenBack) -> bool:
    stage = task.stages.get(landing.stage) if task is not None else None
    return stage is not None and landed_as(stage) == landing.commit


def _describe(task: Task, stage: Stage) -> TakenBack:
    recorded, target = stage.range, stage.landing.target if stage.landing is not None else ""
    return TakenBack(task.key, stage.number, recorded.head if recorded else "", landed_as(stage) or "", target)


def _lost_landings(tasks: Iterable[Task], scope: SearchScope) -> list[_Landing]:
    """Landed stages whose commit none of the branches that could hold it has."""
    around: dict[tuple[str, ...], list[_Landing]] = {}
    for landing in (landed for task in tasks for landed in _landings(task, scope)):
        around.setdefault(tuple(dict.fromkeys(ref.tip for ref in landing.refs)), []).append(landing)
    lost: list[_Landing] = []
    for tips, landings in around.items():
        gone = unreachable(scope.git, [landed_as(landing.stage) or "" for landing in landings], tips)
        lost += [landing for landing in landings if landed_as(landing.stage) in gone]
    return sorted(lost, key=lambda landing: (landing.task.key, landing.stage.number))


def _landings(task: Task, scope: SearchScope) -> list[_Landing]:
    landed = [stage for stage in task.stages.values() if landed_as(stage) is not None]
    return [_Landing(task, stage, _holders(task, stage, scope)) for stage in landed]


def _holders(task: Task, stage: Stage, scope: SearchScope) -> list[SearchRef]:
    """The branches of which any may hold a landed stage: its targets, and the one it landed in, here and as fetched."""
    refs = scope.destinations_of(task, stage.number)
    if stage.landing is None:
        return [*refs, *scope.targets(task, stage)]
    target = stage.landing.target
    counts = not scope.extra_targets or scope.is_target_ref(target) or target in scope.besides(task, [stage])
    return [*refs, *(scope.copies(target) if counts else [])]


def _is_evident(stage: Stage, refs: list[SearchRef], scope: SearchScope) -> bool:
    writer, since = _seen_by(stage)
    if not refs or any(find_commit(scope.git, ref.tip) is None for ref in refs) or _is_unreadable(stage, scope):
        return False  # without a target that can be read, nothing is known: a list may have a slip of the pen
    if scope.writer is None or writer == scope.writer:
        return True
    commit = landed_as(stage)
    if commit is None or since is None:
        return False
    return any(has_left(scope.git, scope.full_name(ref), commit, since=since) for ref in refs)


def _is_unreadable(stage: Stage, scope: SearchScope) -> bool:
    """Whether the branch it landed in is damaged: that proves nothing."""
    target = stage.landing.target if stage.landing is not None else stage.base_ref
    return any(is_torn(scope.git, f"refs/{kind}/{target}") for kind in ("heads", "remotes")) if target else False


def _seen_by(stage: Stage) -> tuple[str, datetime | None]:
    """The clone that recorded a landing, and when."""
    if stage.landing is not None:
        return stage.landing.writer, stage.landing.at
    return stage.recorded_by, stage.trail[-1].at if stage.trail else None
