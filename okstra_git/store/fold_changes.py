"""What reducers share: changing frozen records, and what a stage is by the whole of its record."""

from typing import Any, TypeVar

from okstra_git.records.base import Record
from okstra_git.records.states import Stage, StageStatus, Task

_R = TypeVar("_R", bound=Record)


def change(record: _R, **changes: Any) -> _R:
    """The record with these fields changed."""
    return record.model_copy(update=changes)


def put_stage(task: Task, stage: Stage) -> Task:
    """The task with this stage instead of the one of the same number."""
    return change(task, stages={**task.stages, stage.number: stage})


def settle_conflicts(task: Task) -> Task:
    """A person acted after the clones disagreed: what is on record now is what was meant."""
    return change(task, conflicts=())


def add_conflict(task: Task, sentence: str) -> Task:
    """The task with one more thing that clones disagree about."""
    return change(task, conflicts=(*task.conflicts, sentence))


def standing_of(stage: Stage) -> StageStatus:
    """What a recorded stage is now: the furthest it has come by what is still on record."""
    if stage.landed:
        return "landed"
    if stage.pr is not None:
        return "in-pr"
    return "verified" if stage.is_verified else "done"


def with_standing(stage: Stage) -> Stage:
    """The stage with its status brought in line with the rest of its record."""
    return change(stage, status=standing_of(stage)) if stage.range is not None else stage
