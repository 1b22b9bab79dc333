"""The directory that a run works in or looks at: made, or gone back to with what lay in it kept first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.bundle.context import WorktreePart
from okstra_git.commands import word
from okstra_git.git.checkouts import find_astray
from okstra_git.git.history import resolve_head
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import open_repository
from okstra_git.porcelain.prepare.whole_task import make_detached
from okstra_git.records.grammar import show_time
from okstra_git.snapshots.take import SnapshotSubject, list_snapshots, take_snapshot
from okstra_git.stages.claim import lacking_notes
from okstra_git.stages.worktree_setup import make_worktree
from okstra_git.store.clone import OwnWorktrees
from okstra_git.store.registry import require_stage

if TYPE_CHECKING:
    from okstra_git.handoff.verification import JointAssembly
    from okstra_git.porcelain.prepare.claim import Claim
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.porcelain.prepare.documents import Inputs
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import PlaceReserved
    from okstra_git.records.states import Task
    from okstra_git.snapshots.take import WorktreeSnapshot
    from okstra_git.stages.claim import StageClaim

DIED, GIVEN_UP, ENDED = "died", "given-up", "ended"
"""How the run ended that left something uncommitted."""


def make_run_worktree(context: PrepareContext, claim: Claim, inputs: Inputs) -> WorktreePart | None:
    """The directory of the stage, or of stages put together, or of the stage to verify; None where there is none."""
    if claim.plan.stage is not None:
        return _stage_worktree(context, claim, claim.plan.stage)
    if claim.plan.place is not None and inputs.whole.joint is not None:
        return _joint_worktree(context, claim, claim.plan.place, inputs.whole.joint)
    return _worktree_to_verify(context, claim.task)


def _stage_worktree(context: PrepareContext, claim: Claim, stage: StageClaim) -> WorktreePart:
    """The stage's directory, checked out; what lay in it uncommitted is kept in a snapshot first."""
    workspace, place, beginning = context.workspace, stage.place, stage.beginning
    fresh = make_worktree(workspace.git, context.key, stage.number, place, beginning.commit)
    snapshot = None if fresh else _keep_leftovers(context, claim, stage)
    snapshot = snapshot or _find_earlier(workspace, claim.task, stage, fresh=fresh)
    left_by, left_how = _who_left(claim, snapshot)
    for sentence in lacking_notes(stage.number, beginning):
        workspace.note(sentence)
    return WorktreePart(
        path=str(stage.worktree),
        branch=place.branch,
        base=beginning.commit,
        base_ref=beginning.ref,
        lacks=beginning.lacks,
        merged=beginning.stages,
        snapshot=snapshot.ref if snapshot else "",
        left_by=left_by,
        left_how=left_how,
    )


def _keep_leftovers(context: PrepareContext, claim: Claim, stage: StageClaim) -> WorktreeSnapshot | None:
    """A snapshot of what is not committed in the stage's directory, as what the last run there left behind."""
    workspace = context.workspace
    former = [run for run in claim.task.runs.values() if run.stage == stage.number and run.id != claim.run]
    left_by = max((run.id for run in former), default=claim.run)
    about = SnapshotSubject(context.key.slashed, stage.number, left_by, f"found by the prepare of run {claim.run}")
    snapshot = take_snapshot(workspace.git, stage.worktree, about, now=workspace.now())
    if snapshot is None:
        return None
    what = "ignored files" if snapshot.ignored == snapshot.files else "changes that are not committed"
    workspace.note(f"{stage.worktree} holds {what}: they stay, and snapshot {snapshot.id} keeps a copy")
    for line in snapshot.left_out:
        workspace.warn(f"not in the snapshot: {line}")
    return None if snapshot.ignored == snapshot.files else snapshot


def _find_earlier(workspace: Workspace, task: Task, stage: StageClaim, *, fresh: bool) -> WorktreeSnapshot | None:
    """The newest snapshot of this stage with more than ignored files, named in a note, when its work is not there.

    That is when the directory was made anew, or nothing was committed there since.
    """
    snapshots = list_snapshots(workspace.git, task=task.key.slashed)
    with_changes = [
        snapshot for snapshot in snapshots if snapshot.about.stage == stage.number and snapshot.ignored < snapshot.files
    ]
    if not with_changes:
        return None
    last, head = with_changes[-1], resolve_head(open_repository(stage.worktree, beside=workspace.git))
    if head is None or tree_of(workspace.git, last.commit) == tree_of(workspace.git, head):
        return None
    if not fresh and last.head != head:
        return None
    workspace.note(
        f"snapshot {last.id} of {show_time(last.at)} keeps what lay uncommitted in stage {stage.number} "
        f"({last.about.reason}); to see what it would put back: git okstra run restore {word(last.id)} --dry-run"
    )
    return last


def _who_left(claim: Claim, snapshot: WorktreeSnapshot | None) -> tuple[str, str]:
    """The run that left what was kept, and how it ended; empty where nothing was kept, or that run is not known."""
    run = claim.task.runs.get(snapshot.about.run) if snapshot is not None else None
    if run is None or run.id == claim.run:
        return "", ""
    if run.id in claim.plan.died:
        return run.id, DIED
    return run.id, GIVEN_UP if run.status == "abandoned" else ENDED


def _joint_worktree(context: PrepareContext, claim: Claim, place: PlaceReserved, joint: JointAssembly) -> WorktreePart:
    """The worktree, made detached at what was put together."""
    assembly, path = joint.assembly, Path(place.worktree or "")
    make_detached(context.workspace.git, path, assembly.commit, f"okstra task={context.key} run={claim.run}")
    return WorktreePart(
        path=str(path),
        branch="",
        base=assembly.base,
        base_ref=assembly.base_ref,
        commit=assembly.commit,
        tree=assembly.tree,
        together=assembly.stages,
    )


def _worktree_to_verify(context: PrepareContext, task: Task) -> WorktreePart | None:
    """Where a single-stage verification looks: the stage's own worktree, when it stands there on its branch."""
    workspace, number = context.workspace, context.request.stage
    if number is None:
        return None
    stage, place = require_stage(task, number), task.places.get(f"stage-{number}")
    path = OwnWorktrees(workspace.git).path(place)
    if place is None or path is None:
        return None
    astray = find_astray(workspace.git, path, place.branch)
    if astray is not None:
        workspace.note(f"the worktree {place.worktree} of stage {number} {astray.what}; the run gets none")
        return None
    base = stage.range.base if stage.range and stage.range.base else stage.base
    commit, tree = (stage.range.head, stage.range.head_tree) if stage.range else ("", "")
    return WorktreePart(
        path=str(path), branch=stage.branch, base=base, base_ref=stage.base_ref, commit=commit, tree=tree
    )
