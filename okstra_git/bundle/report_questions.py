"""The questions that the last report leaves open; apart from the other inputs, for it loads a Markdown parser."""

from typing import NamedTuple

from okstra_git.bundle.run_files import Disk
from okstra_git.documents.markdown import parse_document
from okstra_git.errors import OkstraError
from okstra_git.reports.clarifications import Clarification, list_clarifications

REPORT_LIMIT = 2 << 20
"""Bytes; a longer report is read to there."""


class ReportQuestions(NamedTuple):
    """Rows of a report's clarification table that wait: for an answer, or for the run that takes the answer up."""

    report: str
    rows: tuple[Clarification, ...]


def open_questions(disk: Disk, report: str) -> ReportQuestions | None:
    """What the report asks; None when it is not here or cannot be understood, which is noted."""
    if disk.see(report).bytes is None:
        disk.note(f"the report {report} is not here")
        return None
    try:
        document = parse_document(disk.head(report, REPORT_LIMIT))
        return ReportQuestions(report, tuple(row for row in list_clarifications(document) if row.is_open))
    except (OkstraError, RecursionError) as refusal:
        disk.note(f"the report {report} cannot be understood: {refusal}")
        return None
