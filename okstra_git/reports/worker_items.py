"""The items of a worker's result, by their ids: rows of tables, bullets with `[F-001]`, and hierarchical numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.documents.markdown import Document, Item, Section, Table
from okstra_git.documents.problems import Flaw, in_order
from okstra_git.names import quote
from okstra_git.plans.stage_contents import NONE

_SECTION = re.compile(r"\s*([1-6])[.)]?\s")
_BRACKETED = re.compile(r"\s*(?:\*\*)?\[([^\]\s:]{1,40})\](?:\*\*)?[:.)]?\s*")
_TICKET = re.compile(r"\[TICKETID:([^\]\[]{0,400})\]", re.IGNORECASE)
_TAGGED = re.compile(r"\s*\[TICKETID:[^\]]*\]\s*", re.IGNORECASE)
_ID = re.compile(r"(?:[A-Za-z]{1,8}-?\d{1,6}(?:[.-]\d{1,4})*|\d{1,4}(?:\.\d{1,4})+)")
_LEADING = re.compile(rf"\s*({_ID.pattern})(?:[:.)]|\s+[-–—])?\s+")
_HEADED = re.compile(rf"\s*\[?({_ID.pattern})\]?(?:[:.)]|\s+[-–—])?\s+(.*)", re.DOTALL)


@dataclass(frozen=True)
class WorkerItem:
    """One thing that a worker has put down; `pair` is how it is referred to, such as `codex:1.1`.

    `ticket` is the text of its tag, empty where it has none.
    """

    worker: str
    id: str
    text: str
    section: int
    line: int
    ticket: str = ""

    @property
    def pair(self) -> str:
        """`worker:item`."""
        return f"{self.worker}:{self.id}"


@dataclass(frozen=True)
class ReadItems:
    """The items of one result in its order, and what is wrong with their ids."""

    items: tuple[WorkerItem, ...]
    flaws: tuple[Flaw, ...]


def read_items(document: Document, worker: str, *, sections: tuple[int, ...] = (1,)) -> ReadItems:
    """The items of these numbered sections; by default of the findings, which are what is discussed.

    An item without an id is a flaw and is not listed; of two with one id the first is.
    """
    items: dict[str, WorkerItem] = {}
    flaws: list[Flaw] = []
    for number, section in _numbered(document, sections):
        for id, text, line, ticket in _entries(section):
            if not id:
                flaws.append(Flaw("item.no-id", line, f"{quote(text)} has no id", "put one in front, such as [F-001]"))
            elif id.casefold() in items:
                first = items[id.casefold()].line
                hint = "give each item an id of its own"
                flaws.append(Flaw("item.duplicate", line, f"{id} is there already, in line {first}", hint))
            else:
                items[id.casefold()] = WorkerItem(worker, id, text, number, line, ticket)
    return ReadItems(tuple(items.values()), tuple(in_order(flaws)))


def _numbered(document: Document, wanted: tuple[int, ...]) -> Iterator[tuple[int, Section]]:
    """The sections below the first heading of each of these numbers, on the highest level that has numbers."""
    tops = [(int(match[1]), each) for each in document.sections if (match := _SECTION.match(each.raw))]
    level = min((section.level for _, section in tops), default=0)
    first: dict[int, Section] = {}
    for number, section in tops:
        if section.level == level:
            first.setdefault(number, section)
    for number in wanted:
        if number in first:
            yield from ((number, section) for section in (first[number], *document.below(first[number])))


class _Entry(NamedTuple):
    id: str
    text: str
    line: int
    ticket: str


def _entries(section: Section) -> list[_Entry]:
    """What the section holds; without any of that, its heading is an item if it has an id."""
    entries = [row for table in section.tables for row in _rows(table)]
    entries += [_bullet(item) for item in section.items if item.depth == 0 and not _is_none(item.text)]
    headed = _HEADED.fullmatch(section.raw)
    if headed is None or any(entry.id for entry in entries) or _SECTION.match(section.raw):
        return entries
    text = next((paragraph.text for paragraph in section.paragraphs), "")
    words = _one_line(f"{headed[2]}: {text}" if text else headed[2])
    return [_Entry(headed[1], words, section.line, _ticket(words))]


def _rows(table: Table) -> Iterator[_Entry]:
    tickets = [at for at, head in enumerate(table.header) if head.strip().casefold() == "ticket id"]
    for row in table.rows:
        cells = [cell.strip() for cell in row.cells]
        if not any(cells[1:]) and _is_none("".join(cells)):
            continue
        id = cells[0].strip("[]*` ") if cells else ""
        rest = [cell for at, cell in enumerate(cells) if at and cell and at not in tickets]
        is_id = bool(id) and " " not in id and len(id) <= 40 and ":" not in id
        ticket = next((cells[at] for at in tickets if at < len(cells)), "")
        yield _Entry(id if is_id else "", _one_line("; ".join(rest if is_id else cells)), row.line, ticket)


def _bullet(item: Item) -> _Entry:
    ticket = _ticket(item.text.partition("\n")[0])
    text = _TAGGED.sub("", item.text, count=1) if _TAGGED.match(item.text) else item.text
    match = _BRACKETED.match(text) or _LEADING.match(text)
    if match is None:
        return _Entry("", _one_line(text), item.line, ticket)
    rest = text[match.end() :]
    words = _one_line(_TAGGED.sub("", rest, count=1) if _TAGGED.match(rest) else rest)
    return _Entry(match[1], words, item.line, ticket)


def _ticket(text: str) -> str:
    found = _TICKET.search(text)
    return found[1].strip() if found else ""


def _is_none(text: str) -> bool:
    return text.strip().rstrip(".").casefold() in NONE


def _one_line(text: str) -> str:
    return " ".join(text.split())
