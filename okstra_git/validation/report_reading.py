"""How rules read a report: its sections by title, its rows by column, the plan that it was written for."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from okstra_git.contract import (
    HEADING_IMPROVEMENTS,
    HEADING_PLAN,
    HEADING_PLAN_VERIFICATION,
    HEADING_STAGE_MAP,
    OUT_OF_PLAN,
)
from okstra_git.documents.markdown import Document, Section, Table, titled
from okstra_git.paths import LANGUAGES
from okstra_git.rendering import read_labels
from okstra_git.validation.run_documents import RunDocuments, TextFile

_DELIVERABLE = re.compile(r"5\.[0-9]+[.)]?\s")

_LABELS = {
    "requirements-discovery": ("requirements",),
    "error-analysis": ("causes",),
    "improvement-discovery": (),
    "implementation-planning": (),
    "implementation": ("implementation",),
    "final-verification": ("verification",),
    "release-handoff": ("handoff",),
}
_TOKENS = {
    "improvement-discovery": (HEADING_IMPROVEMENTS,),
    "implementation-planning": (HEADING_PLAN, HEADING_STAGE_MAP, HEADING_PLAN_VERIFICATION),
    "implementation": (OUT_OF_PLAN,),
}


class ReportRow(NamedTuple):
    """A row of a table: its line, and its cells by column."""

    line: int
    cells: Mapping[str, str]


def report_of(documents: RunDocuments) -> TextFile | None:
    """The report, where it can be read."""
    report = documents.report
    return report if report is not None and not report.refusal else None


def text_of(file: TextFile | None) -> TextFile | None:
    """The file, where it can be read."""
    return file if file is not None and not file.refusal else None


def parts_of(document: Document, title: str) -> tuple[Section, ...]:
    """The section of this title with those inside it; empty where there is none."""
    section = document.find(title)
    return (section, *document.below(section)) if section is not None else ()


def rows_of(table: Table) -> Iterator[ReportRow]:
    """The rows with their cells by the words of the header, without regard to case."""
    heads = [plain_head(head) for head in table.header]
    for row in table.rows:
        yield ReportRow(row.line, dict(zip(heads, row.cells, strict=False)))


def texts_of(section: Section) -> Iterator[tuple[int, str]]:
    """The paragraphs and items of a section, each with its line."""
    yield from ((paragraph.line, paragraph.text) for paragraph in section.paragraphs)
    yield from ((item.line, item.text) for item in section.items)


def plain_head(head: str) -> str:
    """A column's name as it is looked for."""
    return " ".join(head.casefold().split())


@lru_cache(maxsize=1)
def deliverable_titles() -> dict[str, str]:
    """The titles that belong to the deliverable of one task type, in small letters and any language -> that type."""
    labels = [read_labels(language) for language in LANGUAGES]
    named = {each[key].casefold(): name for name, keys in _LABELS.items() for key in keys for each in labels}
    return named | {title.casefold(): name for name, titles in _TOKENS.items() for title in titles}


def deliverable_sections(document: Document) -> Iterator[tuple[Section, str]]:
    """Every section that is a phase's deliverable, with the task type that delivers it: told by number and title."""
    titles = deliverable_titles()
    for section in document.sections:
        owner = titles.get(section.title.casefold())
        if owner is not None and (section.level == 2 or _DELIVERABLE.match(section.raw) or owner in _TOKENS):
            yield section, owner


def find_rows(document: Document, title: str, column: str) -> list[ReportRow]:
    """The rows of the tables under a title that have this column."""
    tables = (table for part in parts_of(document, title) for table in part.tables)
    wanted = plain_head(column)
    return [row for table in tables if wanted in map(plain_head, table.header) for row in rows_of(table)]


def sections_named(document: Document, title: str) -> list[Section]:
    """Every section of that title, in any case, with or without more in parentheses."""
    return titled([section for section in document.sections if section.level], title)
