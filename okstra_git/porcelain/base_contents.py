"""What the branch that a group goes to has already, asked of that branch itself, for the handoff commands."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from okstra_git.git.history import contains
from okstra_git.git.remotes import branch_tips
from okstra_git.git.revisions import find_recorded
from okstra_git.handoff.eligibility import dependencies
from okstra_git.handoff.selection import InBase
from okstra_git.porcelain.follow import make_judge
from okstra_git.reconcile.branch_contents import Delivered, find_delivered
from okstra_git.reconcile.scope import SearchRef

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.judge import Judge
    from okstra_git.records.states import Stage, State, Task


def in_base(workspace: Workspace, task: Task, base: str, stages: Collection[int], *, at: str | None = None) -> InBase:
    """What the base has of these stages; `at` is the commit to look at instead of where it stands now."""
    tip = at or find_recorded(workspace.git, base)
    if tip is None or not stages:
        return InBase()
    judge = make_judge(workspace, workspace.store.read().state)
    return _delivered_in_base(find_delivered(judge, task, stages, *_homes(workspace, base, tip)).values())


def with_dependencies(task: Task, stages: Collection[int]) -> set[int]:
    """The stages and what they build on."""
    return {*stages, *(other for number in stages for other in dependencies(task, number))}


def landed_elsewhere(workspace: Workspace, task: Task) -> frozenset[str]:
    """Groups (ids) and pull requests (addresses) whose stages landed, but not all of them where these go to."""
    state = workspace.store.read().state
    handed = [*((group.id, group.base_ref, group.stages) for group in task.groups.values()),
              *((pr.url, pr.base_ref, pr.stages) for pr in task.prs.values())]  # fmt: skip
    landed = [
        delivery
        for delivery in handed
        if _have_landed(task, delivery[2]) and not _is_branch_of_task(state, delivery[1])
    ]
    return frozenset(name for name, base, stages in landed if _is_missed(workspace, task, base, stages))


def _have_landed(task: Task, stages: Collection[int]) -> bool:
    return all(number in task.stages and task.stages[number].landed for number in stages)


def _is_missed(workspace: Workspace, task: Task, base: str, stages: Collection[int]) -> bool:
    """Whether the base lacks one of the landed stages; a base that is not a branch any more lacks nothing."""
    tips = branch_tips(workspace.git, base)
    left = [number for number in stages if not _is_below(workspace, tips, task.stages[number])] if tips else []
    return any(number not in in_base(workspace, task, base, left, at=tips[0]).whole for number in left)


def _is_below(workspace: Workspace, tips: Collection[str], stage: Stage) -> bool:
    arrived = stage.landing.commit if stage.landing is not None else stage.range.head if stage.range else ""
    return any(contains(workspace.git, tip, arrived) for tip in tips)


def in_usual_bases(workspace: Workspace, task: Task) -> InBase:
    """What of the landed stages the branches have that these were begun on; a stage begun on another one's branch, or
    on something that is not a branch, counts as landed wherever it landed."""
    state = workspace.store.read().state
    judge = make_judge(workspace, state)
    whole: dict[int, str] = {}
    for number, stage in task.stages.items():
        target = stage.landing.target if stage.landing is not None else stage.base_ref
        if stage.landed and (_is_branch_of_task(state, stage.base_ref) or _has_own_base(workspace, judge, task, stage)):
            whole[number] = target
    return InBase(whole=whole)


def _has_own_base(workspace: Workspace, judge: Judge, task: Task, stage: Stage) -> bool:
    """Whether the branch that the stage was begun on has it."""
    tips = branch_tips(workspace.git, stage.base_ref)
    if not tips or _is_below(workspace, tips, stage):
        return True
    delivered = find_delivered(judge, task, [stage.number], *_homes(workspace, stage.base_ref, tips[0]))
    return bool(delivered.get(stage.number, Delivered(0)).whole)


def _is_branch_of_task(state: State, base: str) -> bool:
    """Whether this is a branch of a stage or a group, where nothing is meant to end; or no name at all."""
    name = base.removeprefix("refs/heads/")
    stages = {stage.branch for task in state.tasks.values() for stage in task.stages.values()}
    groups = {group.branch for task in state.tasks.values() for group in task.groups.values()}
    return not name or name in stages | groups


def _homes(workspace: Workspace, base: str, tip: str) -> tuple[SearchRef, list[SearchRef]]:
    """The base, and the same branch elsewhere where that has more."""
    others = [
        other for other in branch_tips(workspace.git, base) if other != tip and contains(workspace.git, other, tip)
    ]
    return SearchRef("target", base, tip), [SearchRef("target", base, other) for other in others]


def _delivered_in_base(deliveries: Collection[Delivered]) -> InBase:
    return InBase(
        whole={delivered.stage: delivered.whole for delivered in deliveries if delivered.whole},
        upto={delivered.stage: delivered.upto for delivered in deliveries if delivered.upto},
        lacks={delivered.stage: delivered.lacks for delivered in deliveries if delivered.lacks},
    )
