"""Brings a report of an older layout into the current one: order and numbers of chapters, one table of questions.

Reports before 0.50 had the cross-worker chapter first and what a person has to act on behind it. Chapters are moved as
they stand, so that nothing is reworded: only numbers of headings change, the verdict card is put on top where there is
none, and questions that stood in two tables come into one.

    1 Cross-worker → 6     2 Final Verdict → 7     3 Evidence → 2      4.x Deliverables → 5.x
    5 Clarification Items → 1     6 Recommended Next Steps → 3     7 Follow-up Tasks → 4
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.contract import (
    CLARIFICATION_COLUMNS,
    HEADING_APPROVAL,
    HEADING_CARRIED_IN,
    HEADING_CLARIFICATIONS,
    HEADING_EVIDENCE,
    HEADING_FINAL_VERDICT,
    HEADING_FOLLOW_UPS,
    HEADING_NEXT_STEPS,
    HEADING_REPORTER,
    HEADING_VERDICT_CARD,
    OLDER_CLARIFICATION_HEADINGS,
)
from okstra_git.documents.markdown import Document, Section, parse_document
from okstra_git.reports.cells import write_cell
from okstra_git.reports.clarifications import FIELDS, Clarification, list_clarifications, list_tables

MAJORS = {0: 0, 1: 6, 2: 7, 3: 2, 4: 5, 5: 1, 6: 3, 7: 4}
"""Numbers of chapters then and now."""

CARD_FIELDS = ("Verdict Token", "Direction", "Next Step")

_CHAPTERS = {
    HEADING_CARRIED_IN: 0,
    HEADING_CLARIFICATIONS: 1,
    HEADING_EVIDENCE: 2,
    HEADING_NEXT_STEPS: 3,
    HEADING_FOLLOW_UPS: 4,
    HEADING_FINAL_VERDICT: 7,
}
_ON_TOP = (HEADING_VERDICT_CARD, HEADING_APPROVAL, HEADING_REPORTER)
_NUMBER = re.compile(r"^( {0,3}(?:#{1,6}[ \t]+)?)(\d{1,3})((?:\.\d{1,3})*)(?=[.)]?[ \t])")
_REFERENCE = re.compile(r"(?:§|\b[Ss]ection |섹션 ?)(\d(?:\.\d+)*)")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Migrated(NamedTuple):
    """The report in today's layout, what was changed, and the lines of it that name a section by a number."""

    text: str
    changes: tuple[str, ...]
    references: tuple[int, ...]


@dataclass
class _Chapter:
    """Lines `first` to `last` of the document (from 1), and the number of the chapter that they become."""

    first: int
    last: int
    number: int
    was: int | None = None


def is_older(document: Document) -> bool:
    """Whether the report has the older numbers, or questions in two tables."""
    if any(_named(section, OLDER_CLARIFICATION_HEADINGS) for section in document.sections if section.level):
        return True
    numbered = ((section, _major(document, section)) for section in document.sections if section.level)
    known = [(_chapter_of(section), major) for section, major in numbered if major is not None]
    pairs = [(now, then) for now, then in known if now is not None and then is not None]
    return any(now != then for now, then in pairs)


def migrate_report(text: str) -> Migrated | None:
    """The report in today's layout; None for one that has it already, or that is not a report."""
    document = parse_document(text)
    if not is_older(document):
        return None
    newline = match[0] if (match := _LINE_END.search(text)) else "\n"
    chapters = _chapters(document)
    changes = [f"chapter {each.was} is chapter {each.number} now" for each in chapters if _has_moved(each)]
    top = [each for each in chapters if each.number < 0]
    rest = sorted((each for each in chapters if each.number >= 0), key=lambda each: each.number)
    lines = [line for each in top for line in _lines_of(document, each)]
    card = _card(document)
    if card:
        changes.append("a verdict card is on top")
        lines = [*_trimmed(lines), "", *card, ""]
    for each in rest:
        written, change = _written(document, each)
        changes += change
        lines += ["", *written] if lines and lines[-1].strip() else written
    result = newline.join([*_trimmed(lines), ""])
    result = ("\ufeff" if text.startswith("\ufeff") else "") + result
    references = [at for at, line in enumerate(result.splitlines(), 1) if _REFERENCE.search(line)]
    return Migrated(result, tuple(changes), tuple(references))


def _chapters(document: Document) -> list[_Chapter]:
    """The document cut at headings of the second level; what has no number of its own belongs to what is before it."""
    chapters = [_Chapter(1, len(document.lines), -1)]
    for section in document.sections:
        if section.level != 2:
            continue
        start = _start_of(document, section, chapters[-1])
        if start is not None:
            chapters[-1].last = section.line - 1
            chapters.append(start)
    return [each for each in chapters if each.first <= each.last]


def _start_of(document: Document, section: Section, before: _Chapter) -> _Chapter | None:
    """The chapter that begins here, or None where the one before goes on."""
    end, was = len(document.lines), _major(document, section)
    if _named(section, _ON_TOP):
        return _Chapter(section.line, end, -1)
    number = _chapter_of(section)
    if number is None and was is not None:
        number = before.number if was == before.was else MAJORS.get(was, 8)
    if number is None or (number == before.number and was == before.was and before.number >= 0):
        return None if before.number >= 0 else _Chapter(section.line, end, -1)
    return _Chapter(section.line, end, number, was)


def _chapter_of(section: Section) -> int | None:
    """Today's number of a chapter with a title that is known."""
    if _named(section, OLDER_CLARIFICATION_HEADINGS):
        return _CHAPTERS[HEADING_CLARIFICATIONS]
    return next((number for title, number in _CHAPTERS.items() if _named(section, (title,))), None)


def _named(section: Section, titles: Iterable[str]) -> bool:
    title = _bare(section.title)
    return any(title == _bare(each) for each in titles)


def _bare(title: str) -> str:
    return title.partition(" (")[0].strip().casefold()


def _major(document: Document, section: Section) -> int | None:
    match = _NUMBER.match(document.lines[section.line - 1]) if section.level else None
    return int(match[2]) if match else None


def _has_moved(chapter: _Chapter) -> bool:
    return chapter.number >= 0 and chapter.was is not None and chapter.was != chapter.number


def _lines_of(document: Document, chapter: _Chapter) -> list[str]:
    return list(document.lines[chapter.first - 1 : chapter.last])


def _written(document: Document, chapter: _Chapter) -> tuple[list[str], list[str]]:
    """The lines of the chapter with today's numbers, and what else was changed."""
    if chapter.number == _CHAPTERS[HEADING_CLARIFICATIONS]:
        return _questions(document, chapter)
    lines = _lines_of(document, chapter)
    for section in document.sections:
        if section.level and chapter.first <= section.line <= chapter.last:
            at = section.line - chapter.first
            lines[at] = _renumbered(lines[at], chapter)
    return _trimmed(lines), []


def _renumbered(line: str, chapter: _Chapter) -> str:
    match = _NUMBER.match(line)
    if match is None or chapter.was is None or int(match[2]) != chapter.was or not 0 <= chapter.number <= 7:
        return line
    return f"{match[1]}{chapter.number}{match[3]}{line[match.end() :]}"


def _questions(document: Document, chapter: _Chapter) -> tuple[list[str], list[str]]:
    """The chapter of questions: its tables as one, then what else stood there, without the headings of its parts."""
    tables = [each for each in list_tables(document) if chapter.first <= each.table.line <= chapter.last]
    in_tables = {line for each in tables for line in _table_lines(document, each.table.line)}
    gone = in_tables | _heading_lines(document, chapter, {each.table.line for each in tables})
    numbered = enumerate(_lines_of(document, chapter), chapter.first)
    rest = [_renumbered(line, chapter) for at, line in numbered if at not in gone]
    rows = [row for row in list_clarifications(document) if chapter.first <= row.line <= chapter.last]
    is_same = len(tables) == 1 and tables[0].table.header == CLARIFICATION_COLUMNS
    table = [document.lines[line - 1] for line in sorted(in_tables)] if is_same else list(_table(rows))
    change = [] if is_same else ["questions stand in one table"]
    lines = [f"## 1. {HEADING_CLARIFICATIONS}", "", *table]
    kept = _trimmed(rest)
    return ([*lines, "", *kept] if kept else lines), change


def _heading_lines(document: Document, chapter: _Chapter, tables: set[int]) -> set[int]:
    """The lines of the chapter's own heading, and of those that stand over nothing but a table of questions."""
    inside = [
        section for section in document.sections if section.level and chapter.first <= section.line <= chapter.last
    ]
    over_tables = (each for each in inside if any(table.line in tables for table in each.tables))
    named = [each for each in inside if each.line == chapter.first]
    return {line for each in (*named, *over_tables) for line in range(each.line, each.body)}


def _table_lines(document: Document, first: int) -> Iterator[int]:
    """The lines of the table that begins on this one."""
    at = first
    while at <= len(document.lines) and document.lines[at - 1].strip():
        yield at
        at += 1


def _table(rows: Sequence[Clarification]) -> Iterator[str]:
    """Rows under the eight columns, with an id for each that has none of today's form."""
    yield f"| {' | '.join(CLARIFICATION_COLUMNS)} |"
    yield "|" + "---|" * len(CLARIFICATION_COLUMNS)
    taken = {row.id for row in rows}
    free = (f"C-{number:03}" for number in range(1, 1_000) if f"C-{number:03}" not in taken)
    for row in rows:
        is_id = re.fullmatch(r"C-\d{3}", row.id) is not None
        statement = row.statement if is_id or not row.id else f"{row.statement} (formerly {row.id})"
        values = {name: getattr(row, name) for name in FIELDS}
        values |= {"id": row.id if is_id else next(free, row.id), "statement": statement}
        values["blocks"] = row.blocks or "next-phase"
        values["status"] = row.status or ("answered" if row.answer else "open")
        yield f"|{'|'.join(write_cell(values[name]) for name in FIELDS)}|"


def _card(document: Document) -> list[str]:
    """The card, made of the final verdict and the first next step; nothing where there is one, or no verdict."""
    verdict = document.find(HEADING_FINAL_VERDICT)
    if document.find(HEADING_VERDICT_CARD) is not None or verdict is None or not verdict.tables:
        return []
    table = verdict.tables[0]
    row = table.rows[0].cells if table.rows else ()
    cells = dict(zip(table.header, row, strict=False))
    steps = document.find(HEADING_NEXT_STEPS)
    first = steps.items[0].text if steps is not None and steps.items else ""
    values = [cells.get("Verdict Token", ""), cells.get("Direction", ""), cells.get("Next Step") or first]
    if not values[0]:
        return []
    written = "|".join(write_cell(value) for value in values)
    return [f"## {HEADING_VERDICT_CARD}", "", f"| {' | '.join(CARD_FIELDS)} |", "|---|---|---|", f"|{written}|"]


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Without blank lines at either end."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return list(lines[start:end])
