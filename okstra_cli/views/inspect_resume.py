"""How work on a task is taken up again, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.inspect_history import ID_SHOWN, run_in_short, run_words, tell_notes

if TYPE_CHECKING:
    from okstra_cli.answers import inspecting as shapes
    from okstra_cli.answers import parts
    from okstra_git.porcelain.inspect.resume import WayToResume
    from okstra_git.runs.resume_choice import NextStep, OfferedChoice


def resume_json(way: WayToResume) -> shapes.WayToResume:
    """The command and what it rests on; `command` is null where nothing may be resumed now, and `next` says why."""
    offer, script = way.offer, way.script
    return {
        "task": str(way.task.key),
        "command": way.command,
        "run": run_in_short(offer.run, way.life) if offer.run is not None else None,
        "script": {"path": script.path, "found_by": script.found_by} if script is not None else None,
        "facts": list(way.facts),
        "next": _step_json(offer.next),
        "choices": [_choice_json(choice) for choice in offer.choices],
        "others": [{**run_in_short(run, life), "next": _step_json(step)} for run, life, step in way.others],
        "next_phase": way.standing.next_phase,
        "work_status": way.standing.work_status,
        "left": list(way.standing.left),
        "notes": list(way.notes),
    }


def _step_json(step: NextStep) -> parts.Command:
    return {"command": step.command, "why": step.why}


def _choice_json(choice: OfferedChoice) -> shapes.ResumeChoice:
    return {"what": choice.what, "command": choice.command, "why": choice.why, "recommended": choice.recommended}


def resume_page(way: WayToResume) -> Page:
    page = Page()
    offer = way.offer
    if offer.run is None:
        page.line(f"nothing of {way.task.key} can be resumed: {_why_nothing(way)}")
    else:
        page.line("run ", *run_words(offer.run, way.life))
        for fact in way.facts:
            page.line(f"  {fact}")
    if way.command is not None:
        page.line(Cell(way.command, "strong"))
        page.line(Cell(f"  {offer.next.why}{_found_by(way)}", "faint"))
    else:
        page.line(Cell("next: ", "faint"), Cell(offer.next.command, "strong"))
        page.line(Cell(f"      {offer.next.why}", "faint"))
    for choice in offer.choices:
        if choice.command != offer.next.command:
            page.line(Cell(f"or: {choice.command}", "faint"))
            page.line(Cell(f"    {choice.why}", "faint"))
    for run, life, step in way.others:
        page.line("also open: ", *run_words(run, life))
        page.line(Cell(f"  next: {step.command}", "faint"))
    tell_notes(page, way.notes)
    return page


def _why_nothing(way: WayToResume) -> str:
    last = way.standing.last
    if last is None:
        return "it has no runs"
    return f"its last run ended as {last.status} ({last.id[:ID_SHOWN]})"


def _found_by(way: WayToResume) -> str:
    if way.script is None:
        return ""
    return "; the task manifest names it" if way.script.found_by == "manifest" else "; its newest resume script"
