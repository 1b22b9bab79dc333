"""The flags that name a task, together and alone."""

from typing import Any

import pytest

from tests.kit.scenario import World

pytestmark = pytest.mark.usefixtures("probe")

KEY = "a:b:c"
THREE = ("--project-id", "a", "--task-group", "b", "--task-id", "c")


def ask(world: World, *line: str, exit: int = 0) -> Any:
    return world.okstra("probe", "task", *line, exit=exit).json


@pytest.mark.parametrize("line", [("--task-key", KEY), ("--task-key=a/b/c",), THREE, ("--task-key", KEY, *THREE)])
def test_a_task_is_named_in_either_way(world: World, line: tuple[str, ...]) -> None:
    assert ask(world, *line)["task"] == "a:b:c"


def test_no_name_is_an_answer_of_its_own(world: World) -> None:
    assert ask(world)["task"] == "None"


def test_half_a_name_is_wrong_usage(world: World) -> None:
    error = ask(world, *THREE[:4], exit=129)["error"]
    assert error["message"] == "half a task was named: --task-id missing"


def test_two_names_are_wrong_usage(world: World) -> None:
    assert ask(world, "--task-key", "a:b:d", *THREE, exit=129)["error"]["code"] == "usage"


def test_a_malformed_key_is_refused(world: World) -> None:
    assert ask(world, "--task-key", "a:b:c:d", exit=1)["error"]["code"] == "name.bad"


def test_flags_of_the_original_are_accepted_and_not_advertised(world: World) -> None:
    given = {
        "plan_run_root": "p",
        "work_category": "w",
        "workspace_root": "r",
        "project_root": "q",
        "approved_plan": "plan.md",
    }
    line = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
    told = ask(world, *line, "--render-only", "7")
    assert told["number"] == 7
    assert told["given"] == [None, *given.values(), True]
    page = world.okstra("probe", "task", "--help").out
    assert "--task-key P:G:T" in page
    assert "--plan-run-root" not in page
