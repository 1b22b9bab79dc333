"""Tasks with plans, stages and runs as plain values, for the pure parts."""

from datetime import UTC, datetime, timedelta

from okstra_git.host.lives import Life
from okstra_git.records.runs import Holder, Plan, PlannedStage, Run, RunStatus
from okstra_git.records.states import Reservation, Stage, StageStatus, Task

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "shop/web/login"
WRITER = "01JWRITER0000000000000000A"


def planned(*stages: tuple[int, tuple[int, ...]]) -> Plan:
    """A plan of (number, depends-on) pairs."""
    rows = tuple(PlannedStage(number=number, title=f"part {number}", depends_on=on) for number, on in stages)
    return Plan(path="plan.md", blob="b" * 40, stages=rows)


def holder(name: str = "claude", pid: int = 7) -> Holder:
    return Holder(host="desk", boot="b1", pid=pid, born=1.0, name=name)


def run(
    id: str,
    stage: int | None = 1,
    *,
    name: str = "claude",
    status: RunStatus = "prepared",
    hours: float = 0,
    task_type: str = "implementation",
    ended: bool = False,
) -> Run:
    """A run whose holder has this name, which the looks below read as its fate; touched so many hours ago."""
    return Run(
        id=id, task_type=task_type, seq=1, stage=stage, status=status, holder=holder(name), nonce=f"n-{id}",
        touched=NOW - timedelta(hours=hours), ended=NOW if ended else None,
    )  # fmt: skip


def task(
    *runs: Run,
    plan: Plan | None = None,
    stages: dict[int, StageStatus] | None = None,
    places: dict[int, str] | None = None,
    is_open: bool = True,
) -> Task:
    """A task with stages in these states, and active places by the writer that holds them."""
    rows = {
        f"stage-{number}": Reservation(scope=f"stage-{number}", branch=f"b-{number}", writer=writer, at=NOW)
        for number, writer in (places or {}).items()
    }
    return Task(
        key=KEY,
        is_open=is_open,
        plan=plan,
        runs={one.id: one for one in runs},
        stages={number: Stage(number=number, status=status) for number, status in (stages or {}).items()},
        places=rows,
    )


def look(holder: Holder) -> Life:
    """A holder called `dead` is dead, `away` cannot be looked at, any other lives."""
    if holder.name == "dead":
        return Life("dead", "its process ended")
    return Life("unknown", "it runs on another machine") if holder.name == "away" else Life("alive")
