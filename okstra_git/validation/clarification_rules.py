"""Rules of section 1: one table of eight columns, and rows that a person can answer."""

import re
from collections.abc import Iterator

from okstra_git.contract import CLARIFICATION_COLUMNS, FORBIDDEN_HEADINGS, HEADING_CLARIFICATIONS
from okstra_git.documents.markdown import Table
from okstra_git.reports.clarifications import Clarification, check_clarifications, list_clarifications, list_tables
from okstra_git.validation.report_reading import parts_of, plain_head, report_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

_HEADS = tuple(map(plain_head, CLARIFICATION_COLUMNS))
_LIKE_ITEMS = {"statement", "expected form", "user input"}
_EVIDENCE = re.compile(r"evidence checked:\s*(\S.*)", re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(r"[^\s:]:[0-9]")
_HUMAN_ONLY = re.compile(r"none\s*[—–-]+\s*\S", re.IGNORECASE)
_RECOMMENDED = re.compile(r"recommended:", re.IGNORECASE)
_ALTERNATIVES = re.compile(r";\s*alternatives:\s*\S", re.IGNORECASE)


def table_is_one(documents: RunDocuments) -> Iterator[Breach]:
    """Section 1 is one table with the eight columns in their order, and nothing of the kind stands elsewhere."""
    report = report_of(documents)
    if report is None:
        return
    parts = parts_of(report.document, HEADING_CLARIFICATIONS)
    removed = {heading.partition(" ")[2].casefold() for heading in FORBIDDEN_HEADINGS}
    for inner in [part for part in parts[1:] if part.title.casefold() not in removed]:
        yield Breach(report.path, inner.line, "section 1 has no sections of its own: it is one table")
    tables = [table for part in parts for table in part.tables]
    for table in tables[1:]:
        yield Breach(report.path, table.line, "a second table in section 1")
    for section in report.document.sections:
        if section not in parts:
            for table in filter(_asks, section.tables):
                yield Breach(report.path, table.line, "questions belong in the table of section 1, and nowhere else")


def columns_are_eight(documents: RunDocuments) -> Iterator[Breach]:
    """The columns are the eight of the contract, in that order and none beside them."""
    report = report_of(documents)
    if report is None:
        return
    for table in [table for part in parts_of(report.document, HEADING_CLARIFICATIONS) for table in part.tables][:1]:
        heads = tuple(map(plain_head, table.header))
        added = [head for head, plain in zip(table.header, heads, strict=True) if plain not in _HEADS]
        missing = [head for head in CLARIFICATION_COLUMNS if plain_head(head) not in heads]
        if added or missing:
            parts = [f"no column {', '.join(missing)}"] if missing else []
            parts += [f"a column {', '.join(head or '(blank)' for head in added)}"] if added else []
            yield Breach(report.path, table.line, f"the clarification table has {' and '.join(parts)}")
        elif table.header != CLARIFICATION_COLUMNS:
            yield Breach(report.path, table.line, "the columns of the clarification table stand in another order")


def rows_are_sound(documents: RunDocuments) -> Iterator[Breach]:
    """Ids, kinds, statuses and what a row holds up are those of the contract; no id stands twice."""
    report = report_of(documents)
    for flaw in check_clarifications(report.document) if report is not None else ():
        assert report is not None
        if flaw.code != "clarification.columns":
            yield Breach(report.path, flaw.line, flaw.message, flaw.hint)


def rows_say_something(documents: RunDocuments) -> Iterator[Breach]:
    """A row says what is needed and what an answer looks like."""
    for path, row in _rows(documents):
        for name, value in (("Statement", row.statement), ("Expected form", row.expected)):
            if not value.strip():
                yield Breach(path, row.line, f"{row.id or 'a row'} has no {name}")


def evidence_was_checked(documents: RunDocuments) -> Iterator[Breach]:
    """An open question says where its answer was looked for, or why only a person knows."""
    for path, row in _rows(documents):
        found = _EVIDENCE.search(row.statement)
        if found is None:
            if row.is_open:
                yield Breach(path, row.line, f"{row.id} does not say which evidence was checked")
        elif not (_PLACE.search(found[1]) or _HUMAN_ONLY.match(found[1])):
            yield Breach(path, row.line, f"{row.id} names no place behind 'Evidence checked:', and no reason for none")


def recommendation_has_its_form(documents: RunDocuments) -> Iterator[Breach]:
    """A recommendation has its reason and the alternatives."""
    for path, row in _rows(documents):
        found = _RECOMMENDED.search(row.expected)
        if found is not None and not _is_whole(row.expected[found.end() :]):
            yield Breach(path, row.line, f"{row.id} recommends without a reason, or without alternatives")


def decision_has_a_recommendation(documents: RunDocuments) -> Iterator[Breach]:
    """Whoever asks for a decision says what they would choose."""
    for path, row in _rows(documents):
        if row.kind.casefold() == "decision" and row.is_open and not _RECOMMENDED.search(row.expected):
            yield Breach(path, row.line, f"{row.id} asks for a decision and recommends nothing")


def _rows(documents: RunDocuments) -> Iterator[tuple[str, Clarification]]:
    """The rows, where the table has its columns: without them cells would be taken for others."""
    report = report_of(documents)
    if report is None or any(
        set(map(plain_head, each.table.header)) != set(_HEADS) for each in list_tables(report.document)
    ):
        return
    yield from ((report.path, row) for row in list_clarifications(report.document))


def _is_whole(recommendation: str) -> bool:
    """Whether it is `<answer> — <reason>; Alternatives: <others>`."""
    answer, dash, rest = recommendation.partition("—")
    return bool(dash and answer.strip() and rest.partition(";")[0].strip() and _ALTERNATIVES.search(rest))


def _asks(table: Table) -> bool:
    """Whether a table has the columns that only clarification items have."""
    heads = set(map(plain_head, table.header))
    return len(heads & _LIKE_ITEMS) > 1


_ROW = "mend the row in the report data, then: okstra report render {data}"

RULES = (
    RunRule("clarification.table", "Section 1 is one table, and no question stands anywhere else.",
         "move the rows into the one table", table_is_one),
    RunRule("clarification.columns", f"Section 1 has the columns {' | '.join(CLARIFICATION_COLUMNS)}.",
         "evidence goes into Statement, recommendations into Expected form", columns_are_eight),
    RunRule("clarification.row", "Rows have an id of their own and values of the contract.", _ROW, rows_are_sound),
    RunRule("clarification.text", "Rows say what is needed and what an answer looks like.", _ROW, rows_say_something),
    RunRule("clarification.evidence", "An open row says which evidence was checked, or why only a person knows.",
         "end the Statement with 'Evidence checked: <path:line>' or 'Evidence checked: none — <reason>'",
         evidence_was_checked),
    RunRule("clarification.recommended", "A recommendation has a reason and alternatives.",
         "write 'Recommended: <answer> — <reason>; Alternatives: <others>'", recommendation_has_its_form),
    RunRule("clarification.no-recommendation", "A decision that is asked for has a recommendation.",
         "add 'Recommended: <answer> — <reason>; Alternatives: <others>' to Expected form",
         decision_has_a_recommendation, "warning"),
)  # fmt: skip
