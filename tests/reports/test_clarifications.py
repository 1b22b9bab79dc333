"""Clarification items: the rows of the table, which of them hold up what, and what is wrong with one."""

import pytest

from okstra_git.contract import CLARIFICATION_COLUMNS
from okstra_git.documents.markdown import Document, parse_document
from okstra_git.reports.clarifications import Clarification, check_clarifications, list_clarifications, open_rows

HEADER = f"| {' | '.join(CLARIFICATION_COLUMNS)} |\n|{'---|' * len(CLARIFICATION_COLUMNS)}\n"


def row(
    number: int = 1, *, id: str = "", kind: str = "decision", blocks: str = "approval", status: str = "open"
) -> str:
    return f"| {id or f'C-{number:03}'} | SHOP-1 | {kind} | a \\| b? | yes or no | {blocks} | {status} | |\n"


def report(*rows: str, heading: str = "## 1. Clarification Items", header: str = HEADER) -> Document:
    return parse_document(f"# Report\n\n{heading}\n\n{header}{''.join(rows)}")


def test_a_row_has_its_cells_and_its_line() -> None:
    assert list_clarifications(report(row(), row(2, status="resolved"))) == (
        Clarification("C-001", "SHOP-1", "decision", "a | b?", "yes or no", "approval", "open", "", 7),
        Clarification("C-002", "SHOP-1", "decision", "a | b?", "yes or no", "approval", "resolved", "", 8),
    )


@pytest.mark.parametrize(
    "heading", ["## Clarification Items", "### 5.1 CLARIFICATION ITEMS", "## 1. Clarification Items\n\n### Open"]
)
def test_the_table_is_found_whatever_its_number(heading: str) -> None:
    assert len(list_clarifications(report(row(), heading=heading))) == 1


@pytest.mark.parametrize("text", ["", "## Clarification Items\n\nNone.\n", "## Else\n\n" + HEADER + row()])
def test_a_report_without_the_table_has_none(text: str) -> None:
    assert list_clarifications(parse_document(text)) == ()
    assert check_clarifications(parse_document(text)) == []


def test_a_table_of_other_columns_is_told_and_read_by_their_names() -> None:
    document = report("| open | C-001 | approval |\n", header="| Status | ID | blocks |\n|---|---|---|\n")
    assert [(row.id, row.statement) for row in open_rows(document, blocks="approval")] == [("C-001", "")]
    (problem,) = check_clarifications(document)
    assert (problem.code, problem.line, problem.hint) == ("clarification.columns", 5, " | ".join(CLARIFICATION_COLUMNS))


@pytest.mark.parametrize(
    ("status", "is_open"), [("open", True), ("answered", True), ("resolved", False), ("obsolete", False)]
)
def test_a_row_is_open_until_a_run_has_taken_it_up(status: str, is_open: bool) -> None:
    (found,) = list_clarifications(report(row(status=status)))
    assert found.is_open is is_open


@pytest.mark.parametrize("status", ["open", "Open", "answered", "resolved", "obsolete"])
@pytest.mark.parametrize("blocks", ["approval", "next-phase", "none"])
@pytest.mark.parametrize("asked", ["approval", "next-phase"])
def test_only_open_rows_hold_up_what_they_name(status: str, blocks: str, asked: str) -> None:
    found = open_rows(report(row(status=status, blocks=blocks)), blocks=asked)
    assert len(found) == (status.casefold() == "open" and blocks == asked)


@pytest.mark.parametrize(
    ("bad", "code", "message"),
    [
        (row(id="C-1"), "clarification.id", "'C-1' is not an id"),
        (row(kind="wish"), "clarification.kind", "C-001: 'wish' is not a value of Kind"),
        (row(blocks="all"), "clarification.blocks", "C-001: 'all' is not a value of Blocks"),
        (row(status="waiting"), "clarification.status", "C-001: 'waiting' is not a value of Status"),
    ],
)
def test_a_bad_cell_is_told_with_its_line(bad: str, code: str, message: str) -> None:
    (problem,) = check_clarifications(report(row(2), bad))
    assert (problem.code, problem.line, problem.message) == (code, 8, message)
    assert problem.hint


def test_every_bad_cell_is_told() -> None:
    found = check_clarifications(report(row(id="x", kind="y", blocks="z", status="w"), row()))
    assert [problem.code.partition(".")[2] for problem in found] == ["id", "kind", "blocks", "status"]
    assert check_clarifications(report(row(), row(2))) == []
