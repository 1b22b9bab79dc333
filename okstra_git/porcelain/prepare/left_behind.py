"""What earlier runs left uncommitted in a stage's directory: which snapshot has it, and how that run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.git.history import resolve_head
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import open_repository
from okstra_git.records.base import show_time
from okstra_git.runs.snapshots import list_snapshots

if TYPE_CHECKING:
    from okstra_git.porcelain.prepare.claim import Taken
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task
    from okstra_git.runs.snapshots import Snapshot
    from okstra_git.stages.claim import StageClaim

DIED, GIVEN_UP, ENDED = "died", "given-up", "ended"


def find_earlier(workspace: Workspace, task: Task, claim: StageClaim, *, fresh: bool) -> Snapshot | None:
    """The newest snapshot of this stage with more than ignored files, told in a note, when its work is not there.

    That is when the directory was made anew, or nothing was committed there since.
    """
    all_kept = list_snapshots(workspace.git, task=task.key.slashed)
    kept = [each for each in all_kept if each.about.stage == claim.number and each.ignored < each.files]
    if not kept:
        return None
    last, head = kept[-1], resolve_head(open_repository(claim.worktree))
    if head is None or tree_of(workspace.git, last.commit) == tree_of(workspace.git, head):
        return None
    if not fresh and last.head != head:
        return None
    workspace.note(
        f"snapshot {last.id} of {show_time(last.at)} keeps what lay uncommitted in stage {claim.number} "
        f"({last.about.reason}); to see what it would put back: git okstra run restore {word(last.id)} --dry-run"
    )
    return last


def who_left(taken: Taken, kept: Snapshot | None) -> tuple[str, str]:
    """The run that left what was kept, and how it ended; empty where nothing was kept, or nobody known left it."""
    run = taken.task.runs.get(kept.about.run) if kept is not None else None
    if run is None or run.id == taken.run:
        return "", ""
    if run.id in taken.died:
        return run.id, DIED
    return run.id, GIVEN_UP if run.status == "abandoned" else ENDED
