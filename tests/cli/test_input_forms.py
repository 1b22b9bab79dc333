"""Forms for people: a brief, the brief of a release, answers to what the last report asks."""

from pathlib import Path

import pytest

from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World

TEMPLATE = ("brief", "template")
TASK = ("--task-key", KEY)
HEAD = "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |"


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: ()})


def test_without_a_form_it_is_an_empty_brief_and_needs_no_task(world: World) -> None:
    assert "## Source Material" in world.okstra(*TEMPLATE).out


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_brief_of_a_release_can_be_filled_in_and_passes_its_check(shop: World, language: str) -> None:
    text = shop.okstra(*TEMPLATE, "--form", "release-handoff", *TASK, "--language", language).out
    assert f"task: {KEY}\n" in text
    shop.write("release.md", text)
    assert shop.okstra("brief", "check", "release.md", "--task-type", "release-handoff").json["problems"] == []


def test_answers_have_the_rows_that_the_last_report_leaves_open(shop: World) -> None:
    rows = ("| C-001 | 12 | decision | Which one? | one of | next-phase | open | |",
            "| C-002 | 12 | decision | And this? | yes/no | none | resolved | yes |")  # fmt: skip
    table = "\n".join((HEAD, "|---|---|---|---|---|---|---|---|", *rows))
    found = prepare(shop, task_type="error-analysis").json
    Path(found["report"]).write_text(f"## 1. Clarification Items\n\n{table}\n")
    text = shop.okstra(*TEMPLATE, "--form", "user-response").out
    assert "| C-001 | 12 | decision | Which one? |" in text
    assert "C-002" not in text
    shop.write("answers.md", text)
    carried = prepare(shop, "--clarification-response", "answers.md", task_type="error-analysis")
    about = [line for line in carried.err.splitlines() if "answers.md" in line]
    assert [line.partition("answers.md: ")[2].partition(";")[0] for line in about] == ["C-001 left open and blank"]


def test_a_form_that_there_is_not_is_wrong_usage(shop: World) -> None:
    error = shop.okstra(*TEMPLATE, "--form", "novel", "--json", exit=129).json["error"]
    assert error["hint"] == "--form brief, release-handoff, user-response"
