"""What a person wrote into a report outlives its being rendered again, or nothing is written."""

import json
from typing import Any

import pytest

from tests.cli.shop import TASK, open_shop, refused
from tests.kit.answers import Answer
from tests.kit.golden_reports import golden_data
from tests.kit.scenario import World

DATA, REPORT = "plan-001.data.json", "plan-001.md"


@pytest.fixture
def data(world: World) -> dict[str, Any]:
    open_shop(world)
    values = golden_data("implementation-planning")
    render(world, values)
    return values


def render(world: World, values: dict[str, Any], *words: str, exit: int = 0) -> Answer:
    world.write(DATA, json.dumps(values))
    return world.okstra("report", "render", DATA, "--json", *words, exit=exit)


def report(world: World) -> str:
    return (world.path / REPORT).read_text()


def test_an_answer_is_kept_and_the_rest_is_rendered_anew(world: World, data: dict[str, Any]) -> None:
    world.okstra("report", "answer", "C-001", "--value", "yes, `web` | only", "--report", REPORT)
    data["nextSteps"] = ["Something else."]
    answer = render(world, data)
    assert (answer.json["answers"], answer.json["changed"]) == (["C-001"], True)
    assert "| none | answered | yes, `web` \\| only |\n" in report(world)
    assert "1. Something else.\n" in report(world)
    assert render(world, data).json["changed"] is False


def test_a_status_that_a_run_has_set_stays_beside_the_answer(world: World, data: dict[str, Any]) -> None:
    world.okstra("report", "answer", "C-001", "--value", "yes", "--report", REPORT)
    data["clarifications"][0]["status"] = "resolved"
    render(world, data)
    assert "| none | resolved | yes |\n" in report(world)


def test_an_answer_whose_question_is_gone_is_dropped_by_force_alone(world: World, data: dict[str, Any]) -> None:
    world.okstra("report", "answer", "C-001", "--value", "yes", "--report", REPORT)
    before = report(world)
    data["clarifications"] = []
    answer = render(world, data, exit=1)
    refused(answer, "report.answered")
    assert answer.json["error"]["ids"] == ["C-001"]
    assert report(world) == before
    assert render(world, data, "--force").json["answers"] == []


def test_an_approved_plan_stays_as_it_is_or_loses_the_approval_by_force(world: World, data: dict[str, Any]) -> None:
    world.okstra("plan", "approve", REPORT, *TASK)
    approved = report(world)
    assert "- [x] Approved\n" in approved
    again = render(world, data)
    assert (again.json["changed"], again.json["approved"]) == (False, True)
    data["nextSteps"] = ["Something else."]
    refused(render(world, data, exit=1), "report.approved")
    assert report(world) == approved
    assert render(world, data, "--force").json["approved"] is False
    assert "- [ ] Approved\n" in report(world)
    assert "\napproved: false\n" in report(world)


@pytest.mark.parametrize(
    ("gate", "has_marker"),
    [(None, True), ("passed-with-dissent", True), ("blocked-by-disagreement", False), ("aborted-non-result", False)],
)
def test_the_line_to_tick_is_there_exactly_when_the_gate_allows_it(
    world: World, data: dict[str, Any], gate: str | None, has_marker: bool
) -> None:
    if gate is None:
        data["deliverable"]["planVerification"] = None
    elif not has_marker:
        data["verdict"] = {"token": "rejected", "direction": "revise", "reasons": "The gate did not pass."}
        verification = data["deliverable"]["planVerification"]
        verification["gate"], verification["dissent"] = gate, []
        verification["items"] = []
    if gate == "blocked-by-disagreement":
        item = {"id": "P-1-F1", "part": "files", "verdicts": {"claude": "disagree"},
                "classification": "majority-disagree", "clarification": "C-001"}  # fmt: skip
        data["deliverable"]["planVerification"]["items"] = [item]
        data["deliverable"]["planVerification"]["dissent"] = [{"item": "P-1-F1", "worker": "claude", "reason": "no"}]
        data["clarifications"][0]["blocks"] = "approval"
    render(world, data)
    assert ("- [ ] Approved\n" in report(world)) is has_marker
    approval = world.okstra("plan", "approve", REPORT, *TASK, "--dry-run", exit=None)
    assert (approval.exit == 0) is has_marker
