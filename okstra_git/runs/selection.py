"""Which stage the next run takes: a pure choice over what is recorded and who lives."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.records.runs import Holder, Plan, PlannedStage
from okstra_git.records.states import Task
from okstra_git.runs.leases import Lease, finished_stages, lease_on
from okstra_git.store.registry import refuse_closed
from okstra_git.store.stage_dependencies import awaited_stages, listed, require_planned


@dataclass(frozen=True)
class Choice:
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


def select_stage(task: Task, plan: Plan, wanted: int | None, leases: Iterable[Lease], *, writer: str) -> Choice:
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


def _first_line(task: Task, first: int) -> str:
    """The line that begins or records the first of the stages that another one waits for."""
    key, begun = str(task.key), task.stages.get(first)
    if begun is not None and begun.base:
        return f"git okstra stage done {word(first)} --task-key {key}"
    return f"git okstra run prepare --task-key {key} --task-type implementation --stage {word(first)}"


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


def _named(task: Task, plan: Plan, wanted: int, leases: tuple[Lease, ...], writer: str) -> Choice:
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


def _choice(stage: PlannedStage, leases: Iterable[Lease]) -> Choice:
    return Choice(stage.number, stage, tuple(lease.run for lease in leases if lease.stage == stage.number))


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
