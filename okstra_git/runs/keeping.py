"""Keeps the worktree of a run before somebody else goes on in it or gives it up."""

from datetime import datetime
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.git.worktrees import find_worktree
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.snapshots import About, Snapshot, take_snapshot
from okstra_git.store.ownership import OwnWorktrees


def snapshot_of_run(git: Git, task: Task, run: Run, *, reason: str, now: datetime) -> Snapshot | None:
    """A snapshot of what lies uncommitted in the run's worktree; None when it is clean or another clone's."""
    return snapshot_of(
        git, OwnWorktrees(git).path_of_run(task, run), About(task.key.slashed, run.stage, run.id, reason), now=now
    )


def snapshot_of(git: Git, worktree: Path | None, about: About, *, now: datetime) -> Snapshot | None:
    """A snapshot of a worktree of this repository; None when it is clean, or no such worktree is here."""
    if worktree is None or not worktree.is_dir() or find_worktree(git, worktree) is None:
        return None
    return take_snapshot(git, worktree, about, now=now)


def worktree_of(task: Task, run: Run) -> Path | None:
    """Where the run changes code: its own record, or the place of its stage; None for runs that change none."""
    if run.worktree:
        return Path(run.worktree)
    place = task.places.get(f"stage-{run.stage}") if run.stage is not None else None
    return Path(place.worktree) if place is not None and place.worktree else None
