"""A drive as JSON and as text: what was led, and why it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_git.runs.drive import DriveEnd, PhaseStep

if TYPE_CHECKING:
    from okstra_cli.answers import workers as shapes
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.lead.drive import Drive


def drive_status(done: Drive) -> int:
    """0 when nothing is left to do, 1 when no lead could be started, else 2."""
    is_missing = done.led and done.led[-1].status.status == "not-run"
    return 0 if done.stop.is_done else 1 if is_missing else 2


def drive_json(done: Drive) -> shapes.Driven:
    """The runs that were led, and the stop."""
    return {
        "task": str(done.task),
        "led": [
            {"run": each.run.id, "phase": each.run.task_type, "runStatus": each.run.status,
             "leadStatus": each.status.status, "reason": each.status.reason, "tokens": each.status.tokens,
             "turns": each.status.turns, "report": each.run.report or None}
            for each in done.led
        ],
        "nextPhase": None,
        "resume": None,
        "stop": _stop(done.stop),
    }  # fmt: skip


def drive_page(done: Drive) -> Page:
    """A line for each run, then the reason."""
    page = Page()
    for each in done.led:
        end = Cell(each.run.status, "good" if each.run.status == "finished" else "warn")
        page.line(f"{each.run.task_type}: run {each.run.id} is ", end, f", {each.status.tokens} tokens")
    _say(page, done.stop)
    return page


def step_status(step: PhaseStep | DriveEnd) -> int:
    """0 for a step, and where nothing is left; 2 where a person is needed."""
    return 2 if isinstance(step, DriveEnd) and not step.is_done else 0


def step_json(key: TaskKey, step: PhaseStep | DriveEnd) -> shapes.Driven:
    """What would come next."""
    if isinstance(step, PhaseStep):
        return {"task": str(key), "led": [], "nextPhase": step.phase, "resume": step.resume or None, "stop": None}
    return {"task": str(key), "led": [], "nextPhase": None, "resume": None, "stop": _stop(step)}


def step_page(step: PhaseStep | DriveEnd) -> Page:
    """One line, or the reason and the line that goes on."""
    page = Page()
    if isinstance(step, PhaseStep):
        page.line(f"next: {step.phase}" + (f", run {step.resume} taken up again" if step.resume else ""))
    else:
        _say(page, step)
    return page


def _say(page: Page, stop: DriveEnd) -> None:
    page.line(Cell("done" if stop.is_done else "stopped", "good" if stop.is_done else "warn"), f": {stop.message}")
    for line in stop.command.splitlines():
        page.line(f"  {line}")


def _stop(stop: DriveEnd) -> shapes.DriveStop:
    return {"code": stop.code, "message": stop.message, "command": stop.command or None, "done": stop.is_done}
