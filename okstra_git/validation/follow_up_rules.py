"""Rules of section 4: everything that was found and not delivered, or the one line that says there is nothing."""

import re
from collections.abc import Iterator

from okstra_git.contract import FOLLOW_UP_COLUMNS, HEADING_FOLLOW_UPS, NO_FOLLOW_UPS
from okstra_git.documents.markdown import Table
from okstra_git.names import quote
from okstra_git.phases import PHASES
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.reports.follow_ups import ReportedFollowUp, read_rows_of_report
from okstra_git.validation.report_reading import parts_of, plain_head, report_of, text_of
from okstra_git.validation.rule import Breach, RunRule
from okstra_git.validation.run_documents import RunDocuments

_TITLE = HEADING_FOLLOW_UPS.partition(" (")[0]
_NAME = re.compile(r"[\w:./-]+")
_QUESTION = re.compile(r"C-[0-9]{3}")
_HEADS = tuple(map(plain_head, FOLLOW_UP_COLUMNS))


def section_is_table_or_line(documents: RunDocuments) -> Iterator[Breach]:
    """The section is one table with rows, or the one line that says that there is nothing: never silence."""
    report = report_of(documents)
    section = report.document.find(_TITLE) if report is not None else None
    if report is None or section is None:
        return
    tables = [table for part in parts_of(report.document, _TITLE) for table in part.tables]
    text = report.document.text_of(section).strip()
    if not any(table.rows for table in tables) and text != NO_FOLLOW_UPS:
        yield Breach(report.path, section.line, f"without rows the section is the one line {quote(NO_FOLLOW_UPS)}")
    elif tables and NO_FOLLOW_UPS in text.split("\n"):
        yield Breach(report.path, section.line, "the section says that there is nothing, and has a table")


def columns_are_there(documents: RunDocuments) -> Iterator[Breach]:
    """The table has the columns of the contract."""
    report = report_of(documents)
    for part in parts_of(report.document, _TITLE) if report is not None else ():
        assert report is not None
        for table in part.tables:
            if not _has_columns(table):
                yield Breach(report.path, table.line, "the follow-up table has other columns")


def rows_are_sound(documents: RunDocuments) -> Iterator[Breach]:
    """A row names a task, a task type, scope and reason, and says yes or no."""
    for path, line, row in _rows(documents):
        name = row.name or "a row"
        if row.task_type not in PHASES:
            yield Breach(path, line, f"{quote(name)} suggests {quote(row.task_type)}, which is not a task type")
        if row.spawn is None:
            yield Breach(path, line, f"{quote(name)} says neither yes nor no under {FOLLOW_UP_COLUMNS[-1]}")
        blank = [head for head, cell in zip(FOLLOW_UP_COLUMNS, row[1:6], strict=False) if not cell]
        if blank:
            yield Breach(path, line, f"{quote(name)} has nothing under {', '.join(blank)}")


def questions_of_the_plan_go_on(documents: RunDocuments) -> Iterator[Breach]:
    """What the approved plan left open or unresolved is a follow-up of its implementation."""
    report, plan = report_of(documents), text_of(documents.plan)
    if report is None or plan is None or report.document.find(_TITLE) is None:
        return
    listed = {name for _, _, row in _rows(documents) for cell in row[1:6] for name in _QUESTION.findall(cell)}
    section = report.document.find(_TITLE)
    assert section is not None
    for row in list_clarifications(plan.document):
        if row.is_open and row.id and row.id not in listed:
            message = f"{quote(row.id)} of the approved plan is {row.state}, and no follow-up takes it up"
            yield Breach(report.path, section.line, message)


def _rows(documents: RunDocuments) -> Iterator[tuple[str, int, ReportedFollowUp]]:
    """The rows, where their table has its columns."""
    report = report_of(documents)
    parts = parts_of(report.document, _TITLE) if report is not None else ()
    if report is not None and all(_has_columns(table) for part in parts for table in part.tables):
        for row in read_rows_of_report(report.document):
            yield report.path, int(row.place.rpartition(" ")[2]), row


def _has_columns(table: Table) -> bool:
    return tuple(plain_head(head) for head in table.header if plain_head(head) != "ticket id") == _HEADS


_ROW = "mend the row in the report data, then: okstra report render {data}"

RULES = (
    RunRule("follow-up.section", f"Section 4 has rows, or is the one line {NO_FOLLOW_UPS}",
         "okstra report render {data}", section_is_table_or_line),
    RunRule("follow-up.columns", f"Section 4 has the columns {' | '.join(FOLLOW_UP_COLUMNS)}.",
         "okstra report render {data}", columns_are_there),
    RunRule("follow-up.row", "A follow-up has a task type, scope and reason, and says yes or no.", _ROW,
         rows_are_sound),
    RunRule("follow-up.plan-questions", "Unresolved questions of the approved plan are follow-ups.",
         "add a follow-up whose origin is the question", questions_of_the_plan_go_on,
         task_types=("implementation",)),
)  # fmt: skip
