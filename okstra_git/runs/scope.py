"""Which stages a run about the whole task is about: a pure choice over plan and records, and how each stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.names import is_commit_id, named_stages
from okstra_git.phases import ABOUT_TASK
from okstra_git.records.states import Task
from okstra_git.runs.leases import finished_stages


@dataclass(frozen=True)
class Scope:
    """The stages that a run is about together, and why each of the others is not: `not begun`, `begun` …"""

    stages: tuple[int, ...] = ()
    unfinished: Mapping[int, str] = field(default_factory=dict)


def all_stages(task: Task) -> tuple[int, ...]:
    """The stages of the approved plan; without one, all that are on record."""
    return tuple(sorted(row.number for row in task.plan.stages)) if task.plan else tuple(sorted(task.stages))


def choose_scope(task: Task, wanted: Sequence[int], *, phase: str, leave_unfinished: bool) -> Scope:
    """All stages of the task, or those that a person named, for a run of this phase.

    Refuses stages that are not done, all of them together, unless a person named others or said that unfinished ones
    may be left out; then they are reported. A task without any stage has an empty scope.
    """
    numbers, done = all_stages(task), finished_stages(task)
    unknown = sorted({*wanted} - {*numbers, *task.stages})
    if unknown:
        raise _unknown(task, unknown, numbers)
    unfinished = {number: _how_far(task, number, done) for number in numbers if number not in done}
    asked = tuple(sorted(wanted)) or numbers
    open_ones = [number for number in asked if number not in done]
    if open_ones and (wanted or not leave_unfinished or len(open_ones) == len(asked)):
        raise _unfinished(task, phase, open_ones, [number for number in asked if number in done])
    return Scope(tuple(number for number in asked if number in done), unfinished)


def stages_flag(task: Task, phase: str) -> str:
    """What a next line needs so that a run about the task is not refused: ` --stages 1,2` where others are not done."""
    numbers, done = all_stages(task), finished_stages(task)
    ready = [number for number in numbers if number in done]
    if phase not in ABOUT_TASK or not ready or len(ready) == len(numbers):
        return ""
    return f" --stages {word(','.join(map(str, ready)))}"


def usual_base(task: Task, numbers: Collection[int]) -> str:
    """The branch on which those stages were begun that build on nothing, else the task's; empty when none is known."""
    first = {task.stages[n].base_ref for n in numbers if n in task.stages and not task.stages[n].depends_on}
    refs = [first.pop() if len(first) == 1 else "", task.anchor.ref if task.anchor else ""]
    return next((ref for ref in refs if ref and ref != "HEAD" and not is_commit_id(ref)), "")


def _how_far(task: Task, number: int, done: Collection[int]) -> str:
    """Why the stage is not done."""
    stage = task.stages.get(number)
    if stage is not None and stage.status == "started":
        return "begun, not done"
    planned = next((row for row in task.plan.stages if row.number == number), None) if task.plan else None
    needs = planned.depends_on if planned is not None else stage.depends_on if stage is not None else ()
    missing = [other for other in needs if other not in done]
    return f"not begun, waits for {named_stages(missing)}" if missing else "not begun"


def _unknown(task: Task, unknown: Sequence[int], numbers: Sequence[int]) -> OkstraError:
    key = str(task.key)
    return refuse(
        "stage.unknown",
        f"{key} has no {named_stages(unknown)}; it has {named_stages(numbers) if numbers else 'none'}",
        hint=f"git okstra status {key}",
        stages=list(unknown),
    )


def _unfinished(task: Task, phase: str, open_ones: Sequence[int], ready: Sequence[int]) -> OkstraError:
    key, done = str(task.key), finished_stages(task)
    listed = "; ".join(f"stage {number} is {_how_far(task, number, done)}" for number in open_ones)
    ways = [f"git okstra status {key}"]
    if ready:
        prepare = f"git okstra run prepare --task-key {key} --task-type {word(phase)}"
        ways = ["finish them; or take what is done:", f"{prepare} --stages {','.join(map(str, ready))}"]
    return refuse(
        "task.unfinished",
        f"{key} is not finished: {listed}",
        hint="\n".join(ways),
        stages=[{"stage": number, "why": _how_far(task, number, done)} for number in open_ones],
        done=list(ready),
    )
