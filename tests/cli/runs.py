"""Runs put on record as a prepare would, led by real processes, for the commands that come after."""

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from okstra_git.names import mint_ulid, parse_task_key
from okstra_git.records.events import PlanApproved, RunClaimed, RunPrepared
from okstra_git.records.runs import Holder, PlannedStage
from okstra_git.runs.holder import holder_of_pid, own_holder
from tests.cli.shop import KEY, TASK
from tests.kit.scenario import World
from tests.kit.stores import now, open_store, record

SLASHED = KEY.replace(":", "/")
FOLDER = f".okstra/tasks/{SLASHED}/runs/implementation/stage-1"


def sleeping() -> tuple["subprocess.Popen[bytes]", Holder]:
    """A process that lives until it is killed, and how it is recorded."""
    process = subprocess.Popen(["sleep", "300"])
    return process, holder_of_pid(process.pid)


def approve_plan(world: World, *stages: tuple[int, tuple[int, ...]]) -> None:
    """An approved plan with these stages, its file in place."""
    path = world.write("plan.md", "the plan\n")
    blob = world.ask("hash-object", str(path))
    rows = tuple(PlannedStage(number=number, title=f"part {number}", depends_on=on) for number, on in stages)
    record(open_store(world), PlanApproved(task=SLASHED, path="plan.md", blob=blob, stages=rows))


def start_stage(world: World, home: Path, number: int = 1) -> World:
    """A stage with a worktree of its own, which is returned."""
    world.okstra("stage", "start", str(number), *TASK, "--base", "main")
    place = home.joinpath(".okstra", "worktrees", *KEY.split(":"), f"stage-{number}")
    return World(place, labels=world.labels, clock=world.clock)


def prepare(
    world: World,
    holder: Holder,
    stage: int | None = 1,
    *,
    nonce: str = "n1",
    task_type: str = "implementation",
    hours_ago: float = 0,
) -> str:
    """A prepared run; its id."""
    then = now() - timedelta(hours=hours_ago)
    run = mint_ulid(int(then.timestamp() * 1000))
    place = open_store(world).read().state.tasks[parse_task_key(SLASHED)].places.get(f"stage-{stage}")
    where = {"branch": place.branch, "worktree": place.worktree} if place else {}
    record(
        replace(open_store(world), now=lambda: then),
        RunClaimed(task=SLASHED, run=run, task_type=task_type, seq=1, stage=stage, holder=own_holder()),
        RunPrepared(task=SLASHED, run=run, stage=stage, holder=holder, nonce=nonce, folder=FOLDER,
                    instruction_set=f"{FOLDER}/instruction-set/001", team="okstra-shop-web-login-s1", **where),
    )  # fmt: skip
    return run


def claim(world: World, holder: Holder, stage: int) -> str:
    """A run that is being prepared by this process."""
    run = mint_ulid(int(now().timestamp() * 1000))
    fact = RunClaimed(task=SLASHED, run=run, task_type="implementation", seq=1, stage=stage, holder=holder)
    record(open_store(world), fact)
    return run
