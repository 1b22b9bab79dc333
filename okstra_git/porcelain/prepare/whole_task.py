"""Runs about the whole task: their stages, what these come to, and the worktree in which that is looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from okstra_git.bundle.context import Carried, GroupPart, StageRow
from okstra_git.bundle.stages import describe_stage, describe_stages, require_carry
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.git.revisions import require_named
from okstra_git.git.unsaved_work import UnsavedItem
from okstra_git.git.worktree_changes import remove_worktree
from okstra_git.git.worktrees import add_detached, find_worktree
from okstra_git.handoff.verification import JointAssembly, assemble_jointly
from okstra_git.names import named_stages
from okstra_git.paths import plan_key, real_path
from okstra_git.porcelain.base_contents import in_base, with_dependencies
from okstra_git.porcelain.task_lookup import default_base
from okstra_git.runs.selection import Scope, all_stages, choose_scope, usual_base
from okstra_git.stages.complete import release_reservation
from okstra_git.store.clone import OwnWorktrees

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.git.repo import Git
    from okstra_git.git.worktrees import Worktree
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class Whole:
    """The stages of a run about the task, and what they come to together where that is to be verified."""

    scope: Scope = field(default_factory=Scope)
    base_ref: str = ""
    joint: JointAssembly | None = None

    @property
    def commit(self) -> str | None:
        """What names it among the inputs of the run; None where the run is about something else."""
        return self.joint.assembly.commit if self.joint else None

    @property
    def group(self) -> GroupPart | None:
        """The stages as the bundle has them."""
        return GroupPart(self.scope.stages, self.base_ref) if self.scope.stages else None


def look_at_whole(context: PrepareContext, task: Task) -> Whole:
    """Choose the stages and put them together in memory; nothing for a run that is not about the task.

    Refuses stages that are not done and stages that contradict each other.
    """
    request, workspace = context.request, context.workspace
    if not request.is_about_task:
        return Whole()
    scope = choose_scope(task, request.stages, phase=request.phase.name, leave_unfinished=request.leave_unfinished)
    if not scope.stages:
        workspace.note(f"no stage of {context.key} is on record, so there is nothing to put together")
        return Whole(scope)
    left = [number for number in scope.unfinished if number not in scope.stages]
    if left:
        are = "are" if len(left) > 1 else "is"
        workspace.note(f"{named_stages(left)} of {context.key} {are} not done and not in it")
    base = _recorded_base(context, task, scope)
    if request.phase.name != "final-verification":
        unlanded = tuple(number for number in scope.stages if not task.stages[number].landed)
        return Whole(replace(scope, stages=unlanded), base)
    contained = in_base(workspace, task, base, with_dependencies(task, scope.stages))
    return Whole(scope, base, assemble_jointly(workspace.git, task, scope.stages, base, contained))


def stage_rows(context: PrepareContext, task: Task, whole: Whole) -> tuple[StageRow, ...]:
    """The stages as the bundle has them: all of the task's, or the one that is verified by itself."""
    request, root, carry = context.request, context.project.root, _carry_paths(context, task)
    if request.stage is not None and request.phase.name == "final-verification":
        return (describe_stage(task, request.stage, root, carry),)
    if not request.is_about_task:
        return ()
    scope, numbers = whole.scope, {*all_stages(task), *whole.scope.stages}
    return describe_stages(task, numbers, root, carry, taken=scope.stages, unfinished=scope.unfinished)


def left_carry(context: PrepareContext, task: Task, whole: Whole) -> tuple[Carried, ...]:
    """What the stages that are looked at left for others, as far as they left anything, as those that follow get it."""
    if task.plan is None:
        return ()
    number, key, project = context.request.stage, plan_key(task.plan.blob), context.project
    numbers = whole.scope.stages if number is None else (number,)
    return require_carry(
        task,
        [n for n in numbers if n in task.stages and task.stages[n].carry],
        files=Root(project.root),
        file_of=lambda n: project.task(context.key).carry(key, n),
        writer=context.writer,
    )


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


def _recorded_base(context: PrepareContext, task: Task, scope: Scope) -> str:
    """The base as it is recorded: what the line says, else where the stages were begun, else what is checked out."""
    workspace, named = context.workspace, context.request.base_ref
    usual = "" if named else usual_base(task, scope.stages)
    return usual or require_named(workspace.git, named or default_base(workspace), what="the base").name


def _carry_paths(context: PrepareContext, task: Task) -> Callable[[int], str]:
    """Where the carry file of a stage stands; nowhere without an approved plan, by which these folders are named."""
    project, plan = context.project, task.plan
    if plan is None:
        return lambda _: ""
    return lambda number: project.relative(project.task(context.key).carry(plan_key(plan.blob), number))


def _occupants(workspace: Workspace, worktree: Worktree) -> list[UnsavedItem]:
    is_inside = real_path(workspace.cwd).is_relative_to(real_path(worktree.path))
    return [UnsavedItem("occupied", "you are in it")] if is_inside else []
