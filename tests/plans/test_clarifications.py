"""The clarification table of a report, and which rows still hold something up."""

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.plans.clarifications import check_clarifications, list_clarifications, open_rows

HEAD = (
    "| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
ROW = "| C-001 | 12 | decision | This \\| that? | one of | approval | open | |\n"
DONE = "| C-002 | 12 | data-point | How many? | number | approval | answered | 3 |\n"


@pytest.mark.parametrize(
    "heading", ["## 1. Clarification Items", "## 5. Clarification Items", "### Clarification items"]
)
def test_the_table_is_found_under_any_number(heading: str) -> None:
    rows = list_clarifications(parse_document(f"{heading}\n\n{HEAD}{ROW}{DONE}"))
    assert [(row.id, row.statement, row.status, row.answer, row.line) for row in rows] == [
        ("C-001", "This | that?", "open", "", 5), ("C-002", "How many?", "answered", "3", 6),
    ]  # fmt: skip
    assert all(row.is_open for row in rows)


def test_only_unanswered_rows_hold_up() -> None:
    document = parse_document(f"## 1. Clarification Items\n\n{HEAD}{ROW}{DONE}")
    assert [row.id for row in open_rows(document, blocks="approval")] == ["C-001"]
    assert open_rows(document, blocks="next-phase") == ()


def test_a_report_without_a_table_asks_nothing() -> None:
    document = parse_document("## 1. Clarification Items\n\nnone\n")
    assert (list_clarifications(document), check_clarifications(document)) == ((), [])


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [("C-001", "C-1", "clarification.id"), ("decision", "wish", "clarification.kind"),
     ("approval", "all", "clarification.blocks"), ("open", "new", "clarification.status"),
     ("Expected form", "Recommended", "clarification.columns")],
)  # fmt: skip
def test_what_is_wrong_is_told(before: str, after: str, code: str) -> None:
    text = f"## 1. Clarification Items\n\n{HEAD}{ROW}".replace(before, after)
    assert [problem.code for problem in check_clarifications(parse_document(text))] == [code]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("open", "Open"),
        ("| approval | open |", "| Approval | **OPEN** |"),
        ("C-001", "12"),
        ("decision", "wish"),
    ],
)
def test_a_row_in_other_letters_still_holds_up(before: str, after: str) -> None:
    document = parse_document(f"## 1. Clarification Items\n\n{HEAD}{ROW.replace(before, after)}")
    assert len(open_rows(document, blocks="approval")) == 1


def test_a_row_holds_up_whatever_the_order_of_the_columns() -> None:
    swapped = HEAD.replace("Blocks | Status", "Status | Blocks")
    row = ROW.replace("| approval | open |", "| open | approval |")
    shorter = "| ID | Blocks | Status |\n|---|---|---|\n| C-001 | approval | open |\n"
    for table in (swapped + row, shorter):
        document = parse_document(f"## 1. Clarification Items\n\n{table}")
        assert [row.id for row in open_rows(document, blocks="approval")] == ["C-001"]
        assert [problem.code for problem in check_clarifications(document)] == ["clarification.columns"]
