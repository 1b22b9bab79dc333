"""Keeps a run's documents true after it was prepared: its gates when it is resumed, its task's index when it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_git.bundle.build_context import run_commands, where_now
from okstra_git.bundle.context import TeamPart
from okstra_git.bundle.manifests import tried_team
from okstra_git.bundle.stored_context import find_context
from okstra_git.bundle.task_documents import KnownRun, RunEnd, ScheduledStage, TaskNow, conclude_run, renew_task
from okstra_git.bundle.write import read_json, renew_gates
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.fs.root import Root
from okstra_git.porcelain.project_files import project_root
from okstra_git.records.grammar import show_time
from okstra_git.runs.explain import new_run_command
from okstra_git.store.clone import find_writer

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


def refresh_run(workspace: Workspace, root: Path, task: Task, run: Run, occupied: tuple[int, ...]) -> RunContext | None:
    """Write the gates of a run anew, as `refresh_gates`; None, and a warning, where its bundle is not here."""
    stored = find_context(root, run)
    if stored is None:
        _warn_of_bundle(workspace, task, run)
        return None
    return refresh_gates(stored, root, run, occupied)


def refresh_gates(stored: RunContext, root: Path, run: Run, occupied: tuple[int, ...]) -> RunContext:
    """Write the gates of a run anew: its nonce, its lead's session, its commands, the stages that others hold now;
    and where project and worktree are, which may have been moved.

    The context that comes back names the stages as its prompt does by then: an attempt whose team was tried already
    has passed its gate.
    """
    context = where_now(stored, root, run.worktree)
    is_other_attempt = run.nonce != context.run.nonce
    resumed = context.run.resumed or is_other_attempt
    fenced = replace(context.run, nonce=run.nonce, session=run.session, resumed=resumed)
    report, stage_done = context.paths.report, context.commands.stage_done
    renewed = replace(
        context,
        run=fenced,
        team=_team_now(context, root, run, occupied),
        commands=run_commands(context.task.key, fenced, report=report, stage_done=stage_done),
    )
    if renewed != stored:
        renew_gates(renewed, root)
    return renewed


def _warn_of_bundle(workspace: Workspace, task: Task, run: Run) -> None:
    """Say where a bundle is, or how to come to one, that is not here."""
    if run.writer and run.writer != find_writer(workspace.git):
        workspace.warn(f"the bundle of run {run.id} is in the clone that prepared it; go on there")
        return
    anew = new_run_command(task, run)
    abandon = f"git okstra run abandon {word(run.id)}"
    workspace.warn(f"the bundle of run {run.id} is gone; for a run with one: {abandon}, then {anew}")


def _team_now(context: RunContext, root: Path, run: Run, occupied: tuple[int, ...]) -> TeamPart:
    """The gate as team state and the other live runs have it by now."""
    made, former = tried_team(read_json(Root(root), context.paths.team_state), nonce=run.nonce)
    if made is not None:
        return context.team
    status = former.get("status") if former and occupied else None
    recorded = status if isinstance(status, str) else ""
    return TeamPart(run.team or context.team.name, occupied, recorded)


def conclude(workspace: Workspace, root: Path, task: Task, run: Run) -> None:
    """Enter the end of a run into its task's documents, where they exist. The end is on record by then, and they are
    views of it: what fails here is a warning only."""
    try:
        _conclude(workspace, root, task, run)
    except OkstraError as failed:
        workspace.warn(f"the documents of {task.key} could not be renewed: {failed.message}")
        workspace.changed_tasks.discard(task.key)


def _conclude(workspace: Workspace, root: Path, task: Task, run: Run) -> None:
    context = find_context(root, run)
    if context is None or run.ended is None:
        return
    end = RunEnd(run.status, show_time(run.ended), run.next_phase, is_done=not task.is_open)
    for name in conclude_run(context, end, root, stages=schedule(task)):
        workspace.warn(f"{name} was not what it should be and was set aside")
    workspace.changed_tasks.discard(task.key)


def renew_documents(workspace: Workspace) -> None:
    """Enter what was recorded of tasks into their documents, where there are any; whatever is true already stays."""
    state, root = workspace.store.read().state, None
    for key in sorted(workspace.changed_tasks):
        task = state.tasks.get(key)
        if task is None or not task.runs:
            continue
        root = root or project_root(workspace)
        _renew_task(workspace, root, task)


def _renew_task(workspace: Workspace, root: Path, task: Task) -> None:
    newest = sorted(task.runs.values(), key=lambda run: run.id, reverse=True)
    context = next((stored for run in newest if (stored := find_context(root, run)) is not None), None)
    if context is None or not Root(root).is_file(context.paths.task_manifest):
        return
    described = replace(context.task, category=task.category, title=task.title, tickets=task.tickets)
    last = newest[0]
    now = TaskNow(
        is_open=task.is_open,
        at=show_time(workspace.now()),
        runs=tuple(KnownRun(run.id, run.status) for run in newest),
        next_phase=last.next_phase or last.task_type,
    )
    for name in renew_task(replace(context, task=described), now, root, stages=schedule(task)):
        workspace.warn(f"{name} was not what it should be and was set aside")


def schedule(task: Task) -> tuple[ScheduledStage, ...]:
    """The stages of the approved plan, and how each stands."""
    return tuple(
        ScheduledStage(
            stage.number,
            stage.title,
            stage.depends_on,
            task.stages[stage.number].status if stage.number in task.stages else "pending",
        )
        for stage in (task.plan.stages if task.plan else ())
    )
