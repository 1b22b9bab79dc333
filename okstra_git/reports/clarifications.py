"""The clarification items of a report: what is asked of a person, what it holds up, and whether it was answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from okstra_git.contract import (
    CLARIFICATION_BLOCKS,
    CLARIFICATION_COLUMNS,
    CLARIFICATION_KINDS,
    CLARIFICATION_STATUSES,
    HEADING_CLARIFICATIONS,
)
from okstra_git.documents.markdown import Document, Row, Table
from okstra_git.documents.problems import Flaw
from okstra_git.names import quote

_ID = re.compile(r"C-\d{3}\Z")
_NAMES = ("id", "ticket", "kind", "statement", "expected", "blocks", "status", "answer")
_FIELDS = dict(zip(CLARIFICATION_COLUMNS, _NAMES, strict=True))


@dataclass(frozen=True)
class Clarification:
    """One row of the table, cells as written; `is_open` until a run has resolved it or found it obsolete."""

    id: str
    ticket: str
    kind: str
    statement: str
    expected: str
    blocks: str
    status: str
    answer: str
    line: int

    @property
    def is_open(self) -> bool:
        """Whether it still waits: for an answer, or for the run that takes the answer up."""
        return self.status.casefold() in ("open", "answered")


def list_clarifications(document: Document) -> tuple[Clarification, ...]:
    """The rows under `Clarification Items`, whatever its number and the order of its columns; a column that is not
    there is empty."""
    table = _table(document)
    return tuple(_row(table, row) for row in table.rows) if table else ()


def _row(table: Table, row: Row) -> Clarification:
    heads = [" ".join(cell.casefold().split()) for cell in table.header]
    cells = {head: cell.strip() for head, cell in zip(heads, row.cells, strict=False)}
    fields = {field: cells.get(column.casefold(), "") for column, field in _FIELDS.items()}
    return Clarification(line=row.line, **fields)


def open_rows(document: Document, *, blocks: str) -> tuple[Clarification, ...]:
    """Unanswered rows that hold up `approval` or `next-phase`."""
    return tuple(row for row in list_clarifications(document) if holds_up(row, blocks))


def holds_up(row: Clarification, blocks: str) -> bool:
    """Whether the row holds up `approval` or `next-phase` and is not answered."""
    return (row.status.casefold(), row.blocks.casefold()) == ("open", blocks)


def check_clarifications(document: Document) -> list[Flaw]:
    """What is wrong with the table, top to bottom."""
    table = _table(document)
    if table is None:
        return []
    if table.header != CLARIFICATION_COLUMNS:
        columns = " | ".join(CLARIFICATION_COLUMNS)
        return [Flaw("clarification.columns", table.line, "the clarification table has other columns", columns)]
    return [problem for row in list_clarifications(document) for problem in _row_problems(row)]


def _row_problems(row: Clarification) -> Iterator[Flaw]:
    if not _ID.match(row.id):
        yield Flaw("clarification.id", row.line, f"{quote(row.id)} is not an id", "write C-001, C-002 …")
    for name, value, allowed in (
        ("kind", row.kind, CLARIFICATION_KINDS),
        ("blocks", row.blocks, CLARIFICATION_BLOCKS),
        ("status", row.status, CLARIFICATION_STATUSES),
    ):
        if value.casefold() not in allowed:
            message = f"{quote(row.id)[1:-1]}: {quote(value)} is not a value of {name.capitalize()}"
            yield Flaw(f"clarification.{name}", row.line, message, f"one of {', '.join(allowed)}")


def _table(document: Document) -> Table | None:
    section = document.find(HEADING_CLARIFICATIONS)
    inside = (section, *document.below(section)) if section else ()
    return next((table for part in inside for table in part.tables), None)
