"""How a task's stages and runs stand and what is safe to do next, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.stage import lease_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.answers import runs as shapes
    from okstra_git.porcelain.report_files import Waiting
    from okstra_git.records.states import Task
    from okstra_git.runs.explain import Advice, RunAdvice


def explain_json(
    task: Task, stages: Sequence[Advice], runs: Sequence[RunAdvice], waiting: Waiting | None
) -> shapes.Explanation:
    """What is known of each stage and run, and the one safe next command; questions of the newest report that wait."""
    return {
        "task": str(task.key),
        "stages": [
            {"stage": one.stage, "state": one.state, "lease": lease_json(one.lease), "facts": list(one.facts),
             "next": {"command": one.command, "why": one.why}}
            for one in stages
        ],
        "runs": [{"run": one.run, "facts": [one.fact], "next": {"command": one.command, "why": one.why}}
                 for one in runs],
        "questions": _waiting_json(waiting) if waiting is not None else None,
    }  # fmt: skip


def _waiting_json(waiting: Waiting) -> shapes.WaitingQuestions:
    return {
        "report": waiting.report,
        "waiting": list(waiting.ids),
        "blocking": list(waiting.blocking),
        "next": {"command": waiting.next, "why": _why_answer(waiting)},
    }


def _why_answer(waiting: Waiting) -> str:
    return "the next phase cannot begin well without it" if waiting.blocking else "nothing is held up by it"


def explain_page(task: Task, stages: Sequence[Advice], runs: Sequence[RunAdvice], waiting: Waiting | None) -> Page:
    page = Page()
    if not stages and not runs and waiting is None:
        page.line(f"{task.key} has no stages and no runs yet")
    for advice in stages:
        page.line("stage ", Cell(str(advice.stage), "strong"), f"  {advice.state}")
        _advice(page, advice.facts, advice.command, advice.why)
    for told in runs:
        page.line("run ", Cell(told.run, "strong"))
        _advice(page, [told.fact], told.command, told.why)
    if waiting is not None:
        page.line("questions of ", Cell(waiting.report, "strong"))
        _advice(page, [f"without an answer: {', '.join(waiting.ids)}"], waiting.next, _why_answer(waiting))
    return page


def _advice(page: Page, facts: Sequence[str], command: str, why: str) -> None:
    for fact in facts:
        page.line(f"  {fact}")
    page.line(Cell("  next: ", "faint"), Cell(command, "strong"))
    page.line(Cell(f"        {why}", "faint"))
