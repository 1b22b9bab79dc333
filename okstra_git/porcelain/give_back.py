"""Gives back the worktree in which a run looked at stages together, once the run is over and nothing is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.git.holding import Holding
from okstra_git.git.removal import remove_worktree
from okstra_git.git.worktrees import find_worktree
from okstra_git.real_paths import real_path
from okstra_git.stages.complete import release_reservation
from okstra_git.store.ownership import OwnWorktrees

if TYPE_CHECKING:
    from okstra_git.git.worktrees import Worktree
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


def give_back(workspace: Workspace, task: Task, run: Run) -> None:
    """Remove the worktree of an ended run and release its row; one that holds anything stays, and is named.

    Runs that took no worktree of their own, or have given it back, are left alone. Of a run of another clone only the
    row is released: its worktree is there.
    """
    place = task.places.get(f"verification-{run.seq}") if run.task_type == "final-verification" else None
    if place is None or place.status != "active" or place.worktree is None or run.is_active:
        return
    path = OwnWorktrees(workspace.git).path(place)
    here = find_worktree(workspace.git, path) if path is not None else None
    if here is not None:
        try:
            remove_worktree(workspace.git, here, also=lambda: _occupants(workspace, here))
        except OkstraError as refusal:
            workspace.note(f"{refusal.message}; git okstra worktree prune removes it once nothing is in it")
            return
    release_reservation(workspace.store, task.key, place.scope, cascade=False)


def _occupants(workspace: Workspace, here: Worktree) -> list[Holding]:
    is_inside = real_path(workspace.cwd).is_relative_to(real_path(here.path))
    return [Holding("occupied", "you are in it")] if is_inside else []
