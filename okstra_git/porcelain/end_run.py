"""Ends runs: recorded as finished or given up, their files archived, their documents and worktrees left in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okstra_git.bundle.archive import pack_run
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.checkouts import clauses_of
from okstra_git.names import quote_path
from okstra_git.paths import real_path
from okstra_git.porcelain.conclusions import with_conclusion
from okstra_git.porcelain.current_state import LivenessChecker
from okstra_git.porcelain.prepare.refresh import conclude
from okstra_git.porcelain.prepare.whole_task import release_verification_worktree
from okstra_git.porcelain.project_files import project_root, writable_project_root
from okstra_git.porcelain.validate import validate_recorded
from okstra_git.records.runs import NO_DATA, UNCHECKED, VALID
from okstra_git.runs.ending import Ended, Finish, abandon_run, check_abandon, check_finish, finish_run
from okstra_git.runs.history import require_run
from okstra_git.runs.leases import GUARDED
from okstra_git.snapshots.take import snapshot_of_run
from okstra_git.stages.task import refuse_text
from okstra_git.stages.worktrees import see_stages
from okstra_git.store.clone import OwnWorktrees
from okstra_git.store.stage_dependencies import finished_stages

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.bundle.archive import Archive
    from okstra_git.porcelain.validate import Validation
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.snapshots.take import WorktreeSnapshot


@dataclass(frozen=True)
class Abandoned:
    """A run that was given up, and the snapshot of what lay uncommitted in its worktree, if anything did."""

    ended: Ended
    snapshot: WorktreeSnapshot | None


def finish(
    workspace: Workspace, run_id: str, asked: Finish, *, archive: bool, unchecked: bool = False
) -> Ended | Validation:
    """Record that a run ended by itself. `asked.report` is as the caller named it; refuses a report that is missing.

    What the run left is validated first: where that fails nothing is recorded, and the failures are returned. Without
    report data nothing can be checked, which is recorded, as it is that somebody finished a run `unchecked`.
    """
    refuse_text(asked.reason, what="reason")
    writable_project_root(workspace)  # refuses before anything is recorded
    asked = replace(asked, report=_recorded_report(workspace, asked.report))
    is_ours = LivenessChecker(workspace).is_ours
    task, run = require_run(workspace.store.read().state, run_id)
    if check_finish(task, run, asked, is_ours):  # documents are read only for a caller who may end the run
        asked = with_conclusion(workspace, run, asked)
        outcome = _checked(workspace, task, run, asked, unchecked=unchecked)
        if not isinstance(outcome, Finish):
            return outcome
        asked = outcome
    ended = finish_run(workspace.store, run_id, asked, is_ours=is_ours, pack=packer(workspace, wanted=archive))
    _leave_in_order(workspace, ended)
    _remind_of_stage(workspace, ended)
    return ended


def _checked(workspace: Workspace, task: Task, run: Run, asked: Finish, *, unchecked: bool) -> Finish | Validation:
    """The end with what became of its validation, or the validation that failed; a run that failed owes nothing."""
    if asked.outcome != "finished":
        return asked
    if unchecked:
        return replace(asked, validation=UNCHECKED)
    validation = validate_recorded(workspace, task, _with_report(run, asked.report))
    if validation is None:
        workspace.note("nothing was validated: the run has no report data")
        return replace(asked, validation=NO_DATA)
    if validation.failures:
        return validation
    return replace(asked, validation=VALID, warnings=len(validation.warnings))


def _with_report(run: Run, report: str) -> Run:
    """The run as it will be once its end is recorded."""
    return run.model_copy(update={"report": report}) if report else run


def abandon(workspace: Workspace, run_id: str, *, reason: str, force: bool, archive: bool) -> Abandoned:
    """Give a run up for its holder; uncommitted work in its worktree is kept in a snapshot first."""
    refuse_text(reason, what="reason")
    writable_project_root(workspace)  # refuses before anything is recorded
    liveness = LivenessChecker(workspace)
    task, run = require_run(workspace.store.read().state, run_id)
    snapshot = None
    if check_abandon(task, run, liveness.life_of, liveness.is_ours, force=force):
        snapshot = keep_worktree(workspace, task, run, "before its run was abandoned")
    ended = abandon_run(
        workspace.store, run.id, reason=reason, force=force, life_of=liveness.life_of, is_ours=liveness.is_ours,
        pack=packer(workspace, wanted=archive),
    )  # fmt: skip
    _leave_in_order(workspace, ended)
    return Abandoned(ended, snapshot)


def _leave_in_order(workspace: Workspace, ended: Ended) -> None:
    """What follows a recorded end: the task's documents, and the worktree in which stages were verified together."""
    workspace.warn(ended.warning)
    conclude(workspace, writable_project_root(workspace), ended.task, ended.run)
    release_verification_worktree(workspace, ended.task, ended.run)


def packer(workspace: Workspace, *, wanted: bool) -> Callable[[Task, Run], Archive | None]:
    """Packs a run's artifacts for the log, unless that is not wanted; without documents there is nothing to pack.

    Those of another clone's run are there: whatever its record names here is not looked at.
    """

    def pack(task: Task, run: Run) -> Archive | None:
        if not wanted:
            return None
        if not OwnWorktrees(workspace.git).is_own(run):
            workspace.note(f"run {run.id} was prepared in another clone; nothing of it is archived here")
            return None
        root, home = writable_project_root(workspace), str(workspace.home)
        return pack_run(workspace.git, run, root, task=task.key.slashed, home=home, now=workspace.now())

    return pack


def keep_worktree(workspace: Workspace, task: Task, run: Run, reason: str) -> WorktreeSnapshot | None:
    """Snapshot uncommitted work where the run worked; a failure is a warning only, since nothing is removed."""
    try:
        snapshot = snapshot_of_run(workspace.git, task, run, reason=reason, now=workspace.now())
    except OkstraError as refusal:
        workspace.warn(f"what lies uncommitted in the run's worktree could not be kept: {refusal.message}")
        return None
    if snapshot is not None:
        workspace.note(f"what lies uncommitted in {snapshot.worktree} is kept as snapshot {snapshot.id}")
        for line in snapshot.left_out:
            workspace.warn(f"not in the snapshot: {line}")
    return snapshot


def _remind_of_stage(workspace: Workspace, ended: Ended) -> None:
    """Say so when an implementation ends well and its stage has no commit on record, or has work beside that."""
    run, key = ended.run, str(ended.task.key)
    if not ended.task.is_open:
        return  # a closed task takes no commit
    if run.task_type != GUARDED or run.status != "finished" or run.stage is None:
        return
    if run.stage not in finished_stages(ended.task):
        workspace.note(
            f"stage {run.stage} is not recorded as done; when it is: "
            f"git okstra stage done {run.stage} --task-key {key} --carry FILE"
        )
    checkout = see_stages(workspace.git, [ended.task]).get((ended.task.key, run.stage))
    clauses = clauses_of(checkout, ended.task.stages[run.stage].branch) if checkout is not None else []
    if checkout is not None and clauses:
        workspace.note(f"the worktree {checkout.path} of stage {run.stage}: {', '.join(clauses)}; no record has that")


def _recorded_report(workspace: Workspace, name: str) -> str:
    """The report as it is recorded, relative to the project's root if it is inside; refuses a missing one."""
    root = project_root(workspace)
    path = next((path for path in (workspace.cwd / name, root / name) if _is_file(path)), None)
    if not name:
        return ""
    if path is None or not name.isprintable():
        raise refuse(
            "report.missing",
            f"there is no report {quote_path(name)}",
            hint="write it first, or leave --report out",
            path=name,
        )
    real = real_path(path)
    return real.relative_to(real_path(root)).as_posix() if real.is_relative_to(real_path(root)) else str(real)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
