"""The questions of a report on the command line: listed, answered one by one or from a file, taken back, exported."""

import json
import os

import pytest

from tests.cli.shop import open_shop
from tests.kit.prepared import KEY, code_of
from tests.kit.scenario import World

REPORT = f"""\
---
task: {KEY}
task-type: error-analysis
---
# Report

## 1. Clarification Items

| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |
|---|---|---|---|---|---|---|---|
| C-001 | 12 | decision | Keep the tokens? | yes/no | next-phase | open | |
| C-002 | 12 | data-point | How many? | number | none | answered | 3 |
| C-003 | 12 | material | The log | path | none | open | |
| C-004 | 12 | decision | Old? | yes/no | none | resolved | yes |
"""
NAMED = ("--report", "r.md")


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    world.write("r.md", REPORT)
    return world


def text(world: World) -> str:
    return (world.path / "r.md").read_text()


def answers(*given: tuple[str, str], **other: object) -> str:
    rows = [{"id": id, "answer": answer, "status": "answered" if answer else "open"} for id, answer in given]
    whole = {"schema": 1, "kind": "okstra-user-response", "task": KEY, "run": None, "report": None, "answers": rows}
    return json.dumps(whole | other)


# --- the list


def test_questions_are_listed_with_what_they_expect(shop: World) -> None:
    answer = shop.okstra("report", "clarifications", "r.md", "--json").json
    assert (answer["report"], answer["task"], answer["waiting"]) == ("r.md", KEY, ["C-001", "C-003"])
    assert [row["id"] for row in answer["questions"]] == ["C-001", "C-002", "C-003", "C-004"]
    assert answer["questions"][0]["choices"] == ["yes", "no"]
    assert answer["next"] == "git okstra report answer C-001 --value TEXT --report r.md"


def test_only_open_leaves_out_what_is_settled(shop: World) -> None:
    rows = shop.okstra("report", "clarifications", "r.md", "--open", "--json").json["questions"]
    assert [row["id"] for row in rows] == ["C-001", "C-002", "C-003"]


def test_a_task_without_a_report_says_so(shop: World) -> None:
    assert code_of(shop.okstra("report", "clarifications", "--task-key", KEY, "--json", exit=1)) == "report.missing"


# --- one answer


def test_an_answer_is_written_and_taken_back(shop: World) -> None:
    line = ("report", "answer", "C-001", *NAMED, "--json")
    answer = shop.okstra(*line, "--value", " yes,\n until June|July ").json
    assert (answer["status"], answer["answer"], answer["waiting"]) == ("answered", "yes, / until June|July", ["C-003"])
    assert text(shop) == REPORT.replace("| open | |\n| C-002", "| answered | yes, / until June\\|July |\n| C-002")
    assert shop.okstra(*line, "--clear").json["changed"] is True
    assert text(shop) == REPORT


def test_a_dry_run_writes_nothing(shop: World) -> None:
    answer = shop.okstra("report", "answer", "C-001", *NAMED, "--value", "no", "--dry-run", "--json").json
    assert (answer["changed"], answer["dry_run"], text(shop)) == (True, True, REPORT)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("C-002", "--value", "1\n2"), "answer.refused"),
        (("C-003", "--value", "somewhere"), "answer.no-material"),
        (("C-003", "--file", "somewhere.log"), "answer.no-material"),
        (("C-004", "--value", "no"), "clarification.settled"),
        (("C-004", "--clear"), "clarification.settled"),
        (("C-099", "--value", "no"), "clarification.unknown"),
        (("C-001", "--value", " "), "text.refused"),
    ],
)
def test_what_a_row_does_not_take_is_refused_and_nothing_is_written(
    shop: World, line: tuple[str, ...], code: str
) -> None:
    assert code_of(shop.okstra("report", "answer", *line, *NAMED, "--json", exit=1)) == code
    assert text(shop) == REPORT


@pytest.mark.parametrize("more", [(), ("--value", "a", "--clear"), ("--value", "a", "--file", "r.md")])
def test_one_answer_is_given_at_a_time(shop: World, more: tuple[str, ...]) -> None:
    assert code_of(shop.okstra("report", "answer", "C-001", *NAMED, *more, "--json", exit=129)) == "usage"


@pytest.mark.parametrize("value", ["https://a.example/log.txt", "no, it was deleted", "see r.md, please"])
def test_material_may_be_a_url_a_path_or_nothing(shop: World, value: str) -> None:
    answer = shop.okstra("report", "answer", "C-003", *NAMED, "--value", value, "--json").json
    assert (answer["status"], answer["answer"]) == ("answered", value)


def test_material_is_named_from_the_projects_root(shop: World) -> None:
    shop.write("logs/a.txt", "x")
    shop.okstra("-C", "logs", "report", "answer", "C-003", "--report", "../r.md", "--file", "a.txt")
    assert "| answered | logs/a.txt |" in text(shop)


def test_a_decision_may_be_another_one_than_those_named(shop: World) -> None:
    answer = shop.okstra("report", "answer", "C-001", *NAMED, "--value", "only on Mondays", "--json")
    assert answer.json["status"] == "answered"
    assert "expects one of: yes, no" in answer.err


def test_a_report_of_windows_stays_one(shop: World) -> None:
    path = shop.path / "r.md"
    path.write_bytes(b"\xef\xbb\xbf" + REPORT.replace("\n", "\r\n").encode())
    shop.okstra("report", "answer", "C-001", *NAMED, "--value", "yes")
    wanted = REPORT.replace("next-phase | open | |", "next-phase | answered | yes |").replace("\n", "\r\n")
    assert path.read_bytes() == b"\xef\xbb\xbf" + wanted.encode()


# --- a file of answers


def test_a_file_of_answers_is_taken_whole(shop: World) -> None:
    shop.write("a.json", answers(("C-001", "yes"), ("C-002", ""), ("C-004", "yes")))
    answer = shop.okstra("report", "answers", "a.json", *NAMED, "--json").json
    assert (answer["changed"], answer["waiting"]) == (["C-001", "C-002"], ["C-002", "C-003"])
    assert "| answered | yes |\n| C-002 | 12 | data-point | How many? | number | none | open | |" in text(shop)


def test_material_that_a_file_does_not_name_is_noted(shop: World) -> None:
    shop.write("a.json", answers(("C-003", "somewhere")))
    answer = shop.okstra("report", "answers", "a.json", *NAMED, "--json")
    assert answer.json["changed"] == ["C-003"]
    assert "C-003 asked for material" in answer.err


@pytest.mark.parametrize(
    ("file", "rules"),
    [
        ("{", ["answers.json"]),
        ("[]", ["answers.form"]),
        ("# none\n", ["answers.form"]),
        (answers(("C-001", "yes"), task="shop:web:other"), ["answers.other-task"]),
        (answers(("C-001", "yes"), report="else.md"), ["answers.other-report"]),
        (answers(("C-001", "yes"), ("C-001", "no"), ("C-009", "x"), ("C-004", "no")),
         ["answers.repeated", "clarification.unknown", "clarification.settled"]),
        (answers(answers=[{"id": "C-001", "answer": "", "status": "answered"},
                          {"id": "C-002", "answer": "4", "status": "open"}]), ["answers.blank", "answers.status"]),
        (answers(("C-001", "yes"), more=1), ["data.unknown-key"]),
        (answers(("C-002", "1\n2")), ["answer.refused"]),
    ],
)  # fmt: skip
def test_a_file_with_problems_is_refused_with_all_of_them(shop: World, file: str, rules: list[str]) -> None:
    shop.write("a.json", file)
    answer = shop.okstra("report", "answers", "a.json", *NAMED, "--json", exit=1).json
    assert [problem["rule"] for problem in answer["problems"]] == rules
    assert (answer["error"]["code"], text(shop)) == ("answers.refused", REPORT)


def test_the_exported_form_is_filled_in_and_taken(shop: World) -> None:
    form = shop.okstra("report", "answers", "--export", *NAMED, "--text").out
    assert "C-004" not in form
    shop.write("f.md", form.replace("open |  |", "open | yes |", 1))
    answer = shop.okstra("report", "answers", "f.md", *NAMED, "--json").json
    assert answer["changed"] == ["C-001"]
    assert shop.okstra("report", "answers", "f.md", *NAMED, "--json").json["changed"] == []


@pytest.mark.parametrize("line", [("report", "answers"), ("report", "answers", "r.md", "--export")])
def test_a_file_is_named_or_a_form_is_asked_for(shop: World, line: tuple[str, ...]) -> None:
    assert code_of(shop.okstra(*line, *NAMED, "--json", exit=129)) == "usage"


# --- files that are none


def test_pipes_devices_and_links_out_of_the_project_are_refused(shop: World) -> None:
    os.mkfifo(shop.path / "pipe")
    for name in ("pipe", "/dev/zero", "."):
        assert shop.okstra("report", "clarifications", name, "--json", exit=1).json["error"]["code"] == "report.missing"
        assert shop.okstra("report", "answer", "C-001", "--value", "x", "--report", name, "--json", exit=1)
        assert shop.okstra("report", "answers", name, *NAMED, "--json", exit=1)
    assert text(shop) == REPORT


def test_a_link_to_a_report_stays_one(shop: World) -> None:
    (shop.path / "link.md").symlink_to("r.md")
    shop.okstra("report", "answer", "C-001", "--report", "link.md", "--value", "yes")
    assert (shop.path / "link.md").is_symlink()
    assert "| answered | yes |" in text(shop)
