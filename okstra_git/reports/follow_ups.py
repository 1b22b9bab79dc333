"""Reads the follow-up rows of a report, from its data or from its Markdown, whatever is wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from okstra_git.contract import FOLLOW_UP_COLUMNS, HEADING_FOLLOW_UPS
from okstra_git.documents.markdown import Document, Row, Table

_FIELDS = ("origin", "name", "task_type", "scope", "reason", "spawn")
_COLUMNS = {column.casefold().rstrip("?"): field for column, field in zip(FOLLOW_UP_COLUMNS, _FIELDS, strict=True)}
_COLUMNS |= {"ticket id": "ticket", "reason": "reason", "why deferred": "reason"}
_KEYS = {
    "origin": "origin",
    "newTaskId": "name",
    "suggestedTaskType": "task_type",
    "scope": "scope",
    "reason": "reason",
    "autoSpawn": "spawn",
}
_ROWS_WITH_TICKETS = ("differences", "clarifications")
_SPAWN = {"yes": True, "no": False, "true": True, "false": False}


class ReportedFollowUp(NamedTuple):
    """One row, each cell on one line; `name` is the new task as it is named there, `ticket` empty for none.

    `spawn` is what the row says about opening the task, None for neither yes nor no. `place` is the JSON path of the
    row, or its line in the Markdown.
    """

    place: str
    origin: str
    name: str
    task_type: str
    scope: str
    reason: str
    ticket: str
    spawn: bool | None


def read_rows_of_data(data: Mapping[str, Any]) -> list[ReportedFollowUp]:
    """The rows of the data. A row without a ticket has that of the row which it names as its origin, if any."""
    listed = data.get("followUps")
    tickets = _tickets(data)
    rows = [_of_data(index, row) for index, row in enumerate(listed if isinstance(listed, list) else ())]
    return [row._replace(ticket=tickets.get(row.origin, tickets.get("", ""))) for row in rows]


def read_rows_of_report(document: Document) -> list[ReportedFollowUp]:
    """The rows under `Follow-up Tasks`, whatever its number and the order of its columns."""
    section = document.find(HEADING_FOLLOW_UPS) or document.find(HEADING_FOLLOW_UPS.partition(" (")[0])
    inside = (section, *document.below(section)) if section else ()
    return [_of_table(table, row) for part in inside for table in part.tables if _is_meant(table) for row in table.rows]


def one_line(text: str) -> str:
    """The words on one line, without what cannot be printed."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _of_data(index: int, row: object) -> ReportedFollowUp:
    cells = dict.fromkeys(_FIELDS, "")
    values = row if isinstance(row, dict) else {}
    for key, field in _KEYS.items():
        value = values.get(key)
        cells[field] = str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else ""
    return _row(f"followUps[{index}]", cells)


def _of_table(table: Table, row: Row) -> ReportedFollowUp:
    cells = {
        field: cell for head, cell in zip(table.header, row.cells, strict=False) if (field := _COLUMNS.get(_head(head)))
    }
    return _row(f"line {row.line}", cells)


def _row(place: str, cells: Mapping[str, str]) -> ReportedFollowUp:
    lines = {field: one_line(cell) for field, cell in cells.items()}
    return ReportedFollowUp(
        place,
        origin=lines.get("origin", "").strip("`"),
        name=lines.get("name", "").strip("` "),
        task_type=lines.get("task_type", "").strip("` ").casefold(),
        scope=lines.get("scope", ""),
        reason=lines.get("reason", ""),
        ticket=lines.get("ticket", ""),
        spawn=_SPAWN.get(lines.get("spawn", "").strip("` ").casefold()),
    )


def _is_meant(table: Table) -> bool:
    return "name" in {_COLUMNS.get(_head(head)) for head in table.header}


def _head(cell: str) -> str:
    return " ".join(cell.casefold().split()).rstrip("?")


def _tickets(data: Mapping[str, Any]) -> dict[str, str]:
    """Id of a row -> its ticket; that of the empty id is for all others."""
    coverage, evidence = data.get("ticketCoverage"), data.get("evidence")
    lists = [data.get(name) for name in _ROWS_WITH_TICKETS]
    lists.append(evidence.get("primary") if isinstance(evidence, dict) else None)
    tickets = dict(_pairs(row for rows in lists if isinstance(rows, list) for row in rows))
    single = coverage.get("singleTicket") if isinstance(coverage, dict) else None
    return {"": one_line(single), **tickets} if isinstance(single, str) else tickets


def _pairs(rows: Iterable[object]) -> Iterator[tuple[str, str]]:
    for row in rows:
        id, ticket = (row.get("id"), row.get("ticketId")) if isinstance(row, dict) else (None, None)
        if isinstance(id, str) and isinstance(ticket, str) and ticket.strip():
            yield id, one_line(ticket)
