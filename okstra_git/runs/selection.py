"""Which stages the next run takes: one, or those that a run about the whole task is about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.names import is_commit_id, named_stages
from okstra_git.phases import ABOUT_TASK
from okstra_git.records.runs import Holder, Plan, PlannedStage
from okstra_git.records.states import Task
from okstra_git.runs.leases import Lease, lease_on
from okstra_git.store.registry import refuse_closed
from okstra_git.store.stage_dependencies import awaited_stages, finished_stages, listed, require_planned


@dataclass(frozen=True)
class SelectedStage:
    """The stage to take, as planned, and the runs whose dead holders leave it: a claim ends them."""

    number: int
    planned: PlannedStage
    dead_runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Obstacle:
    """Why a stage cannot begin: the refusal's code, a clause for people, the next command, and facts."""

    code: str
    why: str
    hint: str
    facts: dict[str, Any]


def select_stage(task: Task, plan: Plan, wanted: int | None, leases: Iterable[Lease], *, writer: str) -> SelectedStage:
    """The stage that was wanted, or the earliest that can begin (`wanted` None); refuses with the reason.

    `writer` is this clone. A dead holder keeps no one out. A stage that was started without a run may be taken.
    """
    refuse_closed(task)
    guarding = tuple(leases)
    if wanted is not None:
        return _named(task, plan, wanted, guarding, writer)
    planned = {stage.number: stage for stage in plan.stages}
    obstacles: dict[int, Obstacle] = {}
    for number, stage in sorted(planned.items()):
        obstacle = find_obstacle(task, stage, guarding, writer=writer)
        if obstacle is None:
            return _choice(stage, guarding)
        obstacles[number] = obstacle
    raise _none_ready(task, obstacles)


def find_obstacle(task: Task, stage: PlannedStage, leases: Iterable[Lease], *, writer: str) -> Obstacle | None:
    """What keeps a planned stage from beginning now, or None."""
    key, number, done = str(task.key), stage.number, finished_stages(task)
    if number in done:
        return Obstacle("stage.done-already", "is done", f"git okstra stage show {number} --task-key {key}", {})
    lease = lease_on(leases, number)
    if lease is not None and lease.is_live:
        facts = {"run": lease.run, "holder": lease.holder.model_dump() if lease.holder else None}
        return Obstacle("stage.occupied", f"is held by run {lease.run} ({named(lease.holder)})",
                        f"git okstra run show {word(lease.run)}", facts)  # fmt: skip
    missing = awaited_stages(task, stage)
    if missing:
        return Obstacle(
            "stage.waits", f"waits for {listed(missing)}", _first_line(task, missing[0]), {"waits_for": missing}
        )
    place = task.places.get(f"stage-{number}")
    if place is not None and place.status == "active" and place.writer != writer:
        return Obstacle(
            "stage.held-elsewhere",
            f"is reserved by another clone, on branch {place.branch}",
            f"there, or when that clone is gone: git okstra stage release {number} --task-key {key}",
            {"branch": place.branch, "writer": place.writer},
        )
    return None


def named(holder: Holder | None) -> str:
    """A holder for people: `claude, pid 123 on desk`."""
    if holder is None:
        return "nobody"
    return f"{holder.name or 'a process'}, pid {holder.pid} on {holder.host}"


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


def _first_line(task: Task, first: int) -> str:
    """The line that begins or records the first of the stages that another one waits for."""
    key, begun = str(task.key), task.stages.get(first)
    if begun is not None and begun.base:
        return f"git okstra stage done {word(first)} --task-key {key}"
    return f"git okstra run prepare --task-key {key} --task-type implementation --stage {word(first)}"


def _named(task: Task, plan: Plan, wanted: int, leases: tuple[Lease, ...], writer: str) -> SelectedStage:
    key, planned = str(task.key), require_planned(task, plan, wanted)
    obstacle = find_obstacle(task, planned, leases, writer=writer)
    if obstacle is not None:
        raise refuse(
            obstacle.code,
            f"stage {wanted} of {key} {obstacle.why}",
            hint=obstacle.hint,
            stage=wanted,
            task=key,
            **obstacle.facts,
        )
    return _choice(planned, leases)


def _choice(stage: PlannedStage, leases: Iterable[Lease]) -> SelectedStage:
    return SelectedStage(stage.number, stage, tuple(lease.run for lease in leases if lease.stage == stage.number))


def _none_ready(task: Task, obstacles: dict[int, Obstacle]) -> OkstraError:
    key = str(task.key)
    rows = [{"stage": number, "why": obstacle.why, "code": obstacle.code, **obstacle.facts}
            for number, obstacle in obstacles.items()]  # fmt: skip
    open_ones = [
        f"{number} {obstacle.why}" for number, obstacle in obstacles.items() if obstacle.code != "stage.done-already"
    ]
    if not obstacles:
        sentence = f"the approved plan of {key} has no stages"
    elif not open_ones:
        sentence = f"every stage of {key} is done"
    else:
        more = f", and {len(open_ones) - 3} more" if len(open_ones) > 3 else ""
        sentence = f"no stage of {key} can begin now: {'; '.join(open_ones[:3])}{more}"
    return refuse("stage.none-ready", sentence, hint=f"git okstra status {key}", task=key, stages=rows)


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
