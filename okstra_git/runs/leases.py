"""Which runs hold a stage right now, by whether their recorded holders live, and what their teams are called."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from okstra_git.digest import fingerprint
from okstra_git.host.process_facts import Liveness
from okstra_git.names import TaskKey
from okstra_git.records.runs import Holder, Run
from okstra_git.records.states import State, Task
from okstra_git.store.stage_dependencies import finished_stages
from okstra_git.wording import counted

Look = Callable[[Holder], Liveness]
"""Asks the operating system whether a holder lives."""

GUARDED = "implementation"
"""The one task type whose runs hold a stage against others."""

PREPARING_HOURS = 1
"""How long a prepare on another machine is believed in; it takes seconds, and clocks differ."""

UNTIMED = Liveness("dead", "nobody holds it")

_OTHERS = re.compile(r"[^a-z0-9]+")
MARK = 6
"""Characters of a key's fingerprint; enough to tell the few keys apart whose slugs are equal."""


class Lease(NamedTuple):
    """A run that was given a stage, with what is known of its holder; `since` is when it was last taken."""

    run: str
    stage: int
    life: Liveness
    holder: Holder | None
    since: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether it keeps others out."""
        return self.life.is_live


def leases_of(task: Task, look: Look, *, now: datetime, lease_hours: int) -> tuple[Lease, ...]:
    """Every lease of runs that have not ended, by stage; for each stage the one that counts comes first.

    Live ones count before dead ones, and later ones before earlier ones.
    """
    leases = [
        Lease(run.id, run.stage, life_of(run, look, now=now, lease_hours=lease_hours), run.holder, run.touched)
        for run in task.runs.values()
        if run.is_active and run.task_type == GUARDED and run.stage is not None
    ]
    newest = sorted(leases, key=lambda lease: lease.run, reverse=True)
    return tuple(sorted(newest, key=lambda lease: (lease.stage, not lease.is_live)))


def life_of(run: Run, look: Look, *, now: datetime, lease_hours: int) -> Liveness:
    """Whether the process behind a run lives; where that cannot be seen, the age of its lease decides, never `unknown`.

    Clocks differ, so a sign from the future counts as well, but no longer ahead than one from the past: otherwise a
    machine whose clock is years ahead would hold a stage for years.
    """
    if run.holder is None or run.touched is None:
        return UNTIMED
    liveness = look(run.holder)
    if liveness.state != "unknown":
        return liveness
    hours = min(lease_hours, PREPARING_HOURS) if run.status == "preparing" else lease_hours
    if abs(now - run.touched) < timedelta(hours=hours):
        return Liveness("alive", liveness.why)
    if run.touched > now:
        return Liveness("dead", f"{liveness.why} and its last sign is from the future: a wrong clock")
    return Liveness("dead", f"{liveness.why} and gave no sign for {counted(hours, 'hour')}")


def lease_on(leases: Iterable[Lease], stage: int) -> Lease | None:
    """The lease that counts for a stage, or None."""
    return next((lease for lease in leases if lease.stage == stage), None)


def occupied_stages(task: Task, leases: Iterable[Lease], *, besides: str | None = None) -> tuple[int, ...]:
    """Stages, ascending, that live runs other than `besides` are at work on; finished stages never count."""
    return tuple(
        sorted({lease.stage for lease in leases if lease.is_live and lease.run != besides} - finished_stages(task))
    )


def team_name(key: TaskKey, stage: int | None, *, taken: Iterable[str] = ()) -> str:
    """`okstra-<task key>` in lower case, every run of other characters one hyphen, then `-s<N>` for a stage.

    A name that belongs to another task already (`taken`) gets six characters that stand for the key. So a name never
    changes because of what comes later; readers take it from where it was recorded and never make it again.
    """
    slug = _OTHERS.sub("-", f"okstra-{key}".lower()).strip("-")
    suffix = f"-s{stage}" if stage is not None else ""
    name = slug + suffix
    return f"{slug}-{fingerprint(key.slashed.encode())[:MARK]}{suffix}" if name in set(taken) else name


def teams_of_others(state: State, key: TaskKey) -> frozenset[str]:
    """Team names that runs of other tasks have or had; a team may outlive its run."""
    return frozenset(
        run.team for task in state.tasks.values() if task.key != key for run in task.runs.values() if run.team
    )
