"""Writes the page of a report beside it, and opens it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Unwritable
from okstra_git.fs.root import Root
from okstra_git.names import quote_path
from okstra_git.pages.digests import ViewedReport
from okstra_git.pages.report_view import render_view
from okstra_git.paths import real_path
from okstra_git.porcelain.briefs import known_language
from okstra_git.porcelain.report_files import ReportPlace, find_report
from okstra_git.rendering import is_page
from okstra_git.reports.clarifications import list_clarifications

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace

ENDING = ".html"
MOST_HEAD = 4_096
"""Bytes in which a page has said whose it is."""


@dataclass(frozen=True)
class ReportView:
    """What became of a page: `path` is None where the report asks nothing, and so has none."""

    report: str
    task: str | None
    path: Path | None
    questions: int = 0
    waiting: int = 0


def write_view(
    workspace: Workspace, identity: Identity, given: str | None, *, output: str | None, language: str | None = None
) -> ReportView:
    """Write the page of the report that is meant, beside it or where `output` says; a page of before is replaced.

    Refuses to write over anything that is no such page.
    """
    report = find_report(workspace, identity, given)
    place = ReportPlace.of(report)
    task = str(report.key) if report.key is not None else None
    page = render_view(
        report.document,
        ViewedReport(report.name, task, report.task_type, report.run, place.next_run),
        language=known_language(workspace, language),
    )
    if page is None:
        return ReportView(report.name, task, None)
    path = report.path.with_suffix(ENDING) if output is None else real_path(workspace.cwd / output)
    _write(path, page)
    rows = list_clarifications(report.document)
    return ReportView(report.name, task, path, len(rows), sum(row.is_unanswered for row in rows))


def _write(path: Path, page: str) -> None:
    root = Root(path.parent)
    try:
        if root.see(path.name) is not None and not is_page(root.read_head(path.name, MOST_HEAD)):
            message = f"{quote_path(str(path))} is there already and is no page of okstra's"
            hint = command("git okstra report view", "REPORT", ("--output", "FILE"))
            raise refuse("view.not-ours", message, hint=hint, path=str(path))
        root.write(path.name, page.encode("utf-8", "backslashreplace"), durable=False)
    except Unwritable as refusal:
        message = f"{quote_path(str(path))} cannot be written: {refusal.why}"
        raise refuse("view.unwritable", message, hint=refusal.hint, path=str(path)) from refusal
