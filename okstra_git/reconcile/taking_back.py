"""Landings on record that no target holds any more: which of them were taken back, as far as this clone can tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from okstra_git.git.history import find_commit, unreachable
from okstra_git.git.reflogs import has_left
from okstra_git.git.refs import is_torn
from okstra_git.names import TaskKey
from okstra_git.reconcile.places import Home, Places
from okstra_git.records.events import StageUnlanded
from okstra_git.records.states import Stage, Task
from okstra_git.store.fold_handoff import landed_as, without_landings
from okstra_git.store.snapshot import Snapshot


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
    homes: list[Home]


def taken_back(task: Task, places: Places) -> list[TakenBack]:
    """Landings of the task that were taken back, in stage order; changes nothing."""
    return list_taken_back([task], places)


def list_taken_back(tasks: Iterable[Task], places: Places) -> list[TakenBack]:
    """Landings of these tasks that were taken back; one walk for all that landed in the same branches.

    That no target here holds the commit is proof where it was this clone that saw it land, or where a target's reflog
    has the move that took it away since. Any other clone may be merely behind, and a shallow one sees no end.
    """
    if places.git.is_shallow:
        return []
    lost = _lost(tasks, places)
    return [_describe(task, stage) for task, stage, homes in lost if _is_evident(stage, homes, places)]


def unlanded_facts(snapshot: Snapshot, found: Iterable[TakenBack]) -> list[StageUnlanded]:
    """The facts to record, for stages that are still on record as landed by the same commit."""
    return [
        StageUnlanded(task=one.task, stage=one.stage, recorded=one.recorded, landed=one.commit, target=one.target)
        for one in found
        if _is_current(snapshot.state.tasks.get(one.task), one)
    ]


def as_taken_back(task: Task, found: Iterable[TakenBack]) -> Task:
    """The task as it would be with these on record, for those who only look."""
    numbers = {one.stage for one in found if one.task == task.key}
    return without_landings(task, numbers) if numbers else task


def _is_current(task: Task | None, one: TakenBack) -> bool:
    stage = task.stages.get(one.stage) if task is not None else None
    return stage is not None and landed_as(stage) == one.commit


def _describe(task: Task, stage: Stage) -> TakenBack:
    recorded, target = stage.range, stage.landing.target if stage.landing is not None else ""
    return TakenBack(task.key, stage.number, recorded.head if recorded else "", landed_as(stage) or "", target)


def _lost(tasks: Iterable[Task], places: Places) -> list[_Landing]:
    """Landed stages whose commit none of the branches that could hold it has."""
    around: dict[tuple[str, ...], list[_Landing]] = {}
    for landing in (found for task in tasks for found in _landings(task, places)):
        around.setdefault(tuple(dict.fromkeys(home.tip for home in landing.homes)), []).append(landing)
    lost: list[_Landing] = []
    for tips, landings in around.items():
        gone = unreachable(places.git, [landed_as(each.stage) or "" for each in landings], tips)
        lost += [each for each in landings if landed_as(each.stage) in gone]
    return sorted(lost, key=lambda each: (each.task.key, each.stage.number))


def _landings(task: Task, places: Places) -> list[_Landing]:
    landed = [stage for stage in task.stages.values() if landed_as(stage) is not None]
    return [_Landing(task, stage, _holders(task, stage, places)) for stage in landed]


def _holders(task: Task, stage: Stage, places: Places) -> list[Home]:
    """The branches of which any may hold a landed stage: its targets, and the one it landed in, here and as fetched."""
    homes = places.destinations_of(task, stage.number)
    if stage.landing is None:
        return [*homes, *places.targets(task, stage)]
    target = stage.landing.target
    counts = not places.extra_targets or places.is_target_ref(target) or target in places.besides(task, [stage])
    return [*homes, *(places.copies(target) if counts else [])]


def _is_evident(stage: Stage, homes: list[Home], places: Places) -> bool:
    writer, at = _seen_by(stage)
    if not homes or any(find_commit(places.git, home.tip) is None for home in homes) or _is_unreadable(stage, places):
        return False  # without a target that can be read, nothing is known: a list may have a slip of the pen
    if places.writer is None or writer == places.writer:
        return True
    commit = landed_as(stage)
    if commit is None or at is None:
        return False
    return any(has_left(places.git, places.full_name(home), commit, since=at) for home in homes)


def _is_unreadable(stage: Stage, places: Places) -> bool:
    """Whether the branch it landed in is damaged: that is no proof of anything."""
    target = stage.landing.target if stage.landing is not None else stage.base_ref
    return any(is_torn(places.git, f"refs/{kind}/{target}") for kind in ("heads", "remotes")) if target else False


def _seen_by(stage: Stage) -> tuple[str, datetime | None]:
    """The clone that recorded a landing, and when."""
    if stage.landing is not None:
        return stage.landing.writer, stage.landing.at
    return stage.recorded_by, stage.trail[-1].at if stage.trail else None
