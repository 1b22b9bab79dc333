"""The hunt: thousands of rewritten histories, and none of okstra's answers about them may be false."""

from pathlib import Path
from random import SystemRandom

import pytest

from tests.kit.budgets import HUNT_PARTS, HUNT_SECONDS, IS_RANDOM
from tests.properties.hunting.hunt import commits_of, run
from tests.properties.hunting.judge import Court
from tests.properties.hunting.naive import judge_naively
from tests.properties.hunting.recording import record_task
from tests.properties.hunting.report import Tally, tell
from tests.properties.hunting.scenes import make_scene
from tests.properties.hunting.values import Stage

QUICK_SEEDS = (21, 22, 23)
CLASSES = (
    "A1", "A2", "A3", "A4", "C:", "D:", "D2", "E:", "F:", "G:", "H: not", "H: part", "part outside: below, altered",
    "part outside: below, kept", "part outside: landed",
)  # fmt: skip


def check(tally: Tally, seed: int) -> None:
    """Nothing false, and hardly a question about commits that were only moved."""
    false, clean = tally.list("false"), [case for case in tally.list("missed") if case.judgement.kind == "clean"]
    table = "\n".join(tally.lines())
    told = "\n\n".join(tell(case) for case in (*false[:5], *clean[:5]))
    assert not false, f"seed {seed}: {len(false)} answers are false\n{table}\n\n{told}"
    most = tally.total * 3 // 1000
    assert len(clean) <= most, f"seed {seed}: {len(clean)} needless questions, at most {most}\n{table}\n\n{told}"


def drawn(seed: int) -> int:
    """The seed, or in `make test-deep` another one; it is told when the hunt finds something."""
    return SystemRandom().randrange(10_000, 10_000_000) if IS_RANDOM else seed


@pytest.mark.parametrize("seed", QUICK_SEEDS)
def test_no_answer_is_false(tmp_path: Path, seed: int) -> None:
    seed = drawn(seed)
    check(run(tmp_path / "world", seed, tasks=24, rounds=10), seed)


def test_asking_twice_changes_nothing(tmp_path: Path) -> None:
    """What is proven is recorded once; afterwards the same questions are left, and nothing is ever recorded again."""
    seed = drawn(27)
    tasks = [record_task(seed, number) for number in range(40)]
    court = Court(tmp_path / "world", tasks)
    first = court.judge([make_scene(seed, number, 0, task) for number, task in enumerate(tasks)])
    asked = {task: {n for n, item in items.items() if item["class"] == "confirm"} for task, items in first.items()}
    for _ in range(2):
        left = court.settle()
        log = court.world.ask("for-each-ref", "refs/okstra/log")
        assert {task: set(items) for task, items in left.items()} == asked, f"seed {seed}"
    court.settle()
    assert court.world.ask("for-each-ref", "refs/okstra/log") == log, f"seed {seed}: the same was recorded again"


@pytest.mark.deep
@pytest.mark.parametrize("part", range(HUNT_PARTS))
def test_no_answer_is_false_for_long(tmp_path: Path, part: int) -> None:
    """Of 4,200 judgements each at most: a hundred thousand in all on a fast machine."""
    seed = drawn(1_000 + part)
    check(run(tmp_path / "world", seed, tasks=54, rounds=40, seconds=HUNT_SECONDS), seed)


def test_the_hunt_has_teeth() -> None:
    """A judge that follows by content alone is found out in every class there is, and is right often enough."""
    tally = judge_naively(seed=23, tasks=54, rounds=18)
    found = {kind for verdict, kind in tally.kinds if verdict == "false"}
    assert [name for name in CLASSES if not any(kind.startswith(name) for kind in found)] == []
    assert tally.said["auto", "right"] > tally.total / 5
    assert tally.said["nothing", "right"] > tally.total / 10


def test_what_is_kept_is_what_git_makes(tmp_path: Path) -> None:
    """The generator's merges are git's, but for the few about which git's own programs disagree."""
    tasks = [record_task(31, number) for number in range(24)]
    court = Court(tmp_path / "world", tasks)
    scenes = [make_scene(31, number, 0, task) for number, task in enumerate(tasks)]
    court.judge(scenes)
    said = [
        court.replays(Stage(1, "", commit.sources[0].parents[0], commit.sources), commit.parents[0], commit)
        for scene in scenes
        for commit in commits_of(scene).values()
        if commit.how in ("kept", "picked", "rebase-merged") and commit.tree != commit.before
    ]
    assert len(said) > 30
    assert said.count(False) <= len(said) // 20


def test_a_scene_is_the_same_every_time() -> None:
    first, second = (judge_naively(seed=5, tasks=4, rounds=2) for _ in range(2))
    assert first.kinds == second.kinds
    assert [tell(case) for case in first.cases] == [tell(case) for case in second.cases]
