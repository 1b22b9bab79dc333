"""Every run that has not ended, and how it is taken up again: after a reboot, or when a limit is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okstra_git.commands import command
from okstra_git.contract import LEAD
from okstra_git.errors import OkstraError
from okstra_git.git.dirty import list_uncommitted
from okstra_git.porcelain.current_state import LivenessChecker
from okstra_git.runs.history import list_runs
from okstra_git.store.clone import OwnWorktrees

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


class Takeover(NamedTuple):
    """A run that has not ended: its lead's program and session, as far as they are known, and the line to go on with.

    `uncommitted` counts what lies in its worktree and is not committed; None where that cannot be told. `resets` is
    when the limit ends that stopped its lead.
    """

    task: Task
    run: Run
    life: Liveness
    program: str
    session: str
    uncommitted: int | None
    resets: str
    line: str


def plan_takeovers(workspace: Workspace) -> list[Takeover]:
    """All of them, the oldest first; a run that somebody leads has no line."""
    alive, own = LivenessChecker(workspace), OwnWorktrees(workspace.git)
    runs = list_runs(workspace.store.read().state, task=None, with_ended=False)
    return [
        _takeover(task, run, alive.life_of(run), own.path_of_run(task, run))
        for task, run in sorted(runs, key=lambda each: each[1].id)
        if run.prepared is not None
    ]


def _takeover(task: Task, run: Run, life: Liveness, worktree: Path | None) -> Takeover:
    led = run.leads[-1] if run.leads else None
    ends = [end for end in run.workers if end.name == LEAD]
    line = "" if life.is_live else command("git okstra run resume", run.id)
    if led is not None and not life.is_live:
        line += " --start --headless" if led.headless else " --start"
    return Takeover(
        task, run, life, led.program if led else "", led.session if led else run.session, _uncommitted(worktree),
        ends[-1].resets if ends else "", line,
    )  # fmt: skip


def _uncommitted(worktree: Path | None) -> int | None:
    if worktree is None or not worktree.is_dir():
        return None
    try:
        return len(list(list_uncommitted(worktree)))
    except (OkstraError, OSError):
        return None
