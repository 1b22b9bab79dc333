"""Converts a report of an older layout in its file, and keeps the original beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused, Taken
from okstra_git.fs.root import Root
from okstra_git.porcelain.report_files import edit_report, save_report
from okstra_git.reports.kept import is_report
from okstra_git.reports.migrate import Migrated, migrate_report

if TYPE_CHECKING:
    from okstra_git.porcelain.report_files import ReportFile
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace

MOST_COPIES = 100


@dataclass(frozen=True)
class MigratedReport:
    """What became of the report; `original` is the copy of it as it was, empty where nothing is written.

    `migrated` is None for a report that has today's layout.
    """

    report: str
    migrated: Migrated | None
    original: str = ""


def migrate(workspace: Workspace, identity: Identity, given: str | None, *, dry_run: bool) -> MigratedReport:
    """Bring the report into today's layout; refuses a document that is no report in any layout."""
    with edit_report(workspace, identity, given) as report:
        migrated = migrate_report(report.text)
        if migrated is None:
            _require_report(report)
            return MigratedReport(report.name, None)
        if dry_run:
            return MigratedReport(report.name, migrated)
        original = _keep_original(report)
        save_report(report, migrated.text)
    return MigratedReport(report.name, migrated, original)


def _require_report(report: ReportFile) -> None:
    document = report.document
    if not is_report(document) and not any(section.level == 2 for section in document.sections):
        raise refuse(
            "report.not-a-report", f"{report.name} has none of the chapters of a report",
            hint="name the Markdown file of a final report", report=report.name,
        )  # fmt: skip


def _keep_original(report: ReportFile) -> str:
    """The name of a copy of the report beside it, which did not exist before."""
    root, path = Root(report.path.parent), report.path
    data = report.text.encode("utf-8")
    for number in range(1, MOST_COPIES):
        name = f"{path.stem}.before-migration{f'-{number}' if number > 1 else ''}{path.suffix}"
        try:
            root.create(name, data)
        except Taken:
            continue
        except PathRefused as refusal:
            message = f"the original cannot be kept beside the report: {refusal.message}"
            raise refuse("report.unwritable", message, hint=refusal.hint, report=report.name) from refusal
        return f"{report.name.rpartition('/')[0]}/{name}".lstrip("/")
    message = f"there are {MOST_COPIES - 1} originals of {report.name} already"
    raise refuse("report.unwritable", message, hint="remove those that nobody needs", report=report.name)
