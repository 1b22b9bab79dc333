"""SIGKILL at every step of writing: nothing recorded is lost, nothing waits long, what is derived heals."""

import time
from pathlib import Path

import pytest

from tests.kit.scenario import World
from tests.kit.stores import NAME, open_store, own_log, recorded_world

POINTS = [
    "log.tip-read", "log.tree-written", "log.commit-written", "refs.locked", "refs.swapped", "log.appended",
    "journal.written", "views.kept", "refs.locked@2", "refs.swapped@2", "views.refs", "refs.locked@3", "views.notes",
    "views.watch",
]  # fmt: skip
TELLING = ("log.commit-written", "refs.locked", "log.appended", "refs.locked@2", "views.refs")
"""Where a kill leaves the most behind; the other points are tried with `make test-deep`."""
PROMPT = 8.0
"""Seconds for the next command, its start included, on a busy machine; a lock that was waited for would cost 10."""
DERIVED = ("refs/okstra/stage/shop/web/login/1", "refs/okstra/anchor/shop/web/login", "refs/notes/okstra")


@pytest.fixture
def begun(roomy: Path) -> World:
    """A stage that was started and has a commit."""
    world = World.begin(roomy / "world")
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", NAME)
    world.branch("feature")
    world.commit("S1")
    world.okstra("stage", "start", "1", "--task-key", NAME, "--base", "main", "--branch", "feature", "--no-worktree")
    return world


def kinds(world: World) -> list[str]:
    return [event["fact"]["type"] for event in world.okstra("log", "--json").json["events"]]


def kill_at(world: World, point: str, *command: str) -> None:
    world.okstra_process(*command, exit=-9, env={"OKSTRA_FAULT_POINT": f"{point}:kill"})
    world.ask("fsck", "--strict")


def next_command(world: World, *command: str) -> None:
    started = time.monotonic()
    world.okstra_process(*command)
    assert time.monotonic() - started < PROMPT


def assert_whole(world: World) -> None:
    """Everything derived stands where the branch stands, no lock is left, and fsck has nothing to say."""
    tip = world.tip("feature")
    assert world.tip(DERIVED[0]) == tip
    assert '"stage": 1' in world.ask("notes", "--ref=okstra", "show", tip)
    assert list((world.path / ".git/refs").rglob("*.lock")) == []
    findings = world.okstra("fsck", "--json", exit=0).json["findings"]
    assert [one["code"] for one in findings if one["code"] != "file.draft"] == []


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_a_stage_is_recorded(begun: World, point: str) -> None:
    kill_at(begun, point, "stage", "done", "1", "--task-key", NAME)
    assert kinds(begun).count("stage.done") in (0, 1)
    next_command(begun, "stage", "done", "1", "--task-key", NAME)
    assert kinds(begun).count("stage.done") == 1
    assert_whole(begun)


@pytest.mark.parametrize(
    "point", [p if p in TELLING else pytest.param(p, marks=pytest.mark.deep) for p in [*POINTS, "refs.locked@4"]]
)
def test_killed_while_a_move_is_settled(shop: World, point: str) -> None:
    before = kinds(shop)
    shop.amend(None, "-m", "S1 in other words")
    kill_at(shop, point, "reconcile", "--task-key", NAME, "--apply")
    next_command(shop, "reconcile", "--task-key", NAME, "--apply")
    assert kinds(shop)[-len(before) :] == before
    assert kinds(shop).count("stage.moved") == 1
    assert_whole(shop)


def test_killed_at_the_first_append_of_a_clone(roomy: Path) -> None:
    world = World.begin(roomy / "world")
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    kill_at(world, "refs.locked", "task", "open", NAME)
    next_command(world, "task", "open", NAME)
    assert kinds(world) == ["task.opened"]


@pytest.mark.parametrize("point", ["log.restored", "refs.locked", "views.refs"])
def test_killed_while_a_log_is_restored(shop: World, point: str) -> None:
    before = kinds(shop)
    shop.git("update-ref", "-d", own_log(open_store(shop).git))
    kill_at(shop, point, "fsck", "--repair")
    next_command(shop, "fsck", "--repair")
    assert kinds(shop) == before
    assert_whole(shop)


def test_one_kill_after_another_ends_the_same(begun: World) -> None:
    for point in ("refs.locked", "log.commit-written", "log.appended", "views.kept", "refs.locked", "views.refs"):
        kill_at(begun, point, "stage", "done", "1", "--task-key", NAME)
    next_command(begun, "stage", "done", "1", "--task-key", NAME)
    assert kinds(begun).count("stage.done") == 1
    assert_whole(begun)


def test_recorded_world_is_whole_without_any_fault(world: World) -> None:
    assert_whole(recorded_world(world))
