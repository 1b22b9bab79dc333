"""`status --json` in a clone that okstra was never used in: the same answer as ever, and nothing loaded for it."""

from typing import Any

import pytest

from tests.cli.test_process import HEAVY, loaded_by
from tests.kit.scenario import World

NOT_SET_UP = "store.not-initialised"


def codes(answer: Any) -> list[str]:
    return [problem["code"] for problem in answer["problems"]]


@pytest.mark.parametrize("flags", [(), ("--problems",), ("--closed",)], ids=str)
def test_the_answer_is_the_one_that_a_look_at_everything_gives(world: World, flags: tuple[str, ...]) -> None:
    world.git("config", "okstra.project", "shop")
    short = world.okstra("status", "--json", *flags).json
    assert not (world.path / ".git/okstra").exists(), "a look leaves nothing behind"
    (world.path / ".git/okstra").mkdir()
    assert world.okstra("status", "--json", *flags).json == short
    assert (short["project"], codes(short)) == ("shop", [NOT_SET_UP])


def test_nothing_is_loaded_that_reads_records(world: World) -> None:
    assert loaded_by(world, "status", "--json") & HEAVY == set()


def test_a_task_that_was_named_is_refused_as_ever(world: World) -> None:
    assert world.okstra("status", "shop:web:login", "--json", exit=1).json["error"]["code"] == "task.unknown"


def test_logs_that_were_fetched_are_read(world: World) -> None:
    other = world.clone("other")
    other.okstra("init", "--project-id", "shop", "--no-hooks")
    other.okstra("task", "open", "shop:web:login")
    world.git("fetch", "-q", str(other.path), "refs/okstra/log/*:refs/okstra/remote/origin/log/*")
    world.git("pack-refs", "--all")
    answer = world.okstra("status", "--json").json
    assert ([task["key"] for task in answer["tasks"]], codes(answer)) == (["shop:web:login"], [NOT_SET_UP])


def test_a_main_worktree_that_is_hidden_is_reported(world: World) -> None:
    world.git("config", "core.bare", "true")
    assert codes(world.okstra("status", "--json").json) == [NOT_SET_UP, "config.main-worktree"]
