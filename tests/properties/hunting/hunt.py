"""The hunt itself: records a world of tasks, then round after round makes a scene of each and has it judged."""

import math
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from tests.properties.hunting.judge import Court, Item
from tests.properties.hunting.oracle import Judgement, judge
from tests.properties.hunting.recording import record_task
from tests.properties.hunting.report import Case, Tally
from tests.properties.hunting.scenes import make_scene
from tests.properties.hunting.values import Commit, Scene, ancestors


def hunt(folder: Path, seed: int, *, tasks: Sequence[int], rounds: Iterable[int]) -> Iterator[Case]:
    """Every judgement of these rounds about these tasks, in a repository made in `folder`."""
    court = Court(folder, [record_task(seed, number) for number in tasks])
    for place in rounds:
        scenes = [make_scene(seed, number, place, task) for number, task in zip(tasks, court.tasks, strict=True)]
        said = court.judge(scenes)
        for scene in scenes:
            known = commits_of(scene)
            items = said[scene.task.name]
            shared = _shared(items)
            for stage in scene.task.stages:
                item = items.get(stage.number)
                found = judge(scene, stage, item, known, court.replays)
                if item and item["replacement"] in shared:
                    found = Judgement("auto", "false", "shared: two stages on one commit")
                yield Case(seed, place, scene, stage, item, found)


def _shared(items: Mapping[int, Item]) -> set[str]:
    """Commits that more than one stage of a task is said to be now."""
    return {end for end, count in Counter(item["replacement"] for item in items.values()).items() if end and count > 1}


def commits_of(scene: Scene) -> dict[str, Commit]:
    """Every commit that a scene can speak of, by its id."""
    tips = [*scene.refs.values(), *scene.task.branches.values(), scene.task.trunk[-1]]
    return {commit.oid: commit for commit in ancestors(*tips)}


def run(folder: Path, seed: int, *, tasks: int, rounds: int, seconds: float = math.inf) -> Tally:
    """A whole hunt with one seed, counted; after so many seconds no new round begins."""
    tally, end = Tally(), time.monotonic() + seconds
    places = takewhile(lambda _: time.monotonic() < end, range(rounds))
    for case in hunt(folder, seed, tasks=range(tasks), rounds=places):
        tally.add(case)
    return tally
