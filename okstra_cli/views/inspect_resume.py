"""How work on a task is taken up again, as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_cli.views.inspect_history import ID_SHOWN, run_in_short, run_words, tell_notes

if TYPE_CHECKING:
    from okstra_cli.inspecting_resume import Resumption
    from okstra_git.runs.taking_up import Step


def resume_json(found: Resumption, notes: Sequence[str]) -> dict[str, Any]:
    """The command and what it rests on; `command` is null where nothing may be resumed now, and `next` says why."""
    offer, script = found.offer, found.script
    return {
        "task": str(found.task.key),
        "command": found.command,
        "run": run_in_short(offer.run, found.life) if offer.run is not None else None,
        "script": {"path": script.path, "found_by": script.found_by} if script is not None else None,
        "facts": list(found.facts),
        "next": _step_json(offer.next),
        "choices": [choice._asdict() for choice in offer.choices],
        "others": [{**run_in_short(run, life), "next": _step_json(step)} for run, life, step in found.others],
        "next_phase": found.standing.next_phase,
        "work_status": found.standing.work_status,
        "left": list(found.standing.left),
        "notes": list(notes),
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {"command": step.command, "why": step.why}


def resume_page(found: Resumption, notes: Sequence[str]) -> Page:
    page = Page()
    offer = found.offer
    if offer.run is None:
        page.line(f"nothing of {found.task.key} can be resumed: {_why_nothing(found)}")
    else:
        page.line("run ", *run_words(offer.run, found.life))
        for fact in found.facts:
            page.line(f"  {fact}")
    if found.command is not None:
        page.line(Cell(found.command, "strong"))
        page.line(Cell(f"  {offer.next.why}{_found_by(found)}", "faint"))
    else:
        page.line(Cell("next: ", "faint"), Cell(offer.next.command, "strong"))
        page.line(Cell(f"      {offer.next.why}", "faint"))
    for choice in offer.choices:
        if choice.command != offer.next.command:
            page.line(Cell(f"or: {choice.command}", "faint"))
            page.line(Cell(f"    {choice.why}", "faint"))
    for run, life, step in found.others:
        page.line("also open: ", *run_words(run, life))
        page.line(Cell(f"  next: {step.command}", "faint"))
    tell_notes(page, notes)
    return page


def _why_nothing(found: Resumption) -> str:
    last = found.standing.last
    if last is None:
        return "it has no runs"
    return f"its last run ended as {last.status} ({last.id[:ID_SHOWN]})"


def _found_by(found: Resumption) -> str:
    if found.script is None:
        return ""
    return "; the task manifest names it" if found.script.found_by == "manifest" else "; its newest resume script"
