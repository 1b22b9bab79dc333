"""The data that a report begins with, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Page
from okstra_git.commands import command

if TYPE_CHECKING:
    from okstra_cli.answers import new_report as shapes
    from okstra_git.porcelain.new_report import NewReport


def new_json(result: NewReport) -> shapes.NewReportData:
    return {
        "run": result.run,
        "task_type": result.task_type,
        "path": result.path,
        "copied": list(result.copied),
        "next": _next(result),
    }


def new_page(result: NewReport) -> Page:
    page = Page()
    page.line(f"wrote {result.path}; fill in every <gap>, and take out rows that are not needed")
    for path in result.copied:
        page.line(f"  copied from {path}")
    page.line(f"next: {_next(result)}")
    return page


def _next(result: NewReport) -> str:
    return command("git okstra report check", result.path)
