"""Records made up for pure parts: events and fingerprints for the fold, plans, runs and tasks for rules about runs."""

from datetime import UTC, datetime, timedelta

from okstra_git.host.process_facts import Liveness
from okstra_git.names import mint_ulid
from okstra_git.records.events import AnyFact, Event
from okstra_git.records.runs import Holder, Plan, PlannedStage, Run, RunStatus
from okstra_git.records.stage import Author, RangeFingerprint
from okstra_git.records.states import Reservation, Stage, StageStatus, Task

TASK = "shop/web/login"
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def oid(label: str) -> str:
    """A commit id that can be told from others by its label."""
    return label.encode().hex().ljust(40, "0")[:40]


def ulid(label: str) -> str:
    """A writer or a run that can be told from others by its label, in the order of the labels."""
    return label.encode().hex().upper().rjust(26, "0")


def a_range(head: str, base: str = "base") -> RangeFingerprint:
    """The print of a change that exists nowhere."""
    return RangeFingerprint(
        head=oid(head), head_tree=oid(f"t{head}"), base=oid(base), base_tree=oid(f"t{base}"), parents=(oid(base),),
        commits=1, author=Author(name="A", email="a@example.org", time=0), subject=head, delta="d0", delta_sum="50",
        path_count=1, paths_print="f0",
    )  # fmt: skip


def an_event(fact: AnyFact, *, clock: int, writer: str = "W1", seq: int | None = None) -> Event:
    """An event at its place in the order."""
    at = BEGIN + timedelta(minutes=clock)
    return Event(id=mint_ulid(clock), at=at, clock=clock, seq=clock if seq is None else seq, writer=ulid(writer),
                 fact=fact)  # fmt: skip


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


def look(holder: Holder) -> Liveness:
    """A holder called `dead` is dead, `away` cannot be looked at, any other lives."""
    if holder.name == "dead":
        return Liveness("dead", "its process ended")
    return Liveness("unknown", "it runs on another machine") if holder.name == "away" else Liveness("alive")
