"""Leads as JSON and as text: how one ended, and what became of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.workers import worker_json, worker_page
from okstra_git.commands import command
from okstra_git.porcelain.workers.look import SeenWorker, judge

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import workers as shapes
    from okstra_git.porcelain.lead.start import LedRun
    from okstra_git.porcelain.lead.window import TmuxWindow


def led_status(led: LedRun) -> int:
    """0 when lead and run came to their end, 2 when the run is open, else 1."""
    if led.status.status != "completed":
        return 1
    return 0 if led.run.status == "finished" else 2


def led_json(led: LedRun) -> shapes.Lead:
    """The lead as a worker, and its run."""
    return {
        "run": led.run.id,
        "task": str(led.task.key),
        "runStatus": led.run.status,
        "report": led.run.report or None,
        "validation": led.run.validation or None,
        "nextPhase": led.run.next_phase or None,
        "lead": worker_json(_seen(led)),
        "next": _next(led) or None,
    }


def led_page(led: LedRun, now: datetime) -> Page:
    """How the lead ended, then its run."""
    page = worker_page(_seen(led), now)
    is_finished = led.run.status == "finished"
    page.line(f"run {led.run.id}: ", Cell(led.run.status, "good" if is_finished else "warn"))
    if led.run.report:
        page.line(f"  report: {led.run.report}")
    if not is_finished:
        page.line(f"  next:   {_next(led)}")
    return page


def window_json(window: TmuxWindow) -> shapes.LeadWindow:
    """The window."""
    return {"window": window.window, "pane": window.pane}


def window_page(window: TmuxWindow) -> Page:
    """One line."""
    page = Page()
    page.line(f"the lead is being started in window {window.window}, pane {window.pane}")
    return page


def _seen(led: LedRun) -> SeenWorker:
    return SeenWorker(led.files, led.status, judge(led.status))


def _next(led: LedRun) -> str:
    if led.run.is_active:
        return command("git okstra run resume", led.run.id)
    return command("git okstra inspect next", ("--task-key", str(led.task.key))) if led.run.next_phase else ""
