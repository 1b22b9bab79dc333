"""SIGKILL while a group is assembled, and many at once: one group, one branch, one worktree, or nothing yet."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kit.answers import Answer
from tests.kit.handing import begin, ready
from tests.kit.scenario import World
from tests.kit.stores import NAME

BRANCH = "feature/web/login-group-1-2"
POINTS = [
    "handoff.worktree-made",
    "log.commit-written",
    "refs.locked",
    "refs.swapped",
    "log.appended",
    "handoff.assembled",
]
URL = "https://forge.example/shop/pull/7"


def assemble(stages: str = "1,2") -> Sequence[str]:
    return ["handoff", "assemble", "--task-key", NAME, "--stages", stages, "--base", "main", "--json"]


@pytest.fixture
def world(roomy: Path) -> World:
    """Two stages that may leave, and main checked out."""
    world = begin(roomy / "world")
    for number in (1, 2):
        ready(world, number)
    world.checkout("main")
    return world


def assert_assembled(world: World, done: Answer) -> None:
    """Row, branch, ref and a clean worktree on that branch, all at one commit."""
    commit = done.json["commit"]
    assert world.tip(BRANCH) == world.tip("refs/okstra/group/shop/web/login/1-2") == commit
    collector = World(Path(done.json["worktree"]))
    assert collector.ask("symbolic-ref", "--short", "HEAD") == BRANCH
    assert (collector.tip(), collector.ask("status", "--porcelain")) == (commit, "")
    rows = [row for row in world.okstra("worktree", "list", "--json").json["worktrees"] if row["scope"] == "group-1-2"]
    assert [(row["branch"], row["exists"]) for row in rows] == [(BRANCH, True)]
    assert world.okstra("fsck", "--json").json["findings"] == []
    assert list((world.path / ".git/refs").rglob("*.lock")) == []


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_assembling_and_told_again(world: World, point: str) -> None:
    world.okstra_process(*assemble(), exit=-9, env={"OKSTRA_FAULT_POINT": f"{point}:kill"})
    world.ask("fsck", "--strict")
    group = "refs/okstra/group/shop/web/login/1-2"
    recorded = "group.assembled" in world.okstra("log", "--json").out
    assert bool(world.ask("for-each-ref", f"refs/heads/{BRANCH}")) == recorded, "row and branch stand or fall together"
    assert_assembled(world, world.okstra_process(*assemble()))
    assert world.tip(group)


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_following_a_moved_base(world: World, point: str) -> None:
    world.okstra(*assemble())
    world.commit("M", {"m.txt": "m\n"})
    world.okstra_process(*assemble(), exit=None, env={"OKSTRA_FAULT_POINT": f"{point}:kill"})
    done = world.okstra_process(*assemble())
    assert_assembled(world, done)
    assert (Path(done.json["worktree"]) / "m.txt").read_text() == "m\n"


def test_a_crowd_that_assembles_the_same_group_makes_one(world: World) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: world.okstra_process(*assemble(), exit=None), range(6)))
    assert {answer.exit for answer in answers} <= {0, 1}
    assert any(answer.exit == 0 for answer in answers)
    assert [answer.json["error"]["code"] for answer in answers if answer.exit] == []
    assert_assembled(world, world.okstra_process(*assemble()))
    assert [event["fact"]["type"] for event in world.okstra("log", "--json").json["events"]].count(
        "group.assembled"
    ) == 1


def test_a_crowd_that_records_pull_requests_for_one_stage_records_one(world: World) -> None:
    def record(number: int) -> Answer:
        flags = ["--stages", "1", "--branch", "s1", "--url", f"https://forge.example/shop/pull/{number}"]
        return world.okstra_process("handoff", "record-pr", "--task-key", NAME, *flags, "--json", exit=None)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(record, range(6)))
    assert sorted(answer.exit for answer in answers) == [0, 1, 1, 1, 1, 1]
    assert {answer.json["error"]["code"] for answer in answers if answer.exit} == {"handoff.already-in-pr"}


def test_a_worktree_that_cannot_be_made_leaves_nothing_behind(world: World) -> None:
    blocked = world.path.parent / "file"
    blocked.write_text("")
    world.git("config", "okstra.worktreeRoot", str(blocked / "deeper"))
    before = world.ask("for-each-ref")
    assert world.okstra(*assemble(), exit=1).json["error"]["code"] == "worktree.failed"
    assert world.ask("for-each-ref") == before
