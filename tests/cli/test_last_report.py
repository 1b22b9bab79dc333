"""The last report is that of the run which ended last, and it is opened only when its phase can be prepared."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kit.answers import Answer
from tests.kit.prepared import KEY, folder, prepare, set_up
from tests.kit.scenario import World

QUESTIONS = (
    "## 1. Clarification Items\n\n"
    "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |\n"
    "|---|---|---|---|---|---|---|---|\n"
    "| C-001 | 12 | decision | Which one? | one of | next-phase | open | |\n"
)
EARLY, LATE = "requirements-discovery", "error-analysis"


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: (), 2: ()})


def report_of(found: Any, text: str) -> Path:
    """The run's report, written."""
    path = Path(found["report"])
    path.write_text(text)
    return path


def end(world: World, found: Any, *more: str) -> None:
    world.okstra("run", "finish", found["run"], "--nonce", found["nonce"], *more)


def resume_clarification(world: World, *more: str, exit: int = 0) -> tuple[Answer, str]:
    """The answer, and which files an editor was opened on."""
    seen = world.path.parent / "edited"
    seen.unlink(missing_ok=True)
    editor = world.path.parent / "editor"
    editor.write_text(f'#!/bin/sh\necho "$1" >>{seen}\n')
    editor.chmod(0o755)
    line = ("run", "prepare", "--task-key", KEY, "--resume-clarification", "--json", *more)
    answer = world.okstra(*line, env={"GIT_EDITOR": str(editor)}, exit=exit)
    return answer, seen.read_text().strip() if seen.exists() else ""


def test_the_report_that_ended_last_is_opened_though_its_run_was_prepared_first(shop: World) -> None:
    first, second = prepare(shop, task_type=EARLY).json, prepare(shop, task_type=LATE).json
    report_of(second, "# second\n")
    end(shop, second)
    path = report_of(first, "# first\n")
    end(shop, first)
    answer, edited = resume_clarification(shop)
    assert edited == str(path)
    assert answer.json["task_type"] == EARLY
    assert resume_clarification(shop, "--task-type", LATE)[0].json["task_type"] == LATE


def test_the_report_that_a_run_recorded_elsewhere_is_the_one(shop: World) -> None:
    found = prepare(shop, task_type=LATE).json
    report_of(found, "# usual place\n")
    path = shop.write(".okstra/mine.md", "# mine\n")
    end(shop, found, "--report", str(path))
    assert resume_clarification(shop)[1] == str(path)


def test_a_report_of_a_run_that_nobody_ended_counts_by_when_it_was_written(shop: World) -> None:
    first, second = prepare(shop, task_type=EARLY).json, prepare(shop, task_type=LATE).json
    report_of(second, "# second\n")
    end(shop, second)
    path = report_of(first, "# first, written later\n")
    assert resume_clarification(shop)[1] == str(path)


def test_a_report_that_is_gone_is_not_replaced_by_an_older_one(shop: World) -> None:
    first, second = prepare(shop, task_type=EARLY).json, prepare(shop, task_type=LATE).json
    end(shop, first, "--report", str(report_of(first, "# first\n")))
    path = report_of(second, "# second\n")
    end(shop, second, "--report", str(path))
    path.unlink()
    answer, edited = resume_clarification(shop, exit=1)
    error = answer.json["error"]
    assert (error["code"], error["run"], edited) == ("report.missing", second["run"], "")
    assert "is not here any more" in error["message"]


def test_a_phase_that_cannot_run_again_opens_no_editor(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    World(Path(found["worktree"]), clock=shop.clock).commit("S1")
    carry = shop.write(".okstra/c.json", json.dumps({"stage": 1}))
    shop.okstra("stage", "done", "1", "--task-key", KEY, "--carry", str(carry))
    report_of(found, "# one\n")
    end(shop, found)
    answer, edited = resume_clarification(shop, exit=1)
    assert (answer.json["error"]["code"], edited) == ("stage.done-already", "")


def test_what_a_prepare_would_refuse_is_refused_before_the_editor(shop: World) -> None:
    found = prepare(shop, "--stage", "1").json
    report_of(found, "# one\n")
    end(shop, found)
    plan = shop.path / ".okstra/plan.md"
    was = plan.read_text()
    plan.write_text(was + "\nmore\n")
    assert resume_clarification(shop, exit=1)[1] == ""
    plan.write_text(was)
    assert resume_clarification(shop, "--holder", "999999999", exit=1)[1] == ""
    assert resume_clarification(shop, "--task-type", "bogus", exit=1)[1] == ""
    shop.okstra("task", "close", KEY)
    answer, edited = resume_clarification(shop, exit=1)
    assert (answer.json["error"]["code"], edited) == ("task.closed", "")


def test_open_questions_are_those_of_the_report_that_ended_last(shop: World) -> None:
    first, second = prepare(shop, task_type=EARLY).json, prepare(shop, task_type=LATE).json
    report_of(second, "# nothing is asked\n")
    end(shop, second)
    report_of(first, QUESTIONS)
    end(shop, first)
    noted = prepare(shop, task_type="improvement-discovery").err
    assert "final-report-requirements-discovery-001.md has open questions that hold up the next phase: C-001" in noted
    told = shop.okstra("inspect", "context", "--task-key", KEY, "--json").json
    assert "final-report-requirements-discovery-001.md" in json.dumps(told["clarifications"])


def test_the_phase_that_follows_is_what_the_last_ended_run_recommends(shop: World) -> None:
    first, second = prepare(shop, task_type=EARLY).json, prepare(shop, task_type=LATE).json
    end(shop, second, "--next-phase", "improvement-discovery")
    end(shop, first, "--next-phase", LATE)
    told = shop.okstra("inspect", "resume", "--task-key", KEY, "--json").json
    assert told["next"]["command"].endswith(f"--task-type {LATE}")
    task = json.loads((folder(shop) / "task-manifest.json").read_text())
    assert task["nextRecommendedPhase"] == LATE


# --- answers that are there


TWO = QUESTIONS + "| C-002 | 12 | data-point | How many? | number | none | open | |\n"
ANSWERED = QUESTIONS.replace("| open | |", "| answered | this one |")


def with_report(shop: World, text: str) -> None:
    found = prepare(shop, task_type=LATE).json
    report_of(found, text)
    end(shop, found)


def test_a_report_without_a_blank_question_opens_no_editor(shop: World) -> None:
    with_report(shop, ANSWERED)
    answer, edited = resume_clarification(shop)
    assert edited == ""
    assert "no editor is opened: 1 of 1 question" in answer.err
    copy = Path(answer.json["instruction_set"], "clarification-response.md")
    assert copy.read_text() == ANSWERED


def test_off_a_terminal_an_editor_is_for_a_report_that_nobody_answered(shop: World) -> None:
    with_report(shop, TWO)
    assert resume_clarification(shop)[1] != ""
    shop.okstra("report", "answer", "C-001", "--value", "this one", "--task-key", KEY)
    answer, edited = resume_clarification(shop)
    assert edited == ""
    assert "C-002 left open and blank; section 0" in answer.err


def test_without_an_editor_and_without_answers_nothing_is_prepared(shop: World) -> None:
    with_report(shop, TWO)
    answer, edited = resume_clarification(shop, "--no-editor", exit=2)
    error = answer.json["error"]
    assert (error["code"], error["waiting"], edited) == ("clarification.unanswered", ["C-001", "C-002"], "")
    assert error["hint"] == f"git okstra report answer C-001 --value TEXT --task-key {KEY}"
    shop.okstra(*error["hint"].removeprefix("git okstra ").split())
    assert resume_clarification(shop, "--no-editor")[1] == ""


def test_a_question_that_waits_is_named_by_prepare_explain_and_wizard(shop: World) -> None:
    with_report(shop, QUESTIONS)
    line = f"git okstra report answer C-001 --value TEXT --task-key {KEY}"
    assert line in prepare(shop, task_type=EARLY).err
    explained = shop.okstra("run", "resume", "--explain", "--task-key", KEY, "--json").json["questions"]
    assert (explained["waiting"], explained["blocking"], explained["next"]["command"]) == (["C-001"], ["C-001"], line)
    assert line in shop.okstra("run", "resume", "--explain", "--task-key", KEY, "--text").out


def test_a_plan_that_waits_for_answers_says_how_to_give_them(shop: World) -> None:
    plan = (shop.path / ".okstra/plan.md").read_text() + "\n" + QUESTIONS.replace("next-phase", "approval")
    shop.write("asking.md", plan)
    refused = shop.okstra("plan", "approve", "asking.md", "--task-key", KEY, "--add-marker", "--json", exit=2)
    line = refused.json["error"]["hint"].splitlines()[0]
    assert line == "git okstra report answer C-001 --value TEXT --report asking.md"
    shop.okstra(*line.removeprefix("git okstra ").split())
    shop.okstra("plan", "approve", "asking.md", "--task-key", KEY, "--add-marker")
