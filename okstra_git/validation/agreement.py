"""Whether a report says what its data say: it is rendered again, and both are compared part by part."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from okstra_git.contract import APPROVED_MARKER, CLARIFICATION_COLUMNS
from okstra_git.documents.markdown import Document, Section, Table, parse_document
from okstra_git.names import quote
from okstra_git.reports.render import render_report
from okstra_git.validation.report_reading import plain_head, report_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

_ANSWERED = {plain_head(head) for head in CLARIFICATION_COLUMNS[-2:]}
"""Columns of section 1 that people fill in."""


class SectionPiece(NamedTuple):
    """A part of a section and the line that it is on: its words, or the cells of a row."""

    line: int
    cells: tuple[str, ...]


def report_says_what_its_data_say(documents: RunDocuments) -> Iterator[Breach]:
    """Every section of the report is the one that its data make; what people fill in is theirs."""
    report, data = report_of(documents), documents.data
    if report is None or data is None:
        return
    text = render_report(data, path=report.path).text
    if text == report.text:
        return
    wanted, seen = _by_place(parse_document(text)), _by_place(report.document)
    for place, section in seen.items():
        if place in wanted:
            yield from _differences(report.path, section, wanted[place])
        else:
            message = f"the data make no section {quote(section.raw)}"
            yield Breach(report.path, section.line, message)
    for place, section in wanted.items():
        if place not in seen:
            yield Breach(
                report.path, 0, f"the data make a section {quote(section.raw)}, which the report does not have"
            )


def _differences(path: str, section: Section, wanted: Section) -> Iterator[Breach]:
    """The first piece of the section in which both differ: what follows would differ for that alone."""
    pairs = zip_longest(_pieces(section), _pieces(wanted))
    for piece, other in pairs:
        if piece is None:
            yield Breach(path, section.line, f"{_name(section)} lacks {_shown(other.cells)}, which the data have")
            return
        if other is None:
            yield Breach(path, piece.line, f"{_shown(piece.cells)} is not in the data")
            return
        if piece.cells != other.cells:
            yield Breach(path, piece.line, _difference(piece.cells, other.cells))
            return


def _difference(cells: Sequence[str], wanted: Sequence[str]) -> str:
    if len(cells) == len(wanted):
        mine, theirs = next(pair for pair in zip(cells, wanted, strict=True) if pair[0] != pair[1])
        return f"the report says {quote(mine)}, and its data {quote(theirs)}"
    return f"the report says {_shown(cells)}, and its data {_shown(wanted)}"


def _by_place(document: Document) -> dict[tuple[int, str, int], Section]:
    """Sections by level, title and how many of the kind came before."""
    places: dict[tuple[int, str, int], Section] = {}
    counts: Counter[tuple[int, str]] = Counter()
    for section in document.sections:
        name = section.level, section.raw
        places[*name, counts[name]] = section
        counts[name] += 1
    return places


def _pieces(section: Section) -> Iterator[SectionPiece]:
    for paragraph in section.paragraphs:
        yield SectionPiece(paragraph.line, (_words(paragraph.text),))
    for item in section.items:
        if item.text.partition("\n")[0].strip() != APPROVED_MARKER or item.checked is None:
            yield SectionPiece(item.line, (_words(item.text),))
    for table in section.tables:
        yield from _rows(table)
    for code in section.codes:
        yield SectionPiece(code.line, (code.content,))


def _rows(table: Table) -> Iterator[SectionPiece]:
    heads = [plain_head(head) for head in table.header]
    is_asked = set(heads) >= _ANSWERED
    for number, cells in [(table.line, table.header), *((row.line, row.cells) for row in table.rows)]:
        kept = [cell for head, cell in zip(heads, cells, strict=False) if not (is_asked and head in _ANSWERED)]
        yield SectionPiece(number, tuple(map(_words, kept)))


def _name(section: Section) -> str:
    return quote(section.raw) if section.raw else "the head of the report"


def _shown(cells: Sequence[str]) -> str:
    return quote(" | ".join(cells))


def _words(text: str) -> str:
    return " ".join(text.split())


RULES = (
    RunRule("report.agrees", "A report says what its data say; only answers and the approval are written by hand.",
         "mend the report data, then: okstra report render {data}", report_says_what_its_data_say),
)  # fmt: skip
