"""Runs about the whole task: which stages they take, what these come to together, and the worktree to look at it in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.fs.root import Root
from okstra_git.git.removal import remove_worktree
from okstra_git.git.revisions import require_named
from okstra_git.git.worktrees import add_detached, find_worktree
from okstra_git.handoff.group_worktree import GroupDirectoryTaken
from okstra_git.handoff.joint import JointAssembly, assemble_jointly
from okstra_git.names import is_text, named_stages, shown
from okstra_git.paths import plan_key
from okstra_git.porcelain.base_contents import in_base, with_dependencies
from okstra_git.porcelain.task_lookup import default_base, worktree_root
from okstra_git.records.events import PlaceReserved
from okstra_git.runs.carrying import require_carry
from okstra_git.runs.context import Carried, GroupPart, StageRow, WorktreePart
from okstra_git.runs.scope import (
    Papers,
    Scope,
    choose_scope,
    describe_stage,
    describe_stages,
    report_of_stage,
    usual_base,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from okstra_git.git.repo import Git
    from okstra_git.porcelain.prepare.order import Order
    from okstra_git.records.states import Task

PLACE = "verification-"
"""How the scope of a verification's place begins; the number of its run follows."""


@dataclass(frozen=True)
class Whole:
    """The stages of a run about the task, and what they come to together where that is to be verified."""

    scope: Scope = field(default_factory=Scope)
    base_ref: str = ""
    joint: JointAssembly | None = None

    @property
    def print(self) -> str | None:
        """What names it among the inputs of the run; None where the run is about something else."""
        return self.joint.assembly.commit if self.joint else None

    @property
    def group(self) -> GroupPart | None:
        return GroupPart(self.scope.stages, self.base_ref) if self.scope.stages else None


def look_at_whole(order: Order, task: Task) -> Whole:
    """Choose the stages and put them together in memory; nothing for a run that is not about the task.

    Refuses stages that are not done and stages that contradict each other.
    """
    request, workspace = order.request, order.workspace
    if not request.is_about_task:
        return Whole()
    scope = choose_scope(task, request.stages, phase=request.phase.name, leave_unfinished=request.leave_unfinished)
    if not scope.stages:
        workspace.note(f"no stage of {order.key} is on record, so there is nothing to put together")
        return Whole(scope)
    left = [number for number in scope.unfinished if number not in scope.stages]
    if left:
        workspace.note(f"{named_stages(left)} of {order.key} {'are' if len(left) > 1 else 'is'} not done and not in it")
    base = _base_of(order, task, scope)
    if request.phase.name != "final-verification":
        here = tuple(number for number in scope.stages if not task.stages[number].landed)
        return Whole(replace(scope, stages=here), base)
    held = in_base(workspace, task, base, with_dependencies(task, scope.stages))
    return Whole(scope, base, assemble_jointly(workspace.git, task, scope.stages, base, held))


def _base_of(order: Order, task: Task, scope: Scope) -> str:
    """The base as it is recorded: what the line says, else where the stages were begun, else what is checked out."""
    git = order.workspace.git
    known = "" if order.request.base_ref else usual_base(task, scope.stages)
    return known or require_named(git, order.request.base_ref or default_base(order.workspace), what="the base").name


def place_of(order: Order, task: Task, seq: int, whole: Whole) -> PlaceReserved | None:
    """The row of the worktree in which a run of that number looks at what was put together; None where none is."""
    if whole.joint is None:
        return None
    path = worktree_root(order.workspace, order.key) / f"{PLACE}{seq}"
    if not is_text(str(path)):
        raise GroupDirectoryTaken(f"the worktree's path {shown(str(path))} is not UTF-8 and cannot be recorded",
                             hint="git okstra config set okstra.worktreeRoot DIR")  # fmt: skip
    return PlaceReserved(
        task=task.key,
        scope=f"{PLACE}{seq}",
        branch="",
        worktree=str(path),
        base_ref=whole.base_ref,
        phase="final-verification",
        stages=whole.scope.stages,
    )


def stand_in_assembly(order: Order, place: PlaceReserved, whole: Whole, run: str) -> WorktreePart:
    """The worktree, made detached at what was put together."""
    joint, path = whole.joint, Path(place.worktree or "")
    assert joint is not None
    make_detached(order.workspace.git, path, joint.assembly.commit, f"okstra task={order.key} run={run}")
    assembly = joint.assembly
    return WorktreePart(
        path=str(path),
        branch="",
        base=assembly.base,
        base_ref=assembly.base_ref,
        commit=assembly.commit,
        tree=assembly.tree,
        together=assembly.stages,
    )


def make_detached(git: Git, path: Path, commit: str, reason: str) -> None:
    """A locked worktree at the commit; one that is there already is kept, anything else in its place is refused."""
    here = find_worktree(git, path)
    if here is not None and path.is_dir():
        return
    if here is not None:
        remove_worktree(git, here)  # its directory is gone, what was put together is on record
    elif os.path.lexists(path) and (not path.is_dir() or any(path.iterdir())):
        raise GroupDirectoryTaken(
            f"{path} exists and is not a worktree of this repository",
            hint="move it away, then prepare again",
            path=str(path),
        )
    add_detached(git, path, commit=commit, reason=reason)


def rows_of(order: Order, task: Task, whole: Whole) -> tuple[StageRow, ...]:
    """The stages as the bundle tells them: all of the task's, or the one that is verified by itself."""
    papers = _papers(order, task)
    number = order.request.stage
    if number is not None and order.request.phase.name == "final-verification":
        return (describe_stage(task, number, papers),)
    return describe_stages(task, whole.scope, papers) if order.request.is_about_task else ()


def carried_of(order: Order, task: Task, whole: Whole) -> tuple[Carried, ...]:
    """What the stages that are looked at left for others, as far as they left anything, as those that follow get it."""
    if task.plan is None:
        return ()
    number = order.request.stage
    numbers = whole.scope.stages if number is None else (number,)
    left = [n for n in numbers if n in task.stages and task.stages[n].carry]
    key, project = plan_key(task.plan.blob), order.project
    return require_carry(
        task,
        left,
        files=Root(project.root),
        file_of=lambda n: project.task(order.key).carry(key, n),
        writer=order.writer,
    )


def _papers(order: Order, task: Task) -> Papers:
    paths = _carry_paths(order, task)
    return Papers(
        report=lambda number: report_of_stage(task, number, order.project.root),
        carry=lambda number: paths(number) if number in task.stages and task.stages[number].carry else "",
    )


def _carry_paths(order: Order, task: Task) -> Callable[[int], str]:
    """Where the carry file of a stage stands; nowhere without an approved plan, by which these folders are named."""
    project, plan = order.project, task.plan
    if plan is None:
        return lambda _: ""
    return lambda number: project.relative(project.task(order.key).carry(plan_key(plan.blob), number))
