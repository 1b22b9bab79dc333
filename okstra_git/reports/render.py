"""Renders the data of a report as its Markdown."""

from typing import TYPE_CHECKING, Any, NamedTuple

from okstra_git.commands import word
from okstra_git.contract import REPORT_WRITTEN, allows_approval
from okstra_git.phases import require_phase
from okstra_git.rendering import read_labels, render

if TYPE_CHECKING:
    from okstra_git.records.report.data import AnyReportData

TEMPLATE = "reports/report.md.j2"


class RenderedReport(NamedTuple):
    """The Markdown of a report, and how many of its numbered sections say something."""

    text: str
    sections: int


def render_report(data: "AnyReportData", *, path: str, is_approved: bool = False) -> RenderedReport:
    """The report that says what the data say; `path` names its file in the command that approves it.

    `is_approved` ticks the marker, where there is one.
    """
    return render_fields(data, path=path, is_approved=is_approved)


def render_fields(data: Any, *, path: str, is_approved: bool = False, form_of: str = "") -> RenderedReport:
    """As `render_report`, for whatever has the attributes of report data: also for a form (see `form.py`), which is
    `form_of` the data at that path."""
    is_planning = data.task_type == "implementation-planning"
    has_marker = may_be_approved(data) or (is_planning and bool(form_of))
    values = {
        "form_of": form_of,
        "data": data,
        "t": read_labels(data.language),
        "phase": require_phase(data.task_type),
        "coverage": getattr(data.ticket_coverage, "tickets", None),
        "has_approval": is_planning,
        "has_marker": has_marker,
        "is_approved": is_approved and has_marker,
        "approve": f"okstra plan approve {word(path)} --task-key {word(data.task_key)}",
    }
    return RenderedReport(render(TEMPLATE, values), count_sections(data))


def may_be_approved(data: "AnyReportData") -> bool:
    """Whether the report has the line to tick: a plan whose verification passed, or was switched off.

    A plan that waits for its reporter has none, since nothing was planned.
    """
    if data.task_type != "implementation-planning" or data.reporter_confirmation:
        return False
    verification = data.deliverable.plan_verification
    return allows_approval(verification.gate if verification is not None else None)


def count_sections(data: "AnyReportData") -> int:
    """How many of sections 0 to 7 are populated; next steps, deliverable and verdict always are."""
    lists = (data.carried_in, data.clarifications, data.evidence.primary, data.follow_ups)
    crossed = data.consensus or data.differences or data.round_history
    return 3 + sum(bool(rows) for rows in (*lists, crossed))


def status_line(data_path: str, report_path: str, sections: int) -> str:
    """What a report writer answers, as the contract words it; both paths are absolute."""
    words, place = REPORT_WRITTEN.replace("<count>", str(sections)), "<abs path>"
    first, second, third = words.split(place)
    return f"{first}{data_path}{second}{report_path}{third}"
