"""The stages of a task as a bundle describes them: what is recorded of each, and where its documents stand."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from okstra_git.bundle.context import StageRow
from okstra_git.fs.root import Root
from okstra_git.names import named_stages
from okstra_git.records.states import Stage, Task

IMPLEMENTATION = "implementation"


def describe_stages(
    task: Task,
    numbers: Collection[int],
    root: Path,
    carry: Callable[[int], str],
    *,
    taken: Collection[int],
    unfinished: Mapping[int, str],
) -> tuple[StageRow, ...]:
    """These stages as they stand now; `taken` are those that the run is about, `unfinished` says of others why not."""
    return tuple(
        describe_stage(task, number, root, carry, in_scope=number in taken, state=unfinished.get(number, ""))
        for number in sorted(numbers)
    )


def describe_stage(
    task: Task, number: int, root: Path, carry: Callable[[int], str], *, in_scope: bool = True, state: str = ""
) -> StageRow:
    """One stage: what is recorded of it, and where its documents stand: `carry` says it of its carry file."""
    stage = task.stages.get(number)
    planned = next((row for row in task.plan.stages if row.number == number), None) if task.plan else None
    title = (stage.title if stage else "") or (planned.title if planned else "")
    if stage is None:
        return StageRow(number, title, state or "not begun", in_scope=in_scope)
    return StageRow(
        number=number,
        title=title,
        state=state or stage.status,
        commit=stage.range.head if stage.range else "",
        tree=stage.range.head_tree if stage.range else "",
        branch=stage.branch,
        verification=_verification(stage),
        verified_by=stage.verified.report if stage.verified is not None and stage.is_verified else "",
        report=report_of_stage(task, number, root),
        carry=carry(number) if stage.carry else "",
        in_scope=in_scope,
    )


def report_of_stage(task: Task, number: int, root: Path) -> str:
    """The newest report of an implementation of the stage, as its run recorded it; empty when there is none."""
    runs = [run for run in task.runs.values() if run.task_type == IMPLEMENTATION and run.stage == number and run.report]
    newest = max(runs, key=lambda run: run.id, default=None)
    return newest.report if newest is not None and Root(root, links=True).is_file(newest.report) else ""


def _verification(stage: Stage) -> str:
    verified = stage.verified
    if verified is None:
        return "none"
    if not stage.is_verified:
        return "does not stand any more"
    group = f"with {named_stages([n for n in _numbers(verified.group) if n != stage.number])}"
    return group if "-" in verified.group else "accepted"


def _numbers(group: str) -> list[int]:
    return [int(part) for part in group.split("-") if part.isdecimal()]
