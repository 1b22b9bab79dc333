"""The golden reports: data of every task type in both languages, and what okstra makes of them, byte for byte.

`python -m tests.reports.test_golden` writes the reports anew; read what changed.
"""

import json

import pytest

from okstra_git.contract import CLARIFICATION_COLUMNS, FORBIDDEN_HEADINGS
from okstra_git.documents.markdown import Document, parse_document
from okstra_git.handoff.evidence import read_evidence
from okstra_git.phases import PHASES
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_map import parse_plan
from okstra_git.reports.clarifications import check_clarifications, list_clarifications
from okstra_git.reports.data import read_report_data
from okstra_git.reports.render import render_report
from tests.kit.golden_reports import golden_file

ALL = [(task_type, language) for task_type in PHASES for language in ("en", "ko")]
PLACE = ".okstra/tasks/shop/web/login/runs/{0}/reports/final-report-{0}-001.md"


def rendered(task_type: str, language: str) -> str:
    """What the data say, as okstra renders them."""
    data = read_report_data(golden_file(task_type, language).read_bytes())
    assert not isinstance(data, list), data
    return render_report(data, path=PLACE.format(task_type)).text


def document_of(task_type: str, language: str) -> Document:
    return parse_document(golden_file(task_type, language).with_suffix(".md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("task_type", "language"), ALL)
def test_the_report_is_what_the_data_say(task_type: str, language: str) -> None:
    expected = golden_file(task_type, language).with_suffix(".md").read_text(encoding="utf-8")
    assert rendered(task_type, language) == expected


@pytest.mark.parametrize(("task_type", "language"), ALL)
def test_sections_stand_in_the_order_of_the_contract(task_type: str, language: str) -> None:
    document = document_of(task_type, language)
    numbers = [section.raw[0] for section in document.sections if section.level == 2 and section.raw[0].isdigit()]
    assert numbers == (["0"] if "0" in numbers else []) + [*"1234567"]
    assert not {section.raw for section in document.sections} & set(FORBIDDEN_HEADINGS)
    assert document.unclosed == ()


@pytest.mark.parametrize(("task_type", "language"), ALL)
def test_the_card_says_what_verdict_and_next_steps_say(task_type: str, language: str) -> None:
    document = document_of(task_type, language)
    card, verdict = (document.find(title) for title in ("Verdict Card", "Final Verdict"))
    assert card is not None
    assert verdict is not None
    (row,), (same,) = card.tables[0].rows, verdict.tables[0].rows
    assert row.cells == same.cells
    steps = document.find("Recommended Next Steps")
    assert steps is not None
    assert steps.items[0].text == row.cells[2]


@pytest.mark.parametrize(("task_type", "language"), ALL)
def test_its_questions_are_read_back(task_type: str, language: str) -> None:
    values = json.loads(golden_file(task_type, language).read_bytes())["clarifications"]
    document = document_of(task_type, language)
    assert check_clarifications(document) == []
    rows = [[row.id, row.ticket, row.kind, row.statement, row.expected, row.blocks, row.status, row.answer]
            for row in list_clarifications(document)]  # fmt: skip
    assert len(CLARIFICATION_COLUMNS) == 8
    assert rows == [list(each.values()) for each in values]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_plan_passes_its_check(language: str) -> None:
    plan = parse_plan(document_of("implementation-planning", language))
    assert check_plan(plan, for_approval=True) == []
    assert [(stage.number, stage.depends_on) for stage in plan.stages] == [(1, ()), (2, ()), (3, (1, 2))]
    assert plan.stages[0].files == ("migrations/0009_credentials.sql", "src/credentials.py")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_verification_can_be_recorded(language: str) -> None:
    file = golden_file("final-verification", language)
    report = file.with_suffix(".md").read_text(encoding="utf-8")
    evidence = read_evidence(file.read_bytes(), name=file.name, stage=1, report=report)
    assert evidence.warnings == ()
    assert [check.exit_code for check in evidence.checks] == [0, 0]


if __name__ == "__main__":
    for each in ALL:
        golden_file(*each).with_suffix(".md").write_text(rendered(*each), encoding="utf-8")
