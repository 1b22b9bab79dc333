"""What the approved plan says of one stage, for whoever begins it: is it there, and what does it wait for."""

from collections.abc import Iterable

from okstra_git.errors import refuse
from okstra_git.records.runs import Plan, PlannedStage
from okstra_git.records.states import Task

FINISHED = ("done", "verified", "in-pr", "landed")
"""States in which nobody needs a stage any more, whoever still runs."""


def finished_stages(task: Task) -> frozenset[int]:
    """Stages that have their commit on record, verified, in a pull request or landed ones included."""
    return frozenset(number for number, stage in task.stages.items() if stage.status in FINISHED)


def require_planned(task: Task, plan: Plan, number: int) -> PlannedStage:
    """The stage as planned, or a refusal that names the stages that the plan has."""
    planned = next((stage for stage in plan.stages if stage.number == number), None)
    if planned is None:
        key, known = str(task.key), sorted(stage.number for stage in plan.stages)
        raise refuse(
            "stage.unknown-in-plan",
            f"the approved plan of {key} has no stage {number}; it has {listed(known) or 'none'}",
            hint=f"git okstra plan show --task-key {key}",
            stage=number,
            stages=known,
            plan=plan.path,
        )
    return planned


def awaited_stages(task: Task, planned: PlannedStage) -> list[int]:
    """The stages that the planned one builds on and that have no commit on record yet."""
    done = finished_stages(task)
    return [other for other in planned.depends_on if other not in done]


def listed(numbers: Iterable[int]) -> str:
    """`1, 2, 3`."""
    return ", ".join(map(str, numbers))
