"""The readability pass: what a reader of the report would stumble over."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from okstra_git.contract import HEADING_APPROVAL
from okstra_git.documents.markdown import Document, Section
from okstra_git.names import quote
from okstra_git.reports.skeleton import list_gaps
from okstra_git.validation.report_reading import plain_head, report_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

LONGEST_CELL = 600
"""Characters of a cell that a reader can still take in."""

_GAP = re.compile(r"<[^<>]{1,200}>")
_LABEL = re.compile(r"^[^<>]{0,60}: *(?=<)")
_DEFINED = re.compile(r"(?<![\w:-])[CDEIKQ]-[0-9]{3}(?![\w-])")
_AUTHORITY = re.compile(
    r"\b(?:sign-?off|legal (?:review|approval)|vendor coordination|external approval|third-party access|"
    r"access request|request access|verify access|IAM (?:role|permission|policy|access))\b|"
    r"외부 승인|법무 검토|접근 권한 (?:요청|확인)|협력사 조율|결재 (?:요청|필요)",
    re.IGNORECASE,
)


class Words(NamedTuple):
    """A paragraph, an item or a cell, and the line that it is on."""

    line: int
    text: str
    section: Section


def placeholders_are_filled(documents: RunDocuments) -> Iterator[Breach]:
    """Nothing is left of what the form says in place of an answer."""
    for path, words in _words(documents) if documents.data is None else ():
        whole = _LABEL.sub("", words.text.strip(" `*_.[]"))
        found = _GAP.fullmatch(whole)
        gap = found[0] if found and (found[0] in list_gaps() or " " in found[0]) else ""
        gap = gap or next((each for each in _GAP.findall(words.text) if each in sentence_gaps()), "")
        if gap:
            yield Breach(path, words.line, f"{quote(gap)} is still the form's own text")


def sections_say_something(documents: RunDocuments) -> Iterator[Breach]:
    """A heading has something below it."""
    report = report_of(documents)
    if report is None:
        return
    for section in report.document.sections:
        if section.level and not report.document.text_of(section).strip():
            yield Breach(report.path, section.line, f"{quote(section.raw)} has nothing below it")


def cells_can_be_taken_in(documents: RunDocuments) -> Iterator[Breach]:
    """A cell is short enough to be read in a table."""
    report = report_of(documents)
    for section in report.document.sections if report is not None else ():
        assert report is not None
        for table in section.tables:
            for row in table.rows:
                for head, cell in zip(table.header, row.cells, strict=False):
                    if len(cell) > LONGEST_CELL:
                        message = f"{len(cell)} characters under {quote(head)}, and {LONGEST_CELL} are readable"
                        yield Breach(report.path, row.line, message)


def ids_are_defined(documents: RunDocuments) -> Iterator[Breach]:
    """An id that the report mentions is that of one of its rows."""
    report = report_of(documents)
    if report is None:
        return
    defined = set(_defined(report.document))
    told: set[str] = set()
    for path, words in _words(documents):
        for name in _DEFINED.findall(words.text):
            if name not in defined and name not in told:
                told.add(name)
                yield Breach(path, words.line, f"{name} is no row of this report")


def authority_is_assumed(documents: RunDocuments) -> Iterator[Breach]:
    """Approvals by outsiders and access requests are taken as given, so no report asks for them."""
    told: set[str] = set()
    for path, words in _words(documents):
        found = _AUTHORITY.search(words.text) if words.text not in told else None
        told.add(words.text)
        if found and not words.section.title.startswith(HEADING_APPROVAL.partition(" (")[0]):
            yield Breach(path, words.line, f"{quote(found[0])}: user and team hold every authority that a task needs")


@lru_cache(maxsize=1)
def sentence_gaps() -> frozenset[str]:
    """Those of several words, which mean nothing else wherever they stand."""
    return frozenset(gap for gap in list_gaps() if gap.count(" ") > 1)


def words_of(document: Document) -> Iterator[Words]:
    """Every paragraph, item and cell, code blocks left out."""
    for section in document.sections:
        for paragraph in section.paragraphs:
            yield Words(paragraph.line, paragraph.text, section)
        for item in section.items:
            yield from (Words(line, text, section) for line, text in item.parts)
        for table in section.tables:
            yield from (Words(row.line, cell, section) for row in table.rows for cell in row.cells)


def _words(documents: RunDocuments) -> Iterator[tuple[str, Words]]:
    report = report_of(documents)
    if report is not None:
        yield from ((report.path, words) for words in words_of(report.document))


def _defined(document: Document) -> Iterator[str]:
    for section in document.sections:
        for table in section.tables:
            if table.header and plain_head(table.header[0]) == "id":
                yield from (row.cells[0].strip("*_` ") for row in table.rows if row.cells)


_AGAIN = "mend the report data, then: okstra report render {data}"

RULES = (
    RunRule("text.placeholder", "Nothing is left of what the form says in place of an answer.", _AGAIN,
         placeholders_are_filled),
    RunRule("text.empty-section", "A heading has something below it.", _AGAIN, sections_say_something, "warning"),
    RunRule("text.long-cell", f"A cell has at most {LONGEST_CELL} characters.",
         "say it shorter, and put what proves it into section 2", cells_can_be_taken_in, "warning"),
    RunRule("text.undefined-id", "An id that the report mentions is that of one of its rows.",
         "name the row by the id that it has here", ids_are_defined, "warning"),
    RunRule("text.authority", "Approvals by outsiders and access requests are taken as given.",
         "take it out, unless the brief asks for it", authority_is_assumed, "warning"),
)  # fmt: skip
