"""Which task a line is about that names none, or only a part of its key."""

from pathlib import Path

import pytest

from tests.cli.shop import KEY, open_shop, record_stage, refused, stage_place
from tests.kit.scenario import World

OTHER = "shop:web:cart"


@pytest.fixture
def shop(world: World) -> World:
    """One open task with one recorded stage on a branch of its own, and main checked out."""
    record_stage(open_shop(world), 1, "feature/login")
    world.git("switch", "-q", "main")
    return world


READING = (
    ("reconcile",), ("reconcile", "--check"), ("reconcile", "--apply"), ("stage", "list"), ("stage", "show", "1"),
    ("task", "show"), ("handoff", "eligible"), ("run", "resume", "--explain"), ("inspect", "resume"),
    ("inspect", "context"), ("reconcile", "--apply", "--stage", "1", "--use-ref", "feature/login"),
)  # fmt: skip
CHANGING = (
    ("stage", "start", "2", "--base", "main"), ("stage", "done", "1"), ("stage", "release", "1"),
    ("worktree", "release", "--cascade"), ("handoff", "assemble", "--stages", "1", "--base", "main"),
    ("run", "prepare", "--task-type", "implementation", "--stage", "auto"), ("plan", "show"),
    ("handoff", "publish", "--stages", "1", "--dry-run"), ("handoff", "record-pr", "--stages", "1", "--branch", "b",
    "--url", "https://example.org/1"), ("reconcile", "--reset-anchor", "main"),
)  # fmt: skip


@pytest.mark.parametrize("line", [*READING, *CHANGING], ids=" ".join)
def test_the_only_open_task_is_meant_wherever_none_is_named(shop: World, line: tuple[str, ...]) -> None:
    answer = shop.okstra(*line, exit=None)
    assert answer.exit != 129, answer
    assert "no task was named" not in answer.out


def test_a_bare_reconcile_speaks_of_the_only_open_task(shop: World) -> None:
    assert shop.okstra("reconcile").json["task"] == KEY
    assert shop.okstra("reconcile", "--verify").json["ok"] is True
    shop.okstra("task", "open", OTHER)
    shop.okstra("task", "close", OTHER)
    assert shop.okstra("reconcile").json["task"] == KEY, "closed tasks are not asked about"


@pytest.mark.parametrize("line", [*READING, *CHANGING, ("task", "close")], ids=" ".join)
def test_of_two_open_tasks_none_is_chosen_and_both_are_listed(shop: World, line: tuple[str, ...]) -> None:
    shop.okstra("task", "open", OTHER)
    answer = shop.okstra(*line, "--json", exit=129)
    assert answer.json["error"]["tasks"] == [OTHER, KEY]
    assert all(f"--task-key {key}" in answer.json["error"]["hint"] for key in (KEY, OTHER))


def test_without_an_open_task_the_way_to_one_is_shown(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    error = world.okstra("stage", "list", exit=129).json["error"]
    assert error["hint"] == "git okstra task open shop:GROUP:TASK"


@pytest.mark.parametrize("word", ["login", "web:login", "web/login", KEY])
def test_parts_that_are_unambiguous_may_be_left_out(shop: World, word: str) -> None:
    shop.okstra("task", "open", OTHER)
    assert shop.okstra("stage", "list", "--task-key", word).json["task"] == KEY
    assert shop.okstra("task", "show", word).json["task"]["key"] == KEY
    assert [task["key"] for task in shop.okstra("status", word, "--json").json["tasks"]] == [KEY]


def test_parts_that_fit_two_tasks_are_refused_with_both(shop: World) -> None:
    shop.okstra("task", "open", "shop:api:login")
    answer = shop.okstra("stage", "list", "--task-key", "login", exit=129)
    assert answer.json["error"]["tasks"] == ["shop:api:login", KEY]
    shop.okstra("task", "close", "api:login")
    assert shop.okstra("stage", "list", "--task-key", "login").json["task"] == KEY, "an open one goes before a closed"


def test_a_closed_task_is_found_by_a_part_of_its_key(shop: World) -> None:
    shop.okstra("task", "close")
    assert shop.okstra("task", "show", "login").json["task"]["key"] == KEY
    assert shop.okstra("task", "open", "login").json["task"]["key"] == KEY


def test_a_part_that_fits_nothing_is_not_a_task(shop: World) -> None:
    refused(shop.okstra("task", "show", "nope", exit=1), "task.unknown")
    refused(shop.okstra("stage", "list", "--task-key", "web:nope", exit=1), "task.unknown")
    refused(shop.okstra("stage", "list", "--task-key", "a:b:c:d", exit=1), "name.bad")


def test_a_new_task_is_of_the_clones_project(shop: World) -> None:
    assert shop.okstra("task", "open", "web:news").json["task"]["key"] == "shop:web:news"
    error = shop.okstra("task", "open", "news2", exit=1).json["error"]
    assert error["hint"] == "name it shop:GROUP:news2"


def test_in_a_worktree_its_task_is_meant_also_in_the_middle_of_a_rebase(shop: World, home: Path) -> None:
    shop.okstra("stage", "start", "2", "--base", "main")
    shop.okstra("task", "open", OTHER)
    there = World(stage_place(home, 2), labels=shop.labels, clock=shop.clock)
    there.git("checkout", "-q", "--detach")
    assert there.okstra("stage", "list").json["task"] == KEY
    shop.okstra("stage", "list", exit=129)


def test_the_branch_of_a_closed_task_does_not_stand_in_the_way_of_the_only_open_one(shop: World) -> None:
    shop.okstra("task", "close")
    shop.okstra("task", "open", OTHER)
    shop.git("switch", "-q", "feature/login")
    assert shop.okstra("stage", "list").json["task"] == OTHER


@pytest.mark.parametrize(
    "line", [("task", "close"), ("stage", "release", "1"), ("worktree", "release", "--cascade")], ids=" ".join
)
def test_what_gives_something_up_says_which_task_was_meant(shop: World, line: tuple[str, ...]) -> None:
    assert f"{KEY} is meant" in shop.okstra(*line).err


def test_who_names_the_task_is_told_nothing(shop: World) -> None:
    assert "is meant" not in shop.okstra("task", "close", "login").err
