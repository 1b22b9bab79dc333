"""Which records are stale at all: one reachability question per branch, answered for all its stages together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okstra_git.git.history import unreachable
from okstra_git.reconcile.places import Home, Places
from okstra_git.records.stage import RangePrint
from okstra_git.records.states import Stage, Task


@dataclass(frozen=True)
class Standing:
    """How one recorded stage stands: `ok`, `restored` to an earlier proven commit, or `stale`."""

    stage: Stage
    home: Home | None
    status: str
    restored_to: RangePrint | None = None


def survey(task: Task, places: Places) -> list[Standing]:
    """The standing of every recorded stage of the task, in stage order.

    A stage that landed is not stale as long as a target holds the commit it landed as, whatever became of its branch.
    """
    recorded = [stage for _, stage in sorted(task.stages.items()) if stage.range is not None]
    homes = {stage.branch: places.branch(stage.branch) for stage in recorded}
    arrived = standing_landings(task, places)
    lost = _lost(task, [stage for stage in recorded if stage.number not in arrived], homes, places)
    return [_standing(stage, homes[stage.branch], places, is_lost=stage.number in lost) for stage in recorded]


def standing_landings(task: Task, places: Places) -> set[int]:
    """Numbers of stages that are on record as landed by a commit that one of their targets still has."""
    around: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for number, stage in task.stages.items():
        if stage.landing is not None:
            homes = [*places.destinations_of(task, number), *places.target(stage.landing.target)]
            tips = tuple(dict.fromkeys(home.tip for home in homes))
            around.setdefault(tips, []).append((number, stage.landing.commit))
    standing: set[int] = set()
    for tips, landings in around.items():
        gone = unreachable(places.git, [commit for _, commit in landings], tips)
        standing |= {number for number, commit in landings if commit not in gone}
    return standing


def _lost(task: Task, stages: Iterable[Stage], homes: Mapping[str, Home | None], places: Places) -> set[int]:
    """Numbers of stages whose recorded commit neither their branch nor any of their targets contains."""
    groups: dict[tuple[str, ...], list[Stage]] = {}
    for stage in stages:
        home = homes[stage.branch]
        if stage.range is None or (home is not None and stage.range.head == home.tip):
            continue
        tips = [home.tip] if home else []
        groups.setdefault((*tips, *(target.tip for target in places.targets(task, stage))), []).append(stage)
    lost: set[int] = set()
    for around, group in groups.items():
        gone = unreachable(places.git, [stage.range.head for stage in group if stage.range], list(around))
        lost |= {stage.number for stage in group if stage.range and stage.range.head in gone}
    return lost


def _standing(stage: Stage, home: Home | None, places: Places, *, is_lost: bool) -> Standing:
    if not is_lost:
        return Standing(stage, home, "ok")
    earlier = _earlier_ranges(stage)
    if home is not None and earlier:
        gone = unreachable(places.git, [one.head for one in earlier], [home.tip])
        back = next((one for one in earlier if one.head not in gone), None)
        if back is not None:
            return Standing(stage, home, "restored", back)
    return Standing(stage, home, "stale")


def _earlier_ranges(stage: Stage) -> list[RangePrint]:
    """Ranges the stage had before, newest first, as far back as every step between was proven."""
    found: list[RangePrint] = []
    for trail in reversed(stage.trail):
        if trail.proof == "user":
            break
        found.append(trail.range)
    return found
