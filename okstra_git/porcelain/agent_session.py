"""What an agent program is told as its session begins, and what is kept for it as a turn ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from okstra_git.git.worktrees import current_branch
from okstra_git.porcelain.follow import process_hook_events
from okstra_git.porcelain.status import survey_all
from okstra_git.porcelain.workspace import NOT_SET_UP, StatusProblem
from okstra_git.snapshots.take import SnapshotSubject, list_snapshots, snapshot_of
from okstra_git.store.registry import stage_on

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Stage, Task
    from okstra_git.snapshots.take import WorktreeSnapshot

TURN_ENDED = "an agent's turn ended"
"""The reason of the snapshots that are taken here."""
PAUSE = timedelta(minutes=10)
"""Time between two of them in one worktree: turns are many, and each snapshot is a ref that stays."""


@dataclass(frozen=True)
class Briefing:
    """Where the session begins: the branch, the stage that is recorded on it, what is open, what waits for someone."""

    branch: str | None
    here: tuple[Task, Stage] | None
    tasks: tuple[Task, ...]
    problems: tuple[StatusProblem, ...]


def brief_session(workspace: Workspace) -> Briefing:
    """Look as `status` does, and record no more than it does."""
    survey = survey_all(workspace, only=None, with_closed=False)
    branch = current_branch(workspace.git)
    problems = tuple(problem for problem in survey.problems if problem.code != NOT_SET_UP.code)
    return Briefing(branch, stage_on(branch, survey.tasks), tuple(survey.tasks), problems)


def keep_turn(workspace: Workspace) -> WorktreeSnapshot | None:
    """Record what is proven of the work here, and keep what is not committed in a stage's worktree.

    None where nothing has to be kept, or where that was done a short while ago.
    """
    if workspace.settings.hooks:
        process_hook_events(workspace, planned={})
    here = stage_on(current_branch(workspace.git), workspace.store.read().state.tasks.values())
    top = workspace.git.work_tree
    if here is None or top is None or _was_kept_lately(workspace, top):
        return None
    task, stage = here
    about = SnapshotSubject(task.key.slashed, stage.number, "", TURN_ENDED)
    return snapshot_of(workspace.git, top, about, now=workspace.now())


def _was_kept_lately(workspace: Workspace, top: Path) -> bool:
    since = workspace.now() - PAUSE
    return any(
        snapshot.at > since and snapshot.about.reason == TURN_ENDED and snapshot.worktree == str(top).rstrip("/")
        for snapshot in list_snapshots(workspace.git)
    )
