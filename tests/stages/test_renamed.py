"""A stage's branch that bears another name by now: how to go on is said, and going on follows it."""

import shlex
from pathlib import Path

import pytest

from tests.kit.handing import begin
from tests.kit.scenario import World
from tests.kit.stores import NAME


@pytest.fixture
def world(tmp_path: Path) -> World:
    return begin(tmp_path / "shop")


def started(world: World, *flags: str, number: int = 1) -> World:
    """A stage with a worktree of its own and a commit in it; the worktree."""
    told = world.okstra("stage", "start", str(number), "--task-key", NAME, "--base", "main", *flags, "--json").json
    there = World(Path(told["stage"]["worktree"]), labels=world.labels, clock=world.clock)
    there.commit(f"work {number}")
    return there


def refusal(world: World, number: int = 1) -> dict[str, str]:
    error = world.okstra("stage", "done", str(number), "--task-key", NAME, "--json", exit=1).json["error"]
    assert error["code"] == "branch.missing"
    return dict(error)


def go_on(world: World, hint: str) -> None:
    """Types the line that the hint says."""
    line = hint[hint.index("git okstra ") :]
    world.okstra(*shlex.split(line)[2:])


def doctor(world: World) -> dict[str, str]:
    """Code -> hint of what doctor finds, but for hooks."""
    found = world.okstra("doctor", "--json", exit=None).json["findings"]
    return {each["code"]: each["hint"] for each in found if not each["code"].startswith("hooks")}


@pytest.mark.parametrize("name", ["feat/nicer", "it's;$HOME", "größer"])
def test_a_branch_renamed_in_its_worktree(world: World, name: str) -> None:
    there = started(world)
    there.git("branch", "-m", name)
    error = refusal(world)
    assert name in error["message"]
    assert doctor(world)["branch.renamed"].startswith("git branch -m "), "nothing is recorded before it is done"
    go_on(world, error["hint"])
    stage = world.okstra("stage", "show", "1", "--task-key", NAME).json["stage"]
    assert (stage["branch"], stage["commit"]) == (name, there.tip())
    assert doctor(world) == {}
    (row,) = world.okstra("worktree", "list", "--json").json["worktrees"]
    assert (row["branch"], row["worktree"]) == (name, str(there.path))
    assert there.okstra("stage", "done").json["changed"] is False
    assert world.okstra("reconcile", "--task-key", NAME).json["items"] == []


def test_one_renamed_twice(world: World) -> None:
    there = started(world)
    there.git("branch", "-m", "second")
    there.git("branch", "-m", "third")
    assert refusal(world)["hint"].endswith("--branch third")


def test_one_that_was_adopted_and_has_no_worktree(world: World) -> None:
    world.git("branch", "mine")
    world.okstra("stage", "start", "1", "--task-key", NAME, "--base", "main", "--branch", "mine", "--no-worktree")
    world.git("branch", "-m", "mine", "yours")
    error = refusal(world)
    assert error["hint"].endswith("--branch yours")
    assert "branch.renamed" in doctor(world)
    go_on(world, error["hint"])
    assert doctor(world) == {}


def test_one_that_was_deleted_while_another_is_checked_out_in_its_place(world: World) -> None:
    there = started(world)
    there.git("switch", "-q", "-c", "other")
    there.git("branch", "-D", "feature/web/login-stage-1")
    assert refusal(world)["hint"].endswith("--branch other")


def test_one_that_is_nowhere(world: World) -> None:
    there = started(world)
    there.git("checkout", "-q", "--detach")
    there.git("branch", "-D", "feature/web/login-stage-1")
    error = refusal(world)
    assert "--branch NAME" in error["hint"]
    assert "branch.renamed" not in doctor(world)


def test_a_name_that_another_stage_has_is_refused(world: World) -> None:
    first, second = started(world), started(world, number=2)
    second.git("checkout", "-q", "--detach")
    first.git("branch", "-D", "feature/web/login-stage-2")
    line = ["stage", "done", "2", "--task-key", NAME, "--branch", "feature/web/login-stage-1"]
    assert world.okstra(*line, exit=1).json["error"]["code"] == "branch.owned"


def test_a_branch_that_is_there_keeps_its_row(world: World) -> None:
    started(world)
    world.git("branch", "other")
    world.okstra("stage", "done", "1", "--task-key", NAME, "--branch", "other")
    (row,) = world.okstra("worktree", "list", "--json").json["worktrees"]
    assert row["branch"] == "feature/web/login-stage-1"
