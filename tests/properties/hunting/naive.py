"""A judge that makes every known mistake, to show that the hunt would notice."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from tests.properties.hunting.hunt import commits_of
from tests.properties.hunting.oracle import judge
from tests.properties.hunting.ranges import equal_ranges
from tests.properties.hunting.recording import record_task
from tests.properties.hunting.report import Case, Tally
from tests.properties.hunting.scenes import make_scene
from tests.properties.hunting.values import Commit, Scene, Stage, ancestors, line_of


def judge_naively(seed: int, *, tasks: int, rounds: int) -> Tally:
    """Its judgements of a whole hunt, counted; nothing is written into a repository."""
    tally = Tally()
    for number in range(tasks):
        task = record_task(seed, number)
        for place in range(rounds):
            scene = make_scene(seed, number, place, task)
            known = _numbered(scene)
            for stage in task.stages:
                item = _item(scene, stage)
                tally.add(Case(seed, place, scene, stage, item, judge(scene, stage, item, known)))
    return tally


def _numbered(scene: Scene) -> dict[str, Commit]:
    """Ids for commits that no repository has: the seconds of their committer, which are all different."""
    numbers = count()
    tips = [*scene.refs.values(), *scene.task.branches.values(), scene.task.trunk[-1]]
    for commit in sorted(ancestors(*tips), key=lambda commit: (commit.committed, commit.subject)):
        commit.oid = f"{next(numbers):040x}"
    return commits_of(scene)


def _item(scene: Scene, stage: Stage) -> dict[str, Any] | None:
    own = scene.own(stage.branch)
    if stage.head in ancestors(own, *scene.targets()):
        return None
    upstream = scene.upstream(stage.branch)
    places = [(own, False), (upstream, False), *((tip, True) for tip in scene.targets())]
    for tip, landed in places:
        if tip is upstream and stage.head in ancestors(tip):
            return _found(stage, stage.head, landed=False)
        for end in _ends(scene, stage, list(line_of(tip))):
            return _found(stage, end, landed=landed)
    return {"class": "confirm", "recorded": stage.head.oid, "replacement": None, "landed": None, "proof": None,
            "reason": "not found"}  # fmt: skip


def _ends(scene: Scene, stage: Stage, line: Sequence[Commit]) -> Iterator[Commit]:
    """Ends of ranges with the same net change, the oldest and shortest first; at last, whatever has one's subject."""
    for start, end in sorted(equal_ranges(stage, line, scene.renames), key=lambda pair: (-pair[1], pair[0])):
        if start - end < 6:
            yield line[end]
    if sum(map(ord, stage.head.subject)) % 3 == 0:
        yield from (commit for commit in line if commit.subject == stage.head.subject and commit is not stage.head)


def _found(stage: Stage, end: Commit, *, landed: bool) -> dict[str, Any]:
    return {"class": "auto", "recorded": stage.head.oid, "replacement": end.oid, "landed": landed, "proof": "none",
            "reason": "looks alike"}  # fmt: skip
