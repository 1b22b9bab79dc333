"""Runs and plans as stored: who holds a run, what it was prepared from, which plan was approved."""

from typing import Literal

from pydantic import Field

from okstra_git.records.base import Moment, Record
from okstra_git.records.handoff import Assembly

RunStatus = Literal["preparing", "prepared", "running", "finished", "failed", "abandoned"]


class Holder(Record):
    """The process that stands behind a run, told apart from later ones with the same pid.

    `boot` names the machine's boot, `born` is the process's start in seconds since then (where that is not known, since
    1970), `name` is for people.
    """

    host: str
    boot: str
    pid: int
    born: float
    name: str = ""


class Source(Record):
    """A document as it was: its path from the project's root and its blob id."""

    path: str
    blob: str


class Waiver(Record):
    """A conformance entry that the user let pass in one run; who did so is the event's `by`."""

    stage_key: str
    reason: str


class PlannedStage(Record):
    """One row of an approved Stage Map; `files` are the paths that the stage says it touches."""

    number: int
    title: str = ""
    depends_on: tuple[int, ...] = ()
    files: tuple[str, ...] = ()


class Plan(Record):
    """The approved plan; `commit` is what was checked out when it was approved, against which drift is judged."""

    path: str
    blob: str
    stages: tuple[PlannedStage, ...] = ()
    commit: str | None = None
    by: str = ""
    at: Moment | None = None


class Run(Record):
    """One agent at work on one phase (for implementation: one stage) of a task, as recorded.

    `nonce` fences: a report that carries another one is refused. `inputs` is a fingerprint of everything the run was
    prepared from. `folder` and `instruction_set` are paths from the project's root. `touched` is when a holder last
    took it: claimed, prepared or resumed. `assembled` is what it verifies, where it verifies stages together.
    """

    id: str
    task_type: str
    seq: int
    stage: int | None = None
    status: RunStatus = "preparing"
    holder: Holder | None = None
    nonce: str = ""
    inputs: str = ""
    numbers: dict[str, int] = Field(default_factory=dict)
    folder: str = ""
    instruction_set: str = ""
    team: str = ""
    session: str = ""
    branch: str = ""
    worktree: str | None = None
    brief: Source | None = None
    plan: str | None = None
    waivers: tuple[Waiver, ...] = ()
    assembled: Assembly | None = None
    writer: str = ""
    claimed: Moment | None = None
    prepared: Moment | None = None
    touched: Moment | None = None
    ended: Moment | None = None
    report: str = ""
    next_phase: str = ""
    archive: str = ""
    reason: str = ""

    @property
    def is_active(self) -> bool:
        """Whether nobody has ended it; its holder may be dead all the same."""
        return self.ended is None
