"""The clarification items of a report: what is asked of a person, what it holds up, and whether it was answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okstra_git.contract import (
    CLARIFICATION_BLOCKS,
    CLARIFICATION_COLUMNS,
    CLARIFICATION_KINDS,
    CLARIFICATION_STATUSES,
    HEADING_CLARIFICATIONS,
    OLDER_CLARIFICATION_COLUMNS,
    OLDER_CLARIFICATION_HEADINGS,
)
from okstra_git.documents.markdown import Document, Table, titled
from okstra_git.documents.problems import Flaw
from okstra_git.names import quote
from okstra_git.reports.cells import TableLine, read_line

FIELDS = ("id", "ticket", "kind", "statement", "expected", "blocks", "status", "answer")
"""What the columns are called here, in the order of the contract."""

CHOSEN = ("kind", "blocks", "status")
"""Fields that have one of a few values; emphasis around it is left out."""

_ID = re.compile(r"C-\d{3}\Z")
_NAMES = {column.casefold(): field for column, field in zip(CLARIFICATION_COLUMNS, FIELDS, strict=True)}
_OLDER = {older: _NAMES[column.casefold()] for older, column in OLDER_CLARIFICATION_COLUMNS.items()}


@dataclass(frozen=True)
class Clarification:
    """One row of the table, cells as text on one line; `is_open` until a run has resolved it or found it obsolete."""

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
    def state(self) -> str:
        """The status in small letters; a question that has none is open until there is an answer."""
        if self.status or not _ID.match(self.id):
            return self.status.casefold()
        return "answered" if self.answer else "open"

    @property
    def is_open(self) -> bool:
        """Whether it still waits: for an answer, or for the run that takes the answer up."""
        return self.state in ("open", "answered")

    @property
    def is_unanswered(self) -> bool:
        """Whether a person has yet to answer; an answer counts though its status was left at `open`."""
        return self.state == "open" and not self.answer


@dataclass(frozen=True)
class ItemTable:
    """A table of clarification items as it stands; `columns` has the place of each field that it has a column for."""

    table: Table
    columns: dict[str, int]
    kind: str = ""

    def row(self, line: TableLine, number: int) -> Clarification:
        """The item on this line; a column that is not there is empty, and its table may say the kind."""
        cells = line.cells
        fields = {name: cells[at] if at < len(cells) else "" for name, at in self.columns.items()}
        fields |= {name: fields[name].strip("*_`~ ") for name in ("id", *CHOSEN) if name in fields}
        if self.kind and "kind" not in fields:
            fields["kind"] = self.kind
        if "status" not in fields and "answer" in fields:
            fields["status"] = "answered" if fields["answer"] else "open"
        return Clarification(**{name: fields.get(name, "") for name in FIELDS}, line=number)


def list_clarifications(document: Document) -> tuple[Clarification, ...]:
    """The rows under `Clarification Items`, whatever its number and the order of its columns; older reports' split
    tables and names of columns too. A column that is not there is empty."""
    return tuple(row for _, row in list_rows(document))


def list_rows(document: Document, lines: Sequence[str] | None = None) -> Iterator[tuple[ItemTable, Clarification]]:
    """Every row with the table it stands in, top to bottom; with the words of `lines` where cells were edited since."""
    written = document.lines if lines is None else lines
    for table in list_tables(document):
        for row in table.table.rows:
            yield table, table.row(read_line(written[row.line - 1], len(table.table.header)), row.line)


def list_tables(document: Document) -> list[ItemTable]:
    """The tables of clarification items: of the section with that title, else of the two that older reports had."""
    section = document.find(HEADING_CLARIFICATIONS)
    if section is not None:
        parts = [section, *document.below(section)]
    else:
        sections = [part for part in document.sections if part.level]
        parts = [part for title in OLDER_CLARIFICATION_HEADINGS for part in titled(sections, title)]
        parts.sort(key=lambda part: part.line)
    tables = [ItemTable(table, _columns(table), _kind(part.title)) for part in parts for table in part.tables]
    return [table for at, table in enumerate(tables) if at == 0 or "id" in table.columns]


def _columns(table: Table) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, head in enumerate(table.header):
        name = " ".join(head.casefold().split())
        field = _NAMES.get(name) or _OLDER.get(name.partition(" (")[0])
        if field is not None:
            columns.setdefault(field, at)
    return columns


def _kind(title: str) -> str:
    named = title.casefold().partition(" (")[0]
    return next((kind for older, kind in OLDER_CLARIFICATION_HEADINGS.items() if older.casefold() == named), "")


def open_rows(document: Document, *, blocks: str) -> tuple[Clarification, ...]:
    """Unanswered rows that hold up `approval` or `next-phase`."""
    return tuple(row for row in list_clarifications(document) if holds_up(row, blocks))


def holds_up(row: Clarification, blocks: str) -> bool:
    """Whether the row holds up `approval` or `next-phase` and is not answered."""
    return (row.state, row.blocks.casefold()) == ("open", blocks)


def check_clarifications(document: Document) -> list[Flaw]:
    """What is wrong with the table, top to bottom."""
    columns = " | ".join(CLARIFICATION_COLUMNS)
    for table in list_tables(document):
        if table.table.header != CLARIFICATION_COLUMNS:
            message = "the clarification table has other columns"
            return [Flaw("clarification.columns", table.table.line, message, columns)]
    rows = list_clarifications(document)
    return [problem for row in rows for problem in _row_problems(row)] + list(_repeated(rows))


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


def _repeated(rows: tuple[Clarification, ...]) -> Iterator[Flaw]:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row.id, row.line)
        if first != row.line and _ID.match(row.id):
            message = f"{row.id} stands in line {first} already"
            yield Flaw("clarification.repeated", row.line, message, "give each row an id of its own")
