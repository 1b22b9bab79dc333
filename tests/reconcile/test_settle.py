"""What a person may say a stage is, and what is taken for a slip until it is said to be meant."""

from typing import Any

import pytest

from tests.kit.handing import begin, stage
from tests.kit.scenario import World
from tests.kit.stores import NAME


@pytest.fixture
def world(tmp_path: Any) -> World:
    """Three stages, one on the other."""
    found = begin(tmp_path / "shop")
    stage(found, 1)
    stage(found, 2, base="s1", after=[1])
    stage(found, 3, base="s2", after=[2])
    return found


def answer(world: World, number: int, ref: str, *flags: str, exit: int = 0) -> Any:
    line = ["reconcile", "--task-key", NAME, "--apply", "--stage", str(number), "--use-ref", ref, *flags, "--json"]
    return world.okstra(*line, exit=exit).json


def refused(world: World, number: int, ref: str, code: str) -> None:
    """Refused with a next step and without a trace; taken with --force."""
    before = world.ask("for-each-ref", "refs/okstra")
    error = answer(world, number, ref, exit=1)["error"]
    assert error["code"] == code
    assert "--force" in error["hint"]
    assert error["stage"] == number
    assert world.ask("for-each-ref", "refs/okstra") == before
    answer(world, number, ref, "--force", exit=None)  # type: ignore[arg-type]
    shown = world.okstra("stage", "show", str(number), "--task-key", NAME).json["stage"]
    assert shown["commit"] == world.tip(ref)


def drop_second(world: World) -> None:
    todo = [("pick", "S1"), ("update-ref", "refs/heads/s1"), ("drop", "S2"), ("update-ref", "refs/heads/s2"),
            ("pick", "S3")]  # fmt: skip
    world.rebase_i("main", todo)


def test_a_dropped_stage_does_not_take_its_neighbours_commit(world: World) -> None:
    drop_second(world)
    assert world.tip("s2") == world["S1"]
    refused(world, 2, "s2", "answer.other-stage")


def test_nor_does_any_stage_take_a_commit_from_within_another_one(world: World) -> None:
    world.commit("S3b")
    world.commit("S3c")
    world.okstra("stage", "done", "3", "--task-key", NAME)
    refused(world, 1, world["S3b"], "answer.other-stage")


@pytest.mark.parametrize("ref", ["main", "refs/heads/main", "main~0"])
def test_a_target_typed_by_mistake(world: World, ref: str) -> None:
    world.checkout("main")
    world.commit("M")
    refused(world, 3, ref, "answer.target")


def test_the_base_typed_by_mistake(world: World) -> None:
    world.branch("theirs", "main")
    world.commit("T")
    stage(world, 4, base="theirs")
    refused(world, 4, "theirs", "answer.target")


def test_a_commit_at_the_tip_of_a_target_may_be_named_by_its_id(world: World) -> None:
    world.checkout("main")
    world.commit("squashed by hand", {"f1.txt": "1, and a fix\n"})
    told = answer(world, 1, world.tip(), exit=None)  # type: ignore[arg-type]
    assert [item["replacement"] for item in told["applied"]] == [world.tip()]


def test_a_branch_that_a_target_was_forwarded_to_is_no_slip(world: World) -> None:
    world.checkout("s1")
    world.amend({"f1.txt": "better\n"})
    world.checkout("main")
    world.git("merge", "-q", "--ff-only", "s1")
    told = answer(world, 1, "s1", exit=None)  # type: ignore[arg-type]
    assert [item["replacement"] for item in told["applied"]][:1] == [world.tip("s1")]


def test_a_commit_that_changes_nothing(world: World) -> None:
    world.branch("empty", "main")
    world.commit("nothing", {})
    refused(world, 3, "empty", "answer.empty")


def test_an_empty_stage_can_be_answered(world: World) -> None:
    world.branch("s4", "main")
    world.commit("S4", {})
    adopt = ["--base", "main", "--branch", "s4", "--no-worktree"]
    world.okstra("stage", "start", "4", "--task-key", NAME, *adopt)
    world.okstra("stage", "done", "4", "--task-key", NAME)
    world.amend(None, "--allow-empty", "-m", "S4 again")
    refused(world, 4, "s4", "answer.empty")


def test_the_recorded_commit_itself_is_never_a_slip(world: World) -> None:
    world.git("branch", "-m", "s3", "third")
    told = answer(world, 3, "third")
    assert told["items"] == []
    assert world.okstra("stage", "show", "3", "--task-key", NAME).json["stage"]["branch"] == "third"


def test_force_without_an_answer_is_wrong_usage(world: World) -> None:
    world.okstra("reconcile", "--task-key", NAME, "--apply", "--force", exit=129)
