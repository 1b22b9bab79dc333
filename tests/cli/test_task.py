"""Opening, listing, showing and closing tasks."""

import pytest

from tests.cli.conftest import Ask
from tests.cli.shop import KEY, TASK, TASK_KEYS, open_shop, record_stage, refused, status
from tests.kit.scenario import World


def opened(world: World, *words: str) -> dict[str, object]:
    told = world.okstra("task", "open", *words).json
    return {**told["task"], "changed": told["changed"]}


def test_a_task_is_opened_once(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    task = opened(world, KEY, "--category", "fix", "--title", "로그인", "--ticket", "A-1", "--ticket", "A-2")
    assert set(task) >= TASK_KEYS
    assert (task["key"], task["category"], task["title"]) == (KEY, "fix", "로그인")
    assert (task["tickets"], task["status"], task["phase"], task["anchor"]) == (["A-1", "A-2"], "open", None, None)
    assert task["changed"] is True
    assert opened(world, KEY)["changed"] is False


def test_a_command_to_copy_has_no_breaks_on_a_narrow_terminal(world: World, on_terminal: Ask) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    said = on_terminal("task", "open", KEY, columns=30).expect(0).out.splitlines()
    assert "  or: git okstra stage start 1 --task-key shop:web:login" in said


def test_opening_again_keeps_what_is_not_said_anew(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    opened(world, KEY, "--category", "fix", "--title", "T", "--ticket", "A-1")
    world.okstra("task", "close", KEY)
    again = opened(world, KEY)
    assert (again["category"], again["title"], again["tickets"], again["status"]) == ("fix", "T", ["A-1"], "open")
    more = opened(world, KEY, "--ticket", "A-2", "--title", "U")
    assert (more["category"], more["title"], more["tickets"]) == ("fix", "U", ["A-1", "A-2"])


@pytest.mark.parametrize(
    "line",
    [
        (KEY,),
        TASK,
        ("shop/web/login",),
        ("--project-id", "shop", "--task-group", "web", "--task-id", "login"),
        (KEY, *TASK),
        (*TASK, "--plan-run-root", "p", "--work-category", "w", "--workspace-root", "r", "--render-only"),
    ],
)
@pytest.mark.parametrize("command", [("task", "show"), ("task", "close"), ("status",), ("log",), ("task", "open")])
def test_a_task_is_named_in_every_way(world: World, command: tuple[str, ...], line: tuple[str, ...]) -> None:
    open_shop(world)
    world.okstra("task", "open", "shop:web:other")
    told = world.okstra(*command, *line).json
    seen = told.get("task") or told.get("tasks", [None])[0] or {"key": told["events"][0]["fact"]["task"]}
    assert seen["key"].replace("/", ":") == KEY


def test_two_names_are_wrong_usage(world: World) -> None:
    open_shop(world)
    for command in (("task", "show"), ("status",), ("log",)):
        refused(world.okstra(*command, KEY, "--task-key", "shop:web:other", exit=129), "usage", status=129)


def test_the_task_of_the_branch_here_needs_no_name(world: World) -> None:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    assert world.okstra("task", "show").json["task"]["key"] == KEY
    world.okstra("task", "open", "shop:web:cart")
    assert world.okstra("task", "show").json["task"]["key"] == KEY
    world.checkout("main")
    refused(world.okstra("task", "show", exit=129), "usage", status=129)


@pytest.mark.parametrize("command", ["show", "close"])
def test_an_unknown_task_is_refused_with_the_command_that_opens_it(world: World, command: str) -> None:
    open_shop(world)
    answer = world.okstra("task", command, "shop:web:nope", exit=1)
    assert refused(answer, "task.unknown") == "there is no task shop:web:nope"
    assert answer.json["error"]["hint"] == "git okstra task open shop:web:nope"


def test_a_key_that_differs_in_case_is_refused(world: World) -> None:
    open_shop(world)
    refused(world.okstra("task", "open", "shop:web:LOGIN", exit=1), "task.case-clash")


def test_a_task_of_another_project_is_opened_with_a_note(world: World) -> None:
    open_shop(world)
    answer = world.okstra("task", "open", "shopp:web:login")
    assert answer.err == "okstra: task shopp:web:login is not of project shop, to which this clone belongs\n"
    assert world.okstra("task", "open", "shopp:web:login", "--quiet").err == ""


@pytest.mark.parametrize("flag", ["--title", "--ticket"])
@pytest.mark.parametrize("text", ["two\nlines", "bell\a", "x" * 501, "nul\0", "half \udcff", "\u202eback"])
def test_text_that_is_no_line_is_refused(world: World, flag: str, text: str) -> None:
    open_shop(world)
    refused(world.okstra("task", "open", KEY, flag, text, exit=1), "text.refused")


@pytest.mark.parametrize("category", ["", "a/b", "..", "-x", "x.lock", "한글"])
def test_a_bad_category_is_refused(world: World, category: str) -> None:
    open_shop(world)
    refused(world.okstra("task", "open", KEY, f"--category={category}", exit=1), "name.bad")


def test_a_closed_task_takes_no_work_and_loses_nothing(world: World) -> None:
    open_shop(world)
    record_stage(world, 1, "feature/login")
    assert world.okstra("task", "close", KEY, "--reason", "done with it").json["changed"] is True
    assert world.okstra("task", "close", KEY).json["changed"] is False
    for words in (("stage", "start", "2"), ("stage", "done", "1")):
        answer = world.okstra(*words, *TASK, exit=1)
        refused(answer, "task.closed")
        assert answer.json["error"]["hint"] == f"git okstra task open {KEY}"
    assert status(world)["tasks"] == []
    assert status(world, "--closed")["tasks"][0]["status"] == "closed"
    assert world.okstra("task", "list").json["tasks"] == []
    assert [task["key"] for task in world.okstra("task", "list", "--closed").json["tasks"]] == [KEY]
    world.okstra("task", "open", KEY)
    assert status(world)["tasks"][0]["stages"][0]["commit"] == world["S1"]


def test_the_text_is_short_and_says_what_comes_next(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    empty = world.okstra("task", "list", "--text").out
    assert empty == "no tasks yet\nnext: git okstra task open <project>:<group>:<task>\n"
    page = world.okstra("task", "open", KEY, "--text").out
    brief = "next: git okstra brief new web login, for runs of agents"
    assert page == f"task {KEY} is open\n{brief}\n  or: git okstra stage start 1 --task-key {KEY}\n"
    record_stage(world, 1, "feature/login")
    assert world.okstra("task", "open", KEY, "--text").out == (
        f"task {KEY} was open already\nnext: git okstra stage start 2 --task-key {KEY}\n"
    )
    assert world.okstra("task", "list", "--text").out == (
        "task            status  stages       title\nshop:web:login  done    1 of 1 done\n"
    )


@pytest.mark.parametrize(
    "line", [("reconcile", *TASK, "--check"), ("stage", "start", "3", *TASK), ("stage", "show", "1", *TASK)]
)
def test_a_task_in_a_log_that_cannot_be_read_is_not_to_be_opened_anew(world: World, line: tuple[str, ...]) -> None:
    open_shop(world)
    (log,) = (world.path / ".git/refs/okstra/log").iterdir()
    log.write_bytes(b"")
    told = world.okstra(*line, exit=1).json["error"]
    assert (told["code"], told["hint"]) == ("task.unknown", "git okstra fsck")
    assert log.name in told["message"]
