"""What people wrote into a report that is about to be rendered again: answers to its questions, and the approval."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple, cast

from okstra_git.contract import APPROVED_FIELD, APPROVED_MARKER, HEADING_VERDICT_CARD
from okstra_git.documents.editing import find_box
from okstra_git.documents.markdown import Document
from okstra_git.reports.clarifications import list_clarifications

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData
    from okstra_git.reports.clarifications import Clarification


class Kept(NamedTuple):
    """The rows that a person answered, by id, and whether the report is approved."""

    answers: "dict[str, Clarification]"
    is_approved: bool


def is_report(document: Document) -> bool:
    """Whether it looks like a report that okstra renders."""
    return "task-type" in document.front.values and document.find(HEADING_VERDICT_CARD) is not None


def read_kept(document: Document) -> Kept:
    """What a person wrote into the report."""
    answers = {row.id: row for row in list_clarifications(document) if row.answer}
    box = find_box(document, APPROVED_MARKER)
    is_approved = document.front.values.get(APPROVED_FIELD) is True or (box is not None and box.checked is True)
    return Kept(answers, is_approved)


def lost_answers(data: "AnyReportData", kept: Kept) -> list[str]:
    """Ids of answered questions that the data do not ask any more."""
    asked = {row.id for row in data.clarifications}
    return [name for name in kept.answers if name not in asked]


def with_answers(data: "AnyReportData", kept: Kept) -> "AnyReportData":
    """The data with the answers that stand in the report; a status that a run has set stays."""
    rows = tuple(_answered(row, kept.answers.get(row.id)) for row in data.clarifications)
    return cast("AnyReportData", SimpleNamespace(**{**vars(data), "clarifications": rows}))


def _answered(row: object, answered: "Clarification | None") -> object:
    if answered is None:
        return row
    values = vars(row)
    status = answered.state if values["status"] == "open" else values["status"]
    return SimpleNamespace(**{**values, "user_input": answered.answer, "status": status})
