"""The items of a worker's result: every row and bullet of its sections, with the id that it has."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from okstra_git.documents.markdown import Document, Section, parse_document
from okstra_git.validation.report_reading import plain_head

_NUMBER = re.compile(r"\s*([0-9]+)(?:\.[0-9]+)*[.)]?\s")
_BRACKETED = re.compile(r"\[([A-Za-z0-9][\w.-]{0,39})\]")
_TICKET = re.compile(r"\[TICKETID:\s*([^\]]*)\]", re.IGNORECASE)
_ID = re.compile(r"[A-Za-z]{0,8}-?[0-9]+(?:[.-][0-9A-Za-z]+){0,5}")
_TICKETS, LAST = "ticket id", 6
"""Sections 1 to 5 have items, and a sixth may."""


class WorkerItem(NamedTuple):
    """A row or bullet; `id` and `ticket` are empty where it has none."""

    line: int
    id: str
    ticket: str
    section: int


@lru_cache(32)
def items_of(text: str) -> tuple[WorkerItem, ...]:
    """The items of a result, top to bottom; sections are told by the number of their heading."""
    document = parse_document(text)
    return tuple(sorted(item for number, section in numbered(document) for item in _items(section, number)))


def numbered(document: Document) -> Iterator[tuple[int, Section]]:
    """The sections 1 to 6 of a result and what is inside them, each with the number of the section that it is in."""
    number = 0
    for section in document.sections:
        if not section.level:
            continue
        found = _NUMBER.match(section.raw + " ")
        if section.level <= 2:
            number = int(found[1]) if found and len(found[1]) < 4 else 0
        if 1 <= number <= LAST:
            yield number, section


def _items(section: Section, number: int) -> Iterator[WorkerItem]:
    for table in section.tables:
        heads = [plain_head(head) for head in table.header]
        ticket_at = heads.index(_TICKETS) if _TICKETS in heads else None
        for row in table.rows:
            first = row.cells[0].strip("[]*_` ") if row.cells else ""
            ticket = row.cells[ticket_at].strip() if ticket_at is not None and ticket_at < len(row.cells) else ""
            yield WorkerItem(row.line, first if _ID.fullmatch(first) else "", ticket, number)
    for item in section.items:
        if item.depth == 0:
            head = item.text.partition("\n")[0][:200]
            ticket = _TICKET.search(head)
            yield WorkerItem(item.line, _bracketed(head), ticket[1].strip() if ticket else "", number)


def _bracketed(head: str) -> str:
    """The id in brackets at the head of an item, before or behind its ticket."""
    rest = _TICKET.sub("", head, count=1).strip()
    found = _BRACKETED.match(rest)
    return found[1] if found else ""
