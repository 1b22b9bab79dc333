"""Which records are stale at all: one reachability question per branch, answered for all its stages together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.git.history import held_by, unreachable
from okstra_git.names import TaskKey
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.taking_back import taken_back
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Stage, Task
from okstra_git.store.drift import list_behind


@dataclass(frozen=True)
class Standing:
    """How one recorded stage stands: `ok`, `restored` to an earlier proven commit, or `stale`.

    `is_behind`: it is `ok`, although its branch here has not caught up with what another clone recorded.
    """

    stage: Stage
    home: Home | None
    status: str
    restored_to: RangeFingerprint | None = None
    is_behind: bool = False


def survey(task: Task, places: Places) -> list[Standing]:
    """The standing of every recorded stage of the task, in stage order.

    A stage that landed is not stale as long as a target holds the commit it landed as, whatever became of its branch.
    Nor is one whose branch here is merely behind (`list_behind`): a clone that is behind records nothing.
    """
    return survey_all([task], places)[task.key]


def survey_all(tasks: Sequence[Task], places: Places) -> dict[TaskKey, list[Standing]]:
    """`survey` of several tasks, by key, which git is asked about together."""
    asked = {task.key: _still_asked(task, places) for task in tasks}
    lost = _lost([(task, stage) for task in tasks for stage in asked[task.key]], places)
    return {task.key: _standings(task, {n for key, n in lost if key == task.key}, places) for task in tasks}


def _still_asked(task: Task, places: Places) -> list[Stage]:
    """The stages on record that are not known to have landed."""
    arrived = standing_landings(task, places)
    return [stage for number, stage in sorted(task.stages.items()) if stage.range and number not in arrived]


def _standings(task: Task, lost: set[int], places: Places) -> list[Standing]:
    recorded = [stage for _, stage in sorted(task.stages.items()) if stage.range is not None]
    homes = {stage.branch: places.branch(stage.branch) for stage in recorded}
    behind, restored = _explained(task, [stage for stage in recorded if stage.number in lost], homes, places)
    return [
        Standing(stage, homes[stage.branch], _status(stage.number, lost - behind, restored),
                 restored.get(stage.number), stage.number in behind)
        for stage in recorded
    ]  # fmt: skip


def standing_landings(task: Task, places: Places) -> set[int]:
    """Numbers of stages that are on record as landed, and nothing here says that it was taken back."""
    landed = {number for number, stage in task.stages.items() if stage.landed}
    return landed - {one.stage for one in taken_back(task, places)} if landed else set()


Mark = tuple[TaskKey, int]
"""A stage of any task: the task's key and the stage's number."""


def _lost(stages: Iterable[tuple[Task, Stage]], places: Places) -> set[Mark]:
    """The stages whose recorded commit neither their branch nor any branch it may be merged in contains."""
    groups: dict[tuple[str, ...], list[Asked]] = {}
    for task, stage in stages:
        home = places.branch(stage.branch)
        if stage.range is not None and (home is None or stage.range.head != home.tip):
            if home is None and _left_with_group(task, stage, places):
                continue
            around = tuple(found.tip for found in places.around(task, stage))
            groups.setdefault(around, []).append(Asked((task.key, stage.number), stage.range.head, home))
    return {mark for around, asked in groups.items() for mark in _lost_beside(around, asked, places)}


def _left_with_group(task: Task, stage: Stage, places: Places) -> bool:
    """Whether a group holds the stage, in a clone which never had its branch.

    A handoff pushes the group's branch and no stage's. That the stage's is missing tells something in the clone alone
    that recorded it.
    """
    if places.writer is None or stage.recorded_by in ("", places.writer) or places.is_on_remotes(stage.branch):
        return False
    head = stage.range.head if stage.range is not None else None
    groups = [
        one for one in task.groups.values() if any((m.stage, m.commit) == (stage.number, head) for m in one.members)
    ]
    homes = [(places.branch(one.branch), one.range.head) for one in groups]
    return any(home is not None and places.contains(home.tip, commit) for home, commit in homes)


class Asked(NamedTuple):
    """A recorded commit that may be lost, and the stage's own branch."""

    mark: Mark
    head: str
    home: Home | None


def _lost_beside(around: Sequence[str], asked: Sequence[Asked], places: Places) -> Iterator[Mark]:
    """Those that are in none of these branches, nor in their own; two walks for all of them."""
    outside = unreachable(places.git, [one.head for one in asked], around)
    left = [one for one in asked if one.head in outside]
    held = held_by(places.git, {(one.home.tip, one.head) for one in left if one.home}, around)
    for one in left:
        if one.home is None or (one.home.tip, one.head) not in held:
            yield one.mark


def _status(number: int, lost: set[int], restored: Mapping[int, RangeFingerprint]) -> str:
    if number not in lost:
        return "ok"
    return "restored" if number in restored else "stale"


def _explained(
    task: Task, lost: Sequence[Stage], homes: Mapping[str, Home | None], places: Places
) -> tuple[set[int], dict[int, RangeFingerprint]]:
    """Those of the lost stages whose branch is behind, and those whose branch is back at an earlier proven range."""
    by_home: dict[Home, list[Stage]] = {}
    for stage in lost:
        home = homes[stage.branch]
        if home is not None:
            by_home.setdefault(home, []).append(stage)
    behind: set[int] = set()
    for home, stages in by_home.items():
        behind |= list_behind(places.git, task, stages, home.tip, places.writer)
    left = [(stage, home) for home, stages in by_home.items() for stage in stages if stage.number not in behind]
    return behind, _back(left, places)


def _back(stages: Sequence[tuple[Stage, Home]], places: Places) -> dict[int, RangeFingerprint]:
    """The newest earlier range of each stage that its branch has."""
    earlier = [(stage, home.tip, one) for stage, home in stages for one in _earlier_ranges(stage)]
    tips = sorted({tip for _, tip, _ in earlier})
    gone = unreachable(places.git, [one.head for *_, one in earlier], tips) if earlier else set()
    found: dict[int, RangeFingerprint] = {}
    for stage, tip, one in earlier:
        if one.head not in gone and stage.number not in found and places.contains(tip, one.head):
            found[stage.number] = one
    return found


def _earlier_ranges(stage: Stage) -> list[RangeFingerprint]:
    """Ranges the stage had before, newest first, as far back as every step between was proven."""
    found: list[RangeFingerprint] = []
    for trail in reversed(stage.trail):
        if trail.proof == "user":
            break
        found.append(trail.range)
    return found
