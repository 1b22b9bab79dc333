"""Two questions of a report from the run that asks them to the run that takes their answers up."""

import json
from pathlib import Path
from typing import Any

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.reports.clarifications import list_clarifications
from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World

TYPE = "error-analysis"
TASK = ("--task-key", KEY)
ASKED = [
    {
        "id": "C-001",
        "ticketId": "SHOP-12",
        "kind": "decision",
        "statement": "Shall old sessions end at once? Evidence checked: none — a matter of policy",
        "expectedForm": "yes/no. Recommended: yes — nothing else is safe; Alternatives: no",
        "blocks": "next-phase",
        "status": "open",
        "userInput": "",
    },
    {
        "id": "C-002",
        "ticketId": "SHOP-12",
        "kind": "data-point",
        "statement": "How long may a session last, as `a|b`? Evidence checked: `src/session.py:12`",
        "expectedForm": "number of minutes. Recommended: 30 — as before; Alternatives: any",
        "blocks": "none",
        "status": "open",
        "userInput": "",
    },
]


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: ()})


def filled(value: Any) -> Any:
    """Data with every gap filled in: by the first of what it offers, or by a place."""
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    is_gap = isinstance(value, str) and value.startswith("<") and value.endswith(">")
    return (value[1:-1].split(" | ")[0] if " | " in value else "`src/a.py`:12") if is_gap else value


def write_report(shop: World, run: dict[str, Any]) -> Path:
    """The run's report as its writer makes it: data begun by okstra, filled in, rendered."""
    begun = Path(run["report"]).with_suffix(".data.json")
    shop.okstra("report", "new", "--run", run["run"])
    data = filled(json.loads(begun.read_text())) | {"clarifications": ASKED, "followUps": []}
    begun.write_text(json.dumps(data))
    shop.okstra("report", "render", str(begun))
    return Path(run["report"])


def test_two_questions_are_answered_on_the_terminal_and_carried_on(shop: World) -> None:
    run = prepare(shop, task_type=TYPE).json
    report = write_report(shop, run)
    shop.okstra("run", "finish", run["run"], "--nonce", run["nonce"], "--unchecked")
    before = report.read_bytes()

    asked = shop.okstra("report", "clarifications", *TASK, "--json").json
    assert [(row["id"], row["choices"]) for row in asked["questions"]] == [("C-001", ["yes", "no"]), ("C-002", [])]
    assert asked["next"] == f"git okstra report answer C-001 --value TEXT --task-key {KEY}"
    shop.okstra("report", "answer", "C-001", "--value", "yes,\nall of them", *TASK)
    last = shop.okstra("report", "answer", "C-002", "--value", "30", *TASK, "--json").json
    assert last["next"] == f"git okstra run prepare --task-key {KEY} --resume-clarification"

    changed = zip(before.splitlines(), report.read_bytes().splitlines(), strict=True)
    assert [line.decode()[:9] for line, other in changed if line != other] == ["| C-001 |", "| C-002 |"]
    shop.okstra("report", "render", str(report.with_suffix(".data.json")))  # once more: the answers stay
    rows = list_clarifications(parse_document(report.read_text()))
    assert [(row.status, row.answer) for row in rows] == [("answered", "yes, / all of them"), ("answered", "30")]

    env = {"GIT_EDITOR": "false"}  # nothing is asked any more, so it is not opened
    again = shop.okstra(*last["next"].removeprefix("git okstra ").split(), "--json", env=env).json
    assert (again["task_type"], again["seq"]) == (TYPE, "002")
    assert Path(again["instruction_set"], "clarification-response.md").read_bytes() == report.read_bytes()
    shop.okstra("report", "new", "--run", again["run"])
    begun = json.loads(Path(again["report"]).with_suffix(".data.json").read_text())
    answers = ["yes, / all of them", "30"]
    assert [(row["id"], row["answer"]) for row in begun["carriedIn"]] == [
        *zip(("C-001", "C-002"), answers, strict=True)
    ]
    assert [row["userInput"] for row in begun["clarifications"]] == answers
    assert [row["statement"] for row in begun["clarifications"]] == [row["statement"] for row in ASKED]
