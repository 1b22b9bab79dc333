"""The worktree in which a run looks at stages that were put together: made for it, and removed when it is over."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.removal import remove_worktree
from okstra_git.git.unsaved_work import UnsavedItem
from okstra_git.git.worktrees import add_detached, find_worktree
from okstra_git.real_paths import real_path
from okstra_git.stages.complete import release_reservation
from okstra_git.store.ownership import OwnWorktrees

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.git.repo import Git
    from okstra_git.git.worktrees import Worktree
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

SCOPE = "verification-"
"""How the scope of such a worktree's row begins; the number of its run follows."""


def make_detached(git: Git, path: Path, commit: str, reason: str) -> None:
    """A locked worktree at the commit; one that is there already is kept, anything else in its place is refused."""
    existing = find_worktree(git, path)
    if existing is not None and path.is_dir():
        return
    if existing is not None:
        remove_worktree(git, existing)  # its directory is gone, what was put together is on record
    elif os.path.lexists(path) and (not path.is_dir() or any(path.iterdir())):
        raise refuse(
            "worktree.taken",
            f"{path} exists and is not a worktree of this repository",
            hint="move it away, then prepare again",
            path=str(path),
        )
    add_detached(git, path, commit=commit, reason=reason)


def release_verification_worktree(workspace: Workspace, task: Task, run: Run) -> None:
    """Remove the worktree in which an ended run looked at stages together, and release its row.

    One that holds anything stays, and is named. Runs that took no worktree of their own, or have given it back, are
    left alone. Of a run of another clone only the row is released: its worktree is there.
    """
    place = task.places.get(f"{SCOPE}{run.seq}") if run.task_type == "final-verification" else None
    if place is None or place.status != "active" or place.worktree is None or run.is_active:
        return
    path = OwnWorktrees(workspace.git).path(place)
    worktree = find_worktree(workspace.git, path) if path is not None else None
    if worktree is not None:
        try:
            remove_worktree(workspace.git, worktree, also=lambda: _occupants(workspace, worktree))
        except OkstraError as refusal:
            workspace.note(f"{refusal.message}; git okstra worktree prune removes it once nothing is in it")
            return
    release_reservation(workspace.store, task.key, place.scope, cascade=False)


def _occupants(workspace: Workspace, worktree: Worktree) -> list[UnsavedItem]:
    is_inside = real_path(workspace.cwd).is_relative_to(real_path(worktree.path))
    return [UnsavedItem("occupied", "you are in it")] if is_inside else []
