"""Settles what git's hooks reported: in the hook itself, or in the next command when the hook could not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.git.worktrees import current_branch
from okstra_git.porcelain.follow import chain_hints, follow_history, make_judge
from okstra_git.spool import drop_spooled, list_spooled
from okstra_git.store.derived import write_watch

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.findings import Report
    from okstra_git.records.states import State, Task


def process_hook_events(workspace: Workspace, *, planned: Mapping[str, str]) -> tuple[Report, ...]:
    """Look at every task that a report, or the branch checked out here, concerns; settle what is proven and say so.

    `planned` are tips that git is about to give to branches. Reports that were read are dropped, torn ones stay.
    """
    private = str(workspace.git.private_dir)
    spooled = list_spooled(private)
    hints = chain_hints(pair for event in spooled for pair in (*event.pairs, *event.amends))
    state = workspace.store.read().state
    judge = make_judge(workspace, state, planned=planned, hints=hints)
    tasks = list(_concerned(workspace, state, hints, planned))
    followed = follow_history(workspace, tasks, state=state, judge=judge)
    if not followed.events:
        write_watch(workspace.git, state)  # an append writes it anew; a branch may have moved without one
    drop_spooled(private, [event.name for event in spooled if not event.torn])
    return followed.reports


def forget_settled(workspace: Workspace) -> None:
    """Drop the reports that speak of no recorded commit any more."""
    recorded = {
        stage.range.head
        for task in workspace.store.read().state.tasks.values()
        for stage in task.stages.values()
        if stage.range and task.is_open
    }
    private = str(workspace.git.private_dir)
    spooled = [event for event in list_spooled(private) if not event.torn]
    drop_spooled(private, [event.name for event in spooled if recorded.isdisjoint(old for old, _ in event.pairs)])


def process_pending_events(workspace: Workspace) -> None:
    """What a hook reported and could not settle, because git had not moved the branches yet.

    A clone that cannot record now keeps the report; a command that only reads is not refused for it.
    """
    if not any(not event.torn for event in list_spooled(str(workspace.git.private_dir))):
        return
    if not workspace.settings.hooks:
        return
    try:
        process_hook_events(workspace, planned={})
    except OkstraError as refusal:
        workspace.note(f"what a git hook reported could not be settled yet: {refusal.message}")


def _concerned(
    workspace: Workspace, state: State, hints: Mapping[str, str], planned: Mapping[str, str]
) -> Iterable[Task]:
    """Open tasks that recorded a rewritten commit, or whose stages are on a branch that moves or is checked out."""
    branches = {ref.removeprefix("refs/heads/") for ref in planned} | {current_branch(workspace.git)}
    for task in state.tasks.values():
        heads = {stage.range.head for stage in task.stages.values() if stage.range}
        heads |= {task.anchor.range.head} if task.anchor else set()
        own = {stage.branch for stage in task.stages.values()}
        if task.is_open and (not heads.isdisjoint(hints) or not own.isdisjoint(branches)):
            yield task
