"""A refusal names a path whole: what tells two of them apart stands at the end."""

import pytest

from okstra_git.names import LONGEST_PATH, quote_path
from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World

LONG = (
    ".okstra/tasks/"
    + "/".join(f"a-folder-with-a-long-name-{n}" for n in range(5))
    + "/final-report-implementation-007.md"
)
PREPARE = ("run", "prepare", "--task-key", KEY, "--task-type")


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: ()})


@pytest.mark.parametrize(
    "line",
    [
        (*PREPARE, "error-analysis", "--brief-path", LONG),
        (*PREPARE, "error-analysis", "--clarification-response", LONG),
        (*PREPARE, "error-analysis", "--directive-file", LONG),
        (*PREPARE, "release-handoff", "--pr-template-path", LONG),
        ("run", "finish", "RUN", "--report", LONG, "--text"),
        ("run", "finish", "RUN", "--report", LONG, "--json"),
        ("brief", "check", LONG, "--text"),
        ("brief", "new", "web", "other", "--report", LONG, "--text"),
        ("brief", "new", "web", "other", "--source-file", LONG, "--text"),
        ("plan", "check", LONG, "--text"),
        ("stage", "done", "1", "--task-key", KEY, "--carry", LONG, "--text"),
    ],
)
def test_a_path_is_told_to_its_end(shop: World, line: tuple[str, ...]) -> None:
    run = prepare(shop, "--stage", "1").json["run"]
    told = shop.okstra(*(run if word == "RUN" else word for word in line), exit=None)
    assert told.exit != 0
    assert LONG in told.out + told.err


def test_a_path_without_end_keeps_both_ends() -> None:
    text = "begin/" + "x/" * 500 + "end.md"
    told = quote_path(text)
    assert len(told) == LONGEST_PATH + 2
    assert told.startswith("'begin/")
    assert told.endswith("x/end.md'")
    assert "..." in told


def test_what_a_terminal_would_interpret_is_escaped_in_a_path_too() -> None:
    assert quote_path("a\x1b]0;t\x07b") == r"'a\x1b]0;t\x07b'"
