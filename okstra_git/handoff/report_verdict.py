"""What the final verdict of a verification report in Markdown says."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.contract import BLOCKED, HEADING_FINAL_VERDICT, VERDICTS
from okstra_git.documents.markdown import Document, Section, Table, parse_document

_FIELD = "verdict token"
_LINE = re.compile(r"verdict token\s*[:=：]\s*(.*)", re.IGNORECASE)


class ReportedVerdict(NamedTuple):
    """What the report says: `tokens` has one entry for each field, whatever it holds; the rest is its front matter."""

    tokens: tuple[str, ...]
    task_type: str
    stage: str
    run: str


def read_reported_verdict(report: str) -> ReportedVerdict:
    """The verdict tokens of every section titled Final Verdict, whatever its number; code and comments say nothing.

    A field is a column or a row of a table, or a line `Verdict Token: …` (or `= …`).
    """
    document = parse_document(report)
    tokens = tuple(token for section in _verdict_sections(document) for token in _tokens_of(section))
    front = document.front
    return ReportedVerdict(tokens, front.text("task-type"), front.text("stage"), front.text("run"))


def one_verdict_token(report: str) -> str | None:
    """The token, if the report has exactly one field for it."""
    tokens = read_reported_verdict(report).tokens
    return tokens[0] if len(tokens) == 1 else None


def _verdict_sections(document: Document) -> Iterator[Section]:
    """The sections of that title, each once, with all that stand inside them."""
    wanted, end = HEADING_FINAL_VERDICT.casefold(), -1
    for section in document.sections:
        title = section.title.casefold()
        if section.line <= end:
            yield section
        elif section.level and (title == wanted or title.startswith(f"{wanted} (")):
            end = section.end
            yield section


def _tokens_of(section: Section) -> Iterator[str]:
    for table in section.tables:
        yield from _tokens_in(table)
    texts = [*(block.text for block in section.paragraphs), *(block.text for block in section.items)]
    for line in (line for text in texts for line in text.splitlines()):
        if field := _LINE.fullmatch(line.strip()):
            yield field[1].strip()


def _tokens_in(table: Table) -> Iterator[str]:
    """The cells below the column of that name, or beside it where the names stand in the first column."""
    header = [cell.strip().casefold() for cell in table.header]
    if len(header) == 2 and header[0] == _FIELD and header[1] in (*VERDICTS, BLOCKED):
        yield table.header[1].strip()
    elif _FIELD in header:
        column = header.index(_FIELD)
        yield from (row.cells[column].strip() for row in table.rows if column < len(row.cells))
        return
    for row in table.rows:
        if len(row.cells) > 1 and row.cells[0].strip().casefold() == _FIELD:
            yield row.cells[1].strip()
