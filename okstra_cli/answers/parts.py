"""Parts that the answers of several commands have in common."""

from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

Item = TypeVar("Item")

OPEN = ConfigDict(extra="allow")
"""Marks a shape that has further keys, which depend on the case."""


class Cut(TypedDict, Generic[Item]):
    """A list of which only the first items may be shown; `count` says how many there are."""

    count: int
    shown: list[Item]


class Command(TypedDict):
    """A command line to run next, and the reason for it."""

    command: str
    why: str


class Checkout(TypedDict):
    """A worktree as it lies there; `uncommitted` is null where it was not looked at, or cannot be read."""

    path: str
    branch: str | None
    head: str | None
    operation: str | None
    uncommitted: int | None


class Lease(TypedDict):
    """Which run was given a stage, and whether its holder lives."""

    alive: bool
    host: str | None
    pid: int | None
    run: str
    name: str | None
    why: str | None


class Life(TypedDict):
    """Whether the process that leads a run lives."""

    state: str
    why: str | None


class Holder(TypedDict):
    """The process that leads a run."""

    host: str
    boot: str
    pid: int
    born: float
    name: str


class Snapshot(TypedDict):
    """What was kept of a worktree, with its ref, which any git command reads."""

    id: str
    ref: str
    commit: str
    at: str
    task: str
    stage: int | None
    run: str | None
    reason: str
    worktree: str
    branch: str | None
    head: str | None
    index: str | None
    during: str | None
    files: int
    ignored: int
    bytes: int
    left_out: list[str]


class Template(TypedDict):
    """A document to fill in."""

    template: str


@with_config(OPEN)
class Error(TypedDict):
    """Why the line was refused: a stable code, a sentence and the next step; further keys are facts of the case."""

    code: str
    message: str
    hint: str


Facts = dict[str, Any]
"""An object whose keys are not part of the contract."""


class RecordedReplay(TypedDict):
    """A command of a run's documents and the exit code they claim, beside what it did; null = it was not run."""

    command: str
    recorded: int
    exit_code: int | None
    reason: str | None


class Replay(TypedDict):
    """The newest replay of a run's commands that is on record."""

    commit: str
    tree: str
    held: bool
    by: str
    at: str | None
    commands: list[RecordedReplay]
