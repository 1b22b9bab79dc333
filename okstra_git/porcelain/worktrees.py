"""Worktrees as commands care for them: snapshots put back into them, and those of no more use removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.git.worktrees import list_worktrees
from okstra_git.host.machine import processes_in
from okstra_git.paths import real_path
from okstra_git.porcelain.current_state import LivenessChecker, standing_state
from okstra_git.porcelain.landings import landed_state, note_landings
from okstra_git.snapshots.restore import RestoreStep, carry_out, plan_restore
from okstra_git.snapshots.take import WorktreeSnapshot, require_snapshot
from okstra_git.stages.complete import release_reservation
from okstra_git.stages.prune import PruneContext, Pruned, prune_worktrees
from okstra_git.store.clone import OwnWorktrees, find_writer
from okstra_git.store.drift import find_astray, is_over
from okstra_git.store.fold_handoff import without_landings

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import State


@dataclass(frozen=True)
class Restored:
    """What was done in the directory to each path, or would be."""

    snapshot: WorktreeSnapshot
    directory: Path
    steps: list[RestoreStep]
    dry_run: bool


def restore(workspace: Workspace, snapshot_id: str, *, into: str | None, dry_run: bool) -> Restored:
    """Put the snapshot back where it was taken, or into a new directory; refuses when anything there would be lost."""
    snapshot = require_snapshot(workspace.git, snapshot_id)
    directory, is_fresh = _directory(workspace, snapshot, into)
    steps = plan_restore(workspace.git, snapshot, directory, is_fresh=is_fresh)
    if not dry_run:
        carry_out(workspace.git, steps, directory)
    return Restored(snapshot, directory, steps, dry_run)


def prune(
    workspace: Workspace, only: TaskKey | None, *, dry_run: bool, progress: Callable[[int, int], None]
) -> list[Pruned]:
    """Remove worktrees, or say which would go, and give up the claims of those that were removed.

    `only` is the task to look at, None for every one; `progress` is called with how many were looked at, of how many.
    """
    if not dry_run:
        note_landings(workspace, only)
    state = landed_state(workspace, only) if dry_run else standing_state(workspace)
    context = PruneContext(
        here=workspace.cwd,
        runs=lambda path: list(_live_runs(workspace, path)),
        processes=processes_in,
        progress=progress,
        unseen=_landed_elsewhere(workspace, state, only),
    )
    pruned = prune_worktrees(workspace.git, state, only=only, dry_run=dry_run, context=context)
    for outcome in pruned:
        if outcome.removed and outcome.row.place.status == "active" and not dry_run:
            release_reservation(workspace.store, outcome.row.task, outcome.row.place.scope)
    if not dry_run:
        _release_missing(workspace, only)
    return pruned


def _directory(workspace: Workspace, snapshot: WorktreeSnapshot, into: str | None) -> tuple[Path, bool]:
    """Where a snapshot goes, and whether that is a fresh directory: the one named, else the worktree it is of."""
    if into is not None:
        path = workspace.cwd / into
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise refuse(
                "restore.place", f"{path} is not empty", hint="name a new directory with --into", path=str(path)
            )
        return path, True
    worktrees = {str(tree.path) for tree in list_worktrees(workspace.git)}
    if snapshot.worktree not in worktrees or not Path(snapshot.worktree).is_dir():
        raise refuse(
            "restore.place",
            f"the worktree {snapshot.worktree} is not there any more",
            hint=f"git okstra run restore {word(snapshot.id)} --into DIR",
            path=snapshot.worktree,
        )
    return Path(snapshot.worktree), False


def _landed_elsewhere(workspace: Workspace, state: State, only: TaskKey | None) -> set[tuple[TaskKey, int]]:
    """Stages that have landed by the word of another clone alone: nothing in this repository shows it."""
    writer = OwnWorktrees(workspace.git).writer
    reported = {
        task.key: {n for n, stage in task.stages.items() if stage.landing and stage.landing.writer != writer}
        for task in state.tasks.values()
        if only in (None, task.key)
    }
    if not any(reported.values()):
        return set()
    from okstra_git.porcelain.follow import make_judge  # a judge of history is heavy, and mostly nothing is in doubt
    from okstra_git.reconcile.landings import find_landings

    unseen: set[tuple[TaskKey, int]]
    judge, unseen = make_judge(workspace, state), set()
    for key, numbers in reported.items():
        seen = {landed.stage for landed in find_landings(judge, without_landings(state.tasks[key], numbers))}
        unseen |= {(key, number) for number in numbers - seen}
    return unseen


def _release_missing(workspace: Workspace, only: TaskKey | None) -> None:
    """Give up the claims of runs that are over on worktrees of their own that are not there any more."""
    state = workspace.store.read().state
    for lost in find_astray(workspace.git, state, find_writer(workspace.git)):
        is_wanted = only is None or lost.task.key == only
        if is_wanted and lost.trouble == "missing" and not lost.place.branch and is_over(lost.task, lost.place):
            release_reservation(workspace.store, lost.task.key, lost.place.scope)


def _live_runs(workspace: Workspace, path: Path) -> Iterator[str]:
    """Live runs that work in this directory or below it."""
    guard, own, top = LivenessChecker(workspace), OwnWorktrees(workspace.git), real_path(path)
    for task in workspace.store.read().state.tasks.values():
        for run in task.runs.values():
            worktree = own.path_of_run(task, run) if run.is_active else None
            if worktree is not None and real_path(worktree).is_relative_to(top) and guard.life_of(run).is_live:
                yield f"live run {run.id} ({run.task_type})"
