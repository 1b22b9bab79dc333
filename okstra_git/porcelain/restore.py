"""Puts the files of a snapshot back into a directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.git.worktrees import list_worktrees
from okstra_git.snapshots.restore import RestoreStep, carry_out, plan_restore
from okstra_git.snapshots.take import WorktreeSnapshot, require_snapshot

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace


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
