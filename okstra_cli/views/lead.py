"""Leads as JSON and as text: how one ended, and what became of its run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.workers import worker_json, worker_page
from okstra_git.commands import command
from okstra_git.porcelain.workers.look import SeenWorker, judge
from okstra_git.wording import counted

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import workers as shapes
    from okstra_git.host.tmux import TmuxPane
    from okstra_git.porcelain.lead.start import LedRun
    from okstra_git.porcelain.lead.takeovers import Takeover


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


def window_json(pane: TmuxPane) -> shapes.LeadWindow:
    """The window."""
    return {"window": pane.window, "pane": pane.id}


def window_page(pane: TmuxPane) -> Page:
    """One line."""
    page = Page()
    page.line(f"the lead is being started in window {pane.window}, pane {pane.id}")
    return page


def _seen(led: LedRun) -> SeenWorker:
    return SeenWorker(led.files, led.status, judge(led.status))


def _next(led: LedRun) -> str:
    if led.run.is_active:
        return command("git okstra run resume", led.run.id)
    return command("git okstra inspect next", ("--task-key", str(led.task.key))) if led.run.next_phase else ""


def takeovers_json(seen: Sequence[Takeover]) -> shapes.Takeovers:
    """Every run that has not ended."""
    return {
        "runs": [
            {"run": each.run.id, "task": str(each.task.key), "phase": each.run.task_type, "stage": each.run.stage,
             "life": each.life.state, "program": each.program or None, "session": each.session or None,
             "uncommitted": each.uncommitted, "resets": each.resets or None, "line": each.line or None}
            for each in seen
        ]
    }  # fmt: skip


def takeovers_page(seen: Sequence[Takeover]) -> Page:
    """A paragraph for each."""
    page = Page()
    if not seen:
        page.line("every run has ended")
    for each in seen:
        stage = f" stage {each.run.stage}" if each.run.stage is not None else ""
        tone: Tone = "good" if each.life.is_live else "warn"
        page.line(Cell(f"{each.task.key} {each.run.task_type}{stage}", "strong"), ": ", Cell(each.life.state, tone))
        if each.session:
            page.line(f"  {each.program or 'agent'} session {each.session}")
        if each.uncommitted:
            page.line(f"  {counted(each.uncommitted, 'file')} in its worktree not committed")
        if each.resets:
            page.line(f"  the limit that stopped it ends at {each.resets}")
        page.line(f"  {each.line or 'somebody leads it'}")
    return page
