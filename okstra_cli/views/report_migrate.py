"""A report brought into today's layout, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Page
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import report_migrate as shapes
    from okstra_git.porcelain.migrate_report import MigratedReport


def migrated_json(result: MigratedReport, *, dry_run: bool) -> shapes.ReportMigration:
    migrated = result.migrated
    return {
        "report": result.report,
        "migrated": migrated is not None,
        "original": result.original or None,
        "changes": list(migrated.changes) if migrated is not None else [],
        "references": list(migrated.references) if migrated is not None else [],
        "dry_run": dry_run,
    }


def migrated_page(result: MigratedReport, *, dry_run: bool) -> Page:
    page, migrated = Page(), result.migrated
    if migrated is None:
        page.line(f"{result.report} has today's layout already")
        return page
    page.line(f"{result.report} {'would be' if dry_run else 'is'} in today's layout:")
    for change in migrated.changes:
        page.line(f"  {change}")
    if result.original:
        page.line(f"the original is kept as {result.original}")
    if migrated.references:
        lines = ", ".join(map(str, migrated.references))
        noun = counted(len(migrated.references), "line")
        page.line(f"{noun} of the new text may name a section by its former number: {lines}")
    return page
