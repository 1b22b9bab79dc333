"""Keeps a run's documents true after it was prepared: its gates when it is resumed, its task's index when it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_git.records.base import show_time
from okstra_git.runs.assembling import run_commands
from okstra_git.runs.bundle import ScheduledStage, renew_gates
from okstra_git.runs.stored_context import find_context
from okstra_git.runs.task_documents import conclude_run
from okstra_git.runs.task_views import RunEnd

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_cli.session import Session
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


def renew(session: Session, root: Path, run: Run, occupied: tuple[int, ...]) -> None:
    """Write the gates of a resumed run anew: its nonce, its commands, and the stages that others hold now."""
    context = find_context(root, run)
    if context is None:
        session.warn(f"the bundle of run {run.id} is gone; prepare the run again to have one")
        return
    fenced = replace(context.run, nonce=run.nonce, resumed=True)
    report, stage_done = context.paths.report, context.commands.stage_done
    renewed = replace(
        context,
        run=fenced,
        team=replace(context.team, name=run.team or context.team.name, occupied=occupied),
        commands=run_commands(context.task.key, fenced, report=report, stage_done=stage_done),
    )
    if renewed != context:
        renew_gates(renewed, root, cache=session.git.private_dir / "cache" / "templates")


def conclude(session: Session, root: Path, task: Task, run: Run) -> None:
    """Enter the end of a run into its task's documents, where they exist."""
    context = find_context(root, run)
    if context is None or run.ended is None:
        return
    end = RunEnd(run.status, show_time(run.ended), run.next_phase, is_done=not task.is_open)
    for name in conclude_run(
        context, end, root, stages=schedule(task), cache=session.git.private_dir / "cache" / "templates"
    ):
        session.warn(f"{name} was not what it should be and was set aside")


def schedule(task: Task) -> tuple[ScheduledStage, ...]:
    """The stages of the approved plan, and how each stands."""
    return tuple(
        ScheduledStage(
            each.number,
            each.title,
            each.depends_on,
            task.stages[each.number].status if each.number in task.stages else "pending",
        )
        for each in (task.plan.stages if task.plan else ())
    )
