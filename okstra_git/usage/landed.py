"""What a landed change cost: the usage of every run about its stages, those that came to nothing included.

A stage is followed through every rewrite by its record, so its runs are found by its number, whatever its commits are
called now. Work that belongs to no stage of its own (requirements, planning, verifying everything) stands once, under
`shared`: dividing it among stages would be a guess, and counting it with each of them a multiple of the truth.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from okstra_git.records.states import Task
from okstra_git.usage.prices import Prices
from okstra_git.usage.rows import UsageRow, group_usage, used_parts


@dataclass(frozen=True)
class ChangeCost:
    """What the runs about one stage used (None = about all of them); `commit` is where it is now or landed.

    `runs` is how many there were, `fruitless` how many of them failed or were given up.
    """

    task: Task
    stage: int | None
    state: str
    commit: str
    runs: int
    fruitless: int
    row: UsageRow


def cost_of_changes(tasks: Iterable[Task], prices: Prices) -> list[ChangeCost]:
    """A row for every stage that something was used for, by task and number, and one for what they share."""
    return [cost for task in tasks for cost in _of_task(task, prices)]


def _of_task(task: Task, prices: Prices) -> list[ChangeCost]:
    parts = list(used_parts([task]))
    numbers = sorted({part.run.stage for part in parts}, key=lambda number: number or 0)
    return [
        _of_stage(task, number, group_usage((part for part in parts if part.run.stage == number), "stage", prices)[0])
        for number in numbers
    ]


def _of_stage(task: Task, number: int | None, row: UsageRow) -> ChangeCost:
    runs = [run for run in task.runs.values() if run.stage == number]
    fruitless = sum(run.status in ("failed", "abandoned") for run in runs)
    stage = task.stages.get(number) if number is not None else None
    if stage is None:
        return ChangeCost(task, number, "", "", len(runs), fruitless, row)
    head = stage.range.head if stage.range is not None else ""
    commit = stage.landing.commit if stage.landing is not None else head
    return ChangeCost(task, number, "landed" if stage.landed else stage.status, commit, len(runs), fruitless, row)
