"""Briefs as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from okstra_git.plans.briefs import Brief
    from okstra_git.plans.problems import Problem
    from okstra_git.plans.reporter_gate import Gate


def written_page(path: str) -> Page:
    page = Page()
    page.line("wrote ", Cell(path, "strong"), "; fill it in, then look it over:")
    page.line(Cell(f"next: git okstra brief check {path}", "faint"))
    return page


def check_json(path: str, brief: Brief, gate: Gate, problems: Sequence[Problem], phase: str) -> dict[str, Any]:
    return {
        "path": path,
        "title": brief.title,
        "ticket": brief.ticket,
        "task_type": phase,
        "gate": {
            "state": gate.state,
            "may_proceed": gate.may_proceed,
            "promoted": [vars(each) for each in gate.promoted],
            "pending": [{"prefix": each.prefix, "text": each.text, "line": each.line} for each in gate.pending],
        },
        "problems": [problem.as_json() for problem in problems],
    }


def check_page(path: str, gate: Gate, problems: Sequence[Problem], phase: str) -> Page:
    page = Page()
    for problem in problems:
        page.line(Cell(f"{path}:{problem.line}: ", "bad"), problem.message)
        page.line(Cell(f"        {problem.hint}", "faint"))
    word = Cell("may begin", "good") if gate.may_proceed else Cell("must not begin", "bad")
    page.line(f"reporter-confirmations: {gate.state}; {phase} ", word)
    for row in gate.pending:
        page.line(Cell(f"  ask the reporter, line {row.line}: ", "warn"), f"{row.prefix} {row.text}")
    for item in gate.promoted:
        page.line(f"  handed on, line {item.line}: {item.prefix} {item.text}")
    return page
