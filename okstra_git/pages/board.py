"""What the board shows of a repository, as plain values: what needs a person, tasks, moves, conflicts ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

STATES = ("landed", "in-pr", "verified", "done", "started", "reserved", "pending")
"""Every state of a stage, the furthest first."""

FINISHED = frozenset({"done", "verified", "in-pr", "landed"})
"""States in which nobody has to work on a stage any more."""

Urgency = Literal["decide", "see"]


@dataclass(frozen=True)
class Need:
    """Something that waits for a person.

    `command` is the line to run, `instead` another one that does as well; `advice` says in words what no line does.
    `decide`: nobody else can settle it. `see`: it is worth a look. `more` counts what is like it and left out.
    """

    urgency: Urgency
    code: str
    message: str
    command: str = ""
    instead: str = ""
    advice: str = ""
    task: str | None = None
    stage: int | None = None
    more: int = 0


@dataclass(frozen=True)
class RunHolder:
    """Who holds a run: a program on a host; `is_alive` as far as it can be seen from here, and `why` if not."""

    run: str
    phase: str
    stage: int | None
    name: str
    host: str
    pid: int | None
    is_alive: bool
    why: str
    since: datetime | None
    clone: str
    is_own: bool


@dataclass(frozen=True)
class BoardStage:
    """One stage: as recorded or planned, as its branch stands in history, and as its worktree lies there.

    `finding` is `ok`, `auto` (it moved, and that is proven), `confirm` (a person has to say where) or None.
    """

    number: int
    title: str
    depends_on: tuple[int, ...]
    state: str
    finding: str | None = None
    reason: str = ""
    branch: str = ""
    commit: str = ""
    subject: str = ""
    worktree: str = ""
    open_work: str = ""
    needs_verification: bool = False
    is_released: bool = False
    moves: int = 0
    last_proof: str = ""
    landed_in: str = ""
    worker: RunHolder | None = None


@dataclass(frozen=True)
class Outcome:
    """A run that ended: what came of it and its report, a path below the project's root."""

    run: str
    phase: str
    number: int
    stage: int | None
    status: str
    report: str
    verdict: str
    next_phase: str
    ended: datetime | None
    questions: int = 0


@dataclass(frozen=True)
class Delivery:
    """A group of stages on its way out, or a pull request; `changes` say what is not as it was put together."""

    task: str
    stages: tuple[int, ...]
    branch: str
    base: str
    state: str
    url: str
    changes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    @property
    def link(self) -> str:
        """The address where it may be followed from a page: http and https alone."""
        is_web = self.url.startswith(("https://", "http://")) and self.url.isprintable()
        return self.url if is_web else ""


@dataclass(frozen=True)
class BoardTask:
    """One task with everything that is known of it; `touched` is when something was last recorded of its runs."""

    key: str
    title: str
    category: str
    tickets: tuple[str, ...]
    is_open: bool
    stages: tuple[BoardStage, ...]
    next_phase: str = ""
    left: tuple[str, ...] = ()
    begun_at: str = ""
    workers: tuple[RunHolder, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    needs: int = 0
    touched: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """State -> number of stages in it, the furthest first; states that no stage has are left out."""
        numbers = Counter(stage.state for stage in self.stages)
        return {state: numbers[state] for state in STATES if numbers[state]}

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do: it was closed, or every stage has landed."""
        return not self.is_open or (bool(self.stages) and all(stage.state == "landed" for stage in self.stages))


@dataclass(frozen=True)
class Happening:
    """One thing that was recorded: `event` is the type of its logged event, `facts` what there is to say of it."""

    at: datetime
    event: str
    task: str
    stage: int | None
    by: str
    writer: str
    facts: Mapping[str, str]

    def fact(self, name: str) -> str:
        """What there is to say by this name; empty where it does not apply."""
        return self.facts.get(name, "")


@dataclass(frozen=True)
class ConflictAhead:
    """Two stages that would contradict each other if both were merged, with the paths."""

    first: tuple[str, int]
    second: tuple[str, int]
    paths: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ahead:
    """Conflicts ahead as far as they are known; `at` is None where nobody has looked yet.

    `is_fresh`: they were computed for this page, uncommitted work included. `live` counts the stages under way.
    """

    clashes: tuple[ConflictAhead, ...] = ()
    at: datetime | None = None
    is_fresh: bool = False
    live: int = 0
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """The whole repository at the moment `at`. `writer` is this clone's id, None before `init`.

    `commit`, `branch` are what is checked out; `language` is that of its labels.
    """

    project: str
    folder: str
    at: datetime
    language: str
    writer: str | None
    commit: str
    branch: str
    needs: tuple[Need, ...] = ()
    tasks: tuple[BoardTask, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    happenings: tuple[Happening, ...] = ()
    ahead: Ahead = Ahead()
    clones: int = 0

    @property
    def open_tasks(self) -> list[BoardTask]:
        """Tasks that are not finished: those that need a person first, then the last touched."""
        return sorted((task for task in self.tasks if not task.is_finished), key=_urgent_first)

    @property
    def finished_tasks(self) -> list[BoardTask]:
        """Tasks with nothing left to do, the last touched first."""
        return sorted((task for task in self.tasks if task.is_finished), key=_urgent_first)


def _urgent_first(task: BoardTask) -> tuple[bool, bool, int, str]:
    return not task.needs, not any(worker.is_alive for worker in task.workers), -task.touched, task.key
