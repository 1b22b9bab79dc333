"""`stage start` beside an approved plan knows what a prepare knows; without a worktree it makes the branch it lacks."""

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runs import approve_plan
from tests.cli.shop import TASK, codes, open_shop, record_stage, refused, stage_of, status
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return open_shop(world)


@pytest.fixture
def planned(shop: World) -> World:
    """Stages 2 and 3 build on 1, stage 4 on both, and stage 5 on nothing."""
    approve_plan(shop, (1, ()), (2, (1,)), (3, (1,)), (4, (2, 3)), (5, ()))
    return shop


def start(world: World, number: int, *words: str, exit: int = 0) -> Any:
    return world.okstra("stage", "start", str(number), *TASK, *words, exit=exit)


def finish(world: World, number: int, files: dict[str, str]) -> World:
    """Starts a stage as planned, and records one commit in its worktree."""
    there = World(Path(start(world, number).json["stage"]["worktree"]), labels=world.labels, clock=world.clock)
    there.commit(f"S{number}", files)
    world.okstra("stage", "done", str(number), *TASK)
    return there


def test_title_and_dependencies_are_those_of_the_plan(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    stage = start(planned, 2).json["stage"]
    assert (stage["title"], stage["depends_on"], stage["base"]) == ("part 2", [1], planned["S1"])
    assert stage_of(planned, 2)["depends_on"] == [1]


@pytest.mark.parametrize("words", [(), ("--base", "main"), ("--branch", "f", "--no-worktree")])
def test_a_stage_waits_for_what_it_builds_on(planned: World, words: tuple[str, ...]) -> None:
    answer = start(planned, 2, *words, exit=1)
    assert "stage 2 of shop:web:login waits for 1" in refused(answer, "stage.waits")
    assert answer.json["error"]["waits_for"] == [1]
    assert stage_of(planned, 2)["state"] == "pending"
    planned.okstra(*shlex.split(answer.json["error"]["hint"])[2:])
    assert stage_of(planned, 1)["state"] == "started"
    hint = start(planned, 2, exit=1).json["error"]["hint"]
    assert hint.startswith("git okstra stage done 1 ")


def test_two_dependencies_are_joined_under_the_stage(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    finish(planned, 2, {"two": "2\n"})
    finish(planned, 3, {"three": "3\n"})
    answer = start(planned, 4)
    there = World(Path(answer.json["stage"]["worktree"]), clock=planned.clock)
    assert all((there.path / name).is_file() for name in ("one", "two", "three"))
    assert "begins on a merge of" in answer.err


def test_dependencies_in_conflict_start_nothing(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    finish(planned, 2, {"same": "2\n"})
    finish(planned, 3, {"same": "3\n"})
    answer = start(planned, 4, exit=2)
    refused(answer, "base.conflict", status=2)
    assert answer.json["error"]["hint"].endswith("with --base")
    assert stage_of(planned, 4)["state"] == "pending"


def test_a_base_that_is_named_stands_and_what_it_lacks_is_said(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    answer = start(planned, 2, "--base", "main")
    assert answer.json["stage"]["base"] == planned["base"]
    assert "main does not contain stage 1, on which stage 2 builds" in answer.err


def test_a_stage_that_is_not_in_the_plan_is_refused(planned: World) -> None:
    assert "it has 1, 2, 3, 4, 5" in refused(start(planned, 9, exit=1), "stage.unknown-in-plan")


def test_other_dependencies_than_the_plans_are_refused_and_another_title_is_noted(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    refused(start(planned, 2, "--depends-on", "1", "--title", "x" * 501, exit=1), "text.refused")
    refused(start(planned, 5, "--depends-on", "1", exit=1), "stage.contradicts-plan")
    refused(start(planned, 4, "--depends-on", "2", exit=1), "stage.contradicts-plan")
    answer = start(planned, 2, "--depends-on", "1", "--title", "another")
    assert "the approved plan calls stage 2 'part 2'" in answer.err
    assert answer.json["stage"]["title"] == "another"


def test_a_stage_that_was_done_is_started_again_after_its_release(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    there = finish(planned, 2, {"two": "2\n"})
    planned.okstra("stage", "release", "2", *TASK)
    told = start(planned, 2).json["stage"]
    assert (told["base"], told["commit"]) == (planned["S1"], there.tip())


def test_the_two_ways_to_begin_a_stage_begin_it_alike(planned: World) -> None:
    finish(planned, 1, {"one": "1\n"})
    planned.git("switch", "-qc", "somewhere")
    planned.commit("else", {"else": "x\n"})
    assert start(planned, 3).json["stage"]["base"] == planned["S1"]
    assert start(planned, 5).json["stage"]["base"] == planned["base"]


# --- a branch that is not there


def test_without_a_worktree_the_branch_is_created_and_that_is_said(shop: World) -> None:
    answer = start(shop, 1, "--base", "main", "--branch", "feature/login", "--no-worktree")
    assert answer.json["made_branch"] is True
    assert f"branch feature/login was not there: created at {shop['base'][:10]}" in answer.err
    assert shop.tip("feature/login") == shop["base"]
    assert (answer.json["stage"]["worktree"], answer.json["stage"]["base"]) == (None, shop["base"])
    assert shop.ask("worktree", "list").count("\n") == 0


def test_without_a_name_the_usual_branch_is_created(shop: World) -> None:
    answer = start(shop, 1, "--no-worktree")
    assert answer.json["stage"]["branch"] == "feature/web/login-stage-1"
    assert shop.tip("feature/web/login-stage-1") == shop["base"]


def test_a_branch_that_is_there_is_adopted_as_it_is(shop: World) -> None:
    shop.branch("f")
    shop.commit("one", {"one": "1\n"})
    answer = start(shop, 1, "--base", "main", "--branch", "f", "--no-worktree")
    assert answer.json["made_branch"] is False
    assert "was not there" not in answer.err
    assert shop.tip("f") == shop["one"]


def test_a_branch_that_only_a_remote_has_is_not_made_up(shop: World) -> None:
    shop.git("remote", "add", "origin", "../nowhere")
    shop.git("update-ref", "refs/remotes/origin/it's", "main")
    answer = start(shop, 1, "--branch", "it's", "--no-worktree", exit=1)
    refused(answer, "branch.missing")
    shop.git(*shlex.split(answer.json["error"]["hint"].partition(": ")[2])[1:])
    start(shop, 1, "--branch", "it's", "--no-worktree")


def test_a_branch_that_git_cannot_make_leaves_nothing_reserved(shop: World) -> None:
    shop.git("branch", "feature")
    refused(start(shop, 1, "--branch", "feature/login", "--no-worktree", exit=1), "branch.exists")
    assert status(shop)["tasks"][0]["stages"] == []
    start(shop, 1, "--branch", "login", "--no-worktree")
    assert codes(status(shop)["problems"]) == []


def test_a_branch_of_another_stage_is_not_made_twice(shop: World) -> None:
    record_stage(shop, 1, "f")
    shop.okstra("task", "open", "shop:web:other")
    line = ("stage", "start", "1", "--task-key", "shop:web:other", "--branch", "f", "--no-worktree")
    refused(shop.okstra(*line, exit=1), "branch.owned")
