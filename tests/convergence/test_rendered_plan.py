"""A plan from its data to the vote and back: what is rendered is asked about, and what it came to is rendered."""

import json
from typing import Any

import pytest

from okstra_git.convergence.plan_gate import question_rows, verify_plan
from okstra_git.convergence.plan_items import DisputablePart, fingerprint_parts, list_parts
from okstra_git.documents.markdown import Document, parse_document
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_map import parse_plan
from okstra_git.plans.verification_gate import check_verification, read_gate
from okstra_git.records.convergence import PlanBodyState
from okstra_git.records.report.data import PlanningData
from okstra_git.reports.render import render_report
from tests.convergence.sample import verdicts
from tests.kit.golden_reports import golden_data

STAGE = {
    "number": 1,
    "title": "Keep `sessions` | in the store",
    "dependsOn": [],
    "files": [{"path": "src/session.py", "note": "new"}, {"path": "src/a b.py", "note": ""}],
    "steps": [
        {"ticketId": "SHOP-12", "text": "Write the test.\n\nIt fails.", "code": "assert 1"},
        {"text": "Make it pass."},
    ],
    "validation": [{"command": "pytest tests/test_a.py -k 'a | b'", "exitCode": 0}],
    "exitContract": ["Sessions last <a week>", "- [ ] Approved"],
    "rollback": ["Revert the commit"],
}
EXPECTED = {
    "P-0-A1": "Keep them in the store.",
    "P-0-A2": "Cookies alone; too small",
    "P-1-D1": "nothing",
    "P-1-F1": "src/session.py",
    "P-1-F2": "src/a b.py",
    "P-1-S1": "Write the test. It fails.",
    "P-1-S2": "Make it pass.",
    "P-1-V1": "pytest tests/test_a.py -k 'a | b'",
    "P-1-E1": "Sessions last <a week>",
    "P-1-E2": "- [ ] Approved",
    "P-1-R1": "Revert the commit",
}


def planning(state: PlanBodyState | None = None) -> Document:
    """The rendered report of a plan, with what its verification came to."""
    data: dict[str, Any] = golden_data("release-handoff") | {"taskType": "implementation-planning", "language": "ko"}
    kept = state.model_dump(mode="json", by_alias=True) if state else None
    copied = {key: kept[key] for key in ("rounds", "gate", "items", "dissent")} if kept else None
    data["clarifications"] = (
        [row.model_dump(mode="json", by_alias=True) for row in question_rows(state)] if state else []
    )
    data["deliverable"] = {
        "approach": "Keep them in the store.",
        "alternatives": [{"alternative": "Cookies alone", "reason": "too small"}],
        "stages": [STAGE],
        "planVerification": copied,
    }
    return parse_document(render_report(PlanningData.model_validate_json(json.dumps(data)), path="plan.md").text)


def parts_of(document: Document) -> tuple[DisputablePart, ...]:
    return list_parts(parse_plan(document))


def test_every_part_of_the_data_is_asked_about_as_it_was_written() -> None:
    assert {part.id: part.text for part in parts_of(planning())} == EXPECTED


@pytest.mark.parametrize(
    ("against", "gate"),
    [
        ([set(), set()], "passed"),
        ([{"P-1-E1"}, set()], "passed-with-dissent"),
        ([{"P-1-E1", "P-1-V1"}, {"P-1-E1", "P-1-V1"}], "blocked-by-disagreement"),
        ([], "aborted-non-result"),
    ],
)
def test_what_the_vote_came_to_fits_the_report_that_copies_it(against: list[set[str]], gate: str) -> None:
    draft = planning()
    said = verdicts(
        **{f"w{n}": {id: "disagree" if id in no else "agree" for id in EXPECTED} for n, no in enumerate(against)}
    )
    state = verify_plan("R", "plan.md", parts_of(draft), said, links={}, used=())
    report = planning(state)
    assert state.gate == gate
    assert read_gate(report) is not None
    assert list(check_verification(report, state)) == []
    assert [flaw.code for flaw in check_plan(parse_plan(report), for_approval=True, needs_marker=False)] == []
    assert fingerprint_parts(parts_of(report)) == state.fingerprint
