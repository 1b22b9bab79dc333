"""Gives back the worktree in which a run looked at stages together, once the run is over and nothing is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.git.worktrees import find_worktree, is_clean, remove_worktree
from okstra_git.names import make_task_key
from okstra_git.tasks.finishing import release_place

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.git.worktrees import Worktree
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


def give_back(session: Session, task: Task, run: Run) -> None:
    """Remove the worktree of an ended run and release its row; one that holds anything stays, and is named.

    Runs that took no worktree of their own, or have given it back, are left alone.
    """
    place = task.places.get(f"verification-{run.seq}") if run.task_type == "final-verification" else None
    if place is None or place.status != "active" or place.worktree is None or run.is_active:
        return
    here = find_worktree(session.git, Path(place.worktree))
    why = _why_keep(session, run, here) if here is not None else None
    if here is not None and why is None:
        try:
            remove_worktree(session.git, here.path)
        except OkstraError as refusal:
            why = refusal.message
    if why is not None:
        session.note(f"{place.worktree} stays: {why}; git okstra worktree prune removes it once nothing is in it")
        return
    release_place(session.store, make_task_key(*task.key.split("/")), place.scope, cascade=False)


def _why_keep(session: Session, run: Run, here: Worktree) -> str | None:
    if session.cwd.resolve().is_relative_to(here.path.resolve()):
        return "you are in it"
    if not here.path.is_dir():
        return None
    if here.branch is not None or (run.assembled is not None and here.head != run.assembled.commit):
        return "something else is checked out in it"
    return None if is_clean(here.path) else "it has changes that are not committed"
