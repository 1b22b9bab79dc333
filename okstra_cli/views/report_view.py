"""The page of a report: where it is, or why there is none, as JSON and as the line of the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.contract import VIEW_SKIPPED, VIEW_WRITTEN

if TYPE_CHECKING:
    from okstra_cli.answers import report_view as shapes
    from okstra_git.porcelain.report_view import ReportView


def view_json(page: ReportView, *, opened: bool) -> shapes.ReportPage:
    """Where the page is; `html` is null where the report asks nothing."""
    return {
        "report": page.report,
        "task": page.task,
        "html": str(page.path) if page.path is not None else None,
        "questions": page.questions,
        "waiting": page.waiting,
        "opened": opened,
    }


def view_line(page: ReportView) -> str:
    """The line that skills read."""
    return (VIEW_SKIPPED if page.path is None else VIEW_WRITTEN.format(html_path=page.path)) + "\n"
