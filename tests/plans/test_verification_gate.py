"""Whether a plan may be approved after its body was verified, and what in a report does not fit the verification."""

import json
from pathlib import Path

import pytest

from okstra_git.contract import CLARIFICATION_COLUMNS, PLAN_GATES, allows_approval
from okstra_git.documents.markdown import parse_document
from okstra_git.fs.root import Root
from okstra_git.plans.verification_gate import (
    NOT_VERIFIED,
    check_gate,
    check_verification,
    gate_on_record,
    read_gate,
)
from okstra_git.records.report.deliverables import Dissent, PlanItem, PlanVerification

PLAN = ".okstra/tasks/a/b/c/runs/implementation-planning/reports/final-report-implementation-planning-001.md"
STATE = ".okstra/tasks/a/b/c/runs/implementation-planning/state/plan-body-verification.json"
BLOCKED = "blocked-by-disagreement"


def report(*, gate: str = BLOCKED, marker: str = "", rows: str | None = None, questions: str | None = None) -> str:
    columns = f"| {' | '.join(CLARIFICATION_COLUMNS)} |\n|{'---|' * 8}\n"
    if questions is None:
        questions = "| C-001 | - | decision | About P-1-F1 | one | approval | open | |\n"
    if rows is None:
        rows = "| P-1-F1 | f | codex: disagree | majority-disagree → C-001 |\n| P-1-S1 | s | codex: agree | agree |\n"
    return (
        f"# Plan\n\n{marker}\n\n## 1. Clarification Items\n\n{columns}{questions}\n"
        f"### 5.5.9 Plan Body Verification\n\n- Rounds: 1\n- Gate: {gate}\n\n"
        f"| Item | Part | Verdicts | Classification |\n|---|---|---|---|\n{rows}\n\nDissent log:\n\n- P-1-F1: no\n"
    )


def recorded() -> PlanVerification:
    items = (
        PlanItem(id="P-1-F1", part="files", verdicts={"codex": "disagree"}, classification="majority-disagree",
                 clarification="C-001"),
        PlanItem(id="P-1-S1", part="steps", verdicts={"codex": "agree"}, classification="agree", clarification=None),
    )  # fmt: skip
    return PlanVerification(
        rounds=1,
        gate="blocked-by-disagreement",
        items=items,
        dissent=(Dissent(item="P-1-F1", worker="codex", reason="no"),),
    )


def codes(text: str, state: PlanVerification | None) -> list[str]:
    return [flaw.code for flaw in check_verification(parse_document(text), state)]


@pytest.mark.parametrize(
    ("gate", "expected"), [*zip(PLAN_GATES, (True, True, False, False), strict=True), (None, True)]
)
def test_the_marker_stands_when_the_gate_passed_or_there_was_none(gate: str | None, expected: bool) -> None:
    assert allows_approval(gate) == expected
    assert not allows_approval("something else")


def test_a_report_names_its_gate() -> None:
    assert read_gate(parse_document(report())) == (BLOCKED, 14)
    assert read_gate(parse_document(report(gate="<gate>"))) is None
    assert read_gate(parse_document("# Plan\n\n- Gate: passed\n")) is None


def test_a_report_that_fits_has_no_flaw() -> None:
    assert codes(report(), recorded()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (report(marker="- [ ] Approved"), ["plan.gate-blocks"]),
        (report(marker="- [x] Approved", gate="passed"), ["plan.gate-differs", "plan.gate-blocks"]),
        (report(gate="passed"), ["plan.gate-differs"]),
        ("# Plan\n", ["plan.not-verified"]),
        (
            report(rows="| P-1-F1 | files | no | majority-disagree → C-001 |\n"),
            ["plan.verdict-missing"],
        ),
        (
            report(rows="| P-1-F1 | f | no | majority-disagree |\n| P-1-S1 | s | no | agree |\n"),
            ["plan.verdict-differs"],
        ),
        (
            report(rows="| P-1-F1 | f | no | majority-disagree → C-002 |\n| P-1-S1 | s | no | agree |\n"),
            ["plan.verdict-differs"],
        ),
        (
            report(
                rows="| P-1-F1 | f | no | majority-disagree -> C-001 |\n| P-1-S1 | s | no | agree |\n"
                "| P-9-S1 | s | no | agree |\n"
            ),
            ["plan.verdict-unknown"],
        ),
        (report(questions=""), ["plan.question-missing"]),
        (
            report(questions="| C-001 | - | decision | About P-1-F1 | one | next-phase | open | |\n"),
            ["plan.question-open"],
        ),
        (
            report(
                questions="| C-001 | - | decision | About P-1-F1 | one | approval | open | |\n"
                "| C-002 | - | decision | About P-1-S1 | one | approval | open | |\n"
            ),
            ["plan.question-orphan"],
        ),
        (
            report(
                questions="| C-001 | - | decision | About P-1-F1 | one | approval | open | |\n"
                "| C-002 | - | decision | About P-1-S1 | one | approval | obsolete | |\n"
                "| C-003 | - | decision | About money | one | approval | open | |\n"
            ),
            [],
        ),
    ],
)
def test_what_does_not_fit_is_reported(text: str, expected: list[str]) -> None:
    assert codes(text, recorded()) == expected


def test_without_a_record_the_gate_that_the_report_names_counts() -> None:
    blocked = parse_document(report(marker="- [x] Approved"))
    assert [flaw.code for flaw in check_gate(blocked)] == ["plan.gate-blocks"]
    assert list(check_gate(parse_document("# Plan\n\n- [x] Approved\n"))) == []


@pytest.mark.parametrize(
    ("plan", "content", "expected"),
    [
        (PLAN, {"gate": BLOCKED, "plan": PLAN}, BLOCKED),
        (PLAN, {"gate": BLOCKED, "plan": "other.md"}, None),
        (PLAN, {"gate": 3, "plan": PLAN}, None),
        (PLAN, {"gate": BLOCKED}, BLOCKED),  # as it was written by hand once
        (PLAN, None, None),
        ("plan.md", {"gate": BLOCKED, "plan": "plan.md"}, None),
    ],
)
def test_a_recorded_gate_belongs_to_the_report_that_it_names(
    tmp_path: Path, plan: str, content: dict[str, object] | None, expected: str | None
) -> None:
    if content is not None:
        Root(tmp_path).write(STATE, json.dumps(content).encode())
    assert gate_on_record(Root(tmp_path), plan) == expected


def test_a_link_in_the_place_of_the_record_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json").write_text(json.dumps({"gate": BLOCKED, "plan": PLAN}))
    (tmp_path / STATE).parent.mkdir(parents=True)
    (tmp_path / STATE).symlink_to(tmp_path / "elsewhere.json")
    assert gate_on_record(Root(tmp_path), PLAN) is None


@pytest.mark.parametrize(("content", "expected"), [(True, "not-verified"), (False, None), ("yes", None)])
def test_a_plan_that_was_to_be_verified_and_was_not_has_no_gate_that_allows(
    tmp_path: Path, content: object, expected: str | None
) -> None:
    inputs = PLAN.replace("reports/final-report", "manifests/run-inputs").replace(".md", ".json")
    Root(tmp_path).write(inputs, json.dumps({"planVerification": content}).encode())
    assert gate_on_record(Root(tmp_path), PLAN) == expected
    assert allows_approval(expected) == (expected is None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Plan\n\n- [ ] Approved\n", ["plan.not-verified"]),
        (report(gate="passed"), ["plan.not-verified"]),
        ("# Draft\n", []),
    ],
)
def test_a_report_says_nothing_of_an_approval_before_its_plan_was_verified(text: str, expected: list[str]) -> None:
    assert [flaw.code for flaw in check_gate(parse_document(text), NOT_VERIFIED)] == expected
