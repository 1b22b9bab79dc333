"""The part of the fold about stages that were verified together: what such a verification is for each of them."""

from collections.abc import Callable
from typing import Any

from okstra_git.records import events as e
from okstra_git.records.handoff import GroupVerification
from okstra_git.records.stage import Verification
from okstra_git.records.states import Stage, Task
from okstra_git.state.folding import change, put_stage, with_standing


def stands_together(task: Task, found: GroupVerification) -> bool:
    """Whether every stage of the verification still has exactly the files that it had then."""
    return all(
        (stage := task.stages.get(member.stage)) is not None
        and stage.range is not None
        and stage.range.head_tree == member.tree
        for member in found.assembled.members
    )


def with_parted(task: Task) -> Task:
    """The task in whose stages it is noted which were verified in a group that is not any more what it was."""
    for stage in task.stages.values():
        verified = stage.verified
        if verified is None or not verified.group:
            continue
        found = task.verifications.get(verified.group)
        parted = found is None or not stands_together(task, found)
        if parted != verified.parted:
            task = put_stage(task, with_standing(change(stage, verified=change(verified, parted=parted))))
    return task


def _group_verified(task: Task, event: e.Event, fact: e.GroupVerified) -> Task:
    """The stages count as verified in this group, but for those that were verified by themselves as they are now."""
    said = fact.model_dump(exclude={"type", "task", "assembled"})
    kept: dict[str, Any] = {"event": event.id, "by": event.by, "at": event.at}
    found = GroupVerification(assembled=fact.assembled, **said, **kept)
    task = change(task, verifications={**task.verifications, fact.assembled.id: found})
    of_stage = {name: value for name, value in said.items() if name != "run"}
    for member in fact.assembled.members:
        stage = task.stages.get(member.stage)
        if stage is not None and stage.range is not None and not _is_verified_alone(stage):
            proof = Verification(commit=member.commit, tree=member.tree, group=fact.assembled.id, **of_stage, **kept)
            task = put_stage(task, with_standing(change(stage, verified=proof)))
    return task


def _is_verified_alone(stage: Stage) -> bool:
    return stage.is_verified and stage.verified is not None and not stage.verified.group


TOGETHER: dict[str, Callable[[Task, e.Event, Any], Task]] = {"group.verified": _group_verified}
"""A reducer for each type of event."""
