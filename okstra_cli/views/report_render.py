"""Checked and rendered report data as JSON and as text."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from okstra_cli.answers import reports as shapes
    from okstra_git.porcelain.report_render import ReportCheck, ReportWritten


def check_json(check: ReportCheck) -> shapes.CheckedData:
    problems: list[shapes.DataProblem] = [
        {"path": each.path, "rule": each.rule, "message": each.message, "hint": each.hint} for each in check.problems
    ]
    return {"data": check.name, "task_type": check.data.task_type if check.data else None, "problems": problems}


def check_page(check: ReportCheck) -> Page:
    page = Page()
    for problem, later in zip_longest(check.problems, check.problems[1:]):
        place, message = problem.path or check.name, problem.message
        begins = message.startswith(f"{place} ")
        words = message.removeprefix(place) if begins else f": {message}"
        page.line(Cell(place, "bad"), words, Cell(f"  [{problem.rule}]", "faint"))
        if problem.hint and (later is None or later.hint != problem.hint):
            page.line(Cell(f"        {problem.hint}", "faint"))
    if check.data:
        page.line(Cell(check.name, "strong"), f" is sound: the data of a report of {check.data.task_type}")
    return page


def written_json(written: ReportWritten) -> shapes.RenderedReport:
    return {
        "data": written.data_path,
        "report": written.report_path,
        "sections": written.sections,
        "changed": written.changed,
        "answers": list(written.answers),
        "approved": written.is_approved,
        "line": written.line,
    }
