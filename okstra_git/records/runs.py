"""Runs and plans as stored: who holds a run, what it was prepared from, which plan was approved."""

from typing import Annotated, Literal

from pydantic import Field

from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record
from okstra_git.records.handoff import Assembly
from okstra_git.records.usage import LeadSession, SessionRecord, WorkerEnd

RunStatus = Literal["preparing", "prepared", "running", "finished", "failed", "abandoned"]


VALID, UNCHECKED, NO_DATA = "passed", "unchecked", "no-data"
"""What becomes of the validation of a run that finishes."""


class Holder(Record):
    """The process that a run belongs to, distinct from later ones with the same pid.

    `boot` names the machine's boot, `born` is the process's start in seconds since then (where that is not known, since
    1970), `name` is for people.
    """

    host: g.Name
    boot: g.Name
    pid: g.ProcessId
    born: g.Born
    name: g.Name = ""


class Source(Record):
    """A document as it was: its path from the project's root and its blob id."""

    path: g.DocumentPath
    blob: g.ObjectId


class Waiver(Record):
    """A conformance entry that the user let pass in one run; who did so is the event's `by`."""

    stage_key: g.Text
    reason: g.Text


Waivers = Annotated[tuple[Waiver, ...], g.AtMost(g.MAX_ITEMS)]


class PlannedStage(Record):
    """One row of an approved Stage Map; `files` are the paths that the stage says it touches."""

    number: g.StageNumber
    title: g.Text = ""
    depends_on: g.StageNumbers = ()
    files: g.FilePaths = ()


class ReplayedCommand(Record):
    """A command of a run's documents, beside what it did when it was run again.

    `recorded` is the exit code that the documents claim. Without `exit_code` it was not run, and `reason` says why.
    """

    command: g.Text
    recorded: g.ExitCode
    exit_code: g.ExitCode | None = None
    reason: g.Text = ""

    @property
    def is_run(self) -> bool:
        """Whether it was run at all."""
        return self.exit_code is not None

    @property
    def is_held(self) -> bool:
        """Whether it was run and ended as the documents say."""
        return self.exit_code == self.recorded


ReplayedCommands = Annotated[tuple[ReplayedCommand, ...], g.AtMost(g.MAX_ITEMS)]


class Replay(Record):
    """The commands of a run's documents, run again on a commit in a clean checkout."""

    commit: g.Commit
    tree: g.ObjectId
    commands: ReplayedCommands = ()
    by: g.Name = ""
    at: g.Moment | None = None

    @property
    def is_held(self) -> bool:
        """Whether there were commands, and every one of them was run and ended as recorded."""
        return bool(self.commands) and all(each.is_held for each in self.commands)


PlannedStages = Annotated[tuple[PlannedStage, ...], g.AtMost(g.MAX_ITEMS)]


class Plan(Record):
    """The approved plan; `commit` is what was checked out when it was approved, against which drift is judged."""

    path: g.DocumentPath
    blob: g.ObjectId
    stages: PlannedStages = ()
    commit: g.Commit | None = None
    by: g.Name = ""
    at: g.Moment | None = None


Routing = Annotated[tuple[g.Name, ...], g.AtMost(g.MAX_ITEMS)]
"""Task types, and `release-handoff(stage-group)`, that should follow."""


class Conclusion(Record):
    """What the data of a run's report say at its end; a text is empty, and `routing` None, where they do not say.

    `routing` is empty where nothing follows.
    """

    verdict: g.Name = ""
    direction: g.Name = ""
    routing: Routing | None = None


class Run(Record):
    """One agent at work on one phase (for implementation: one stage) of a task, as recorded.

    `nonce` fences: a report that carries another one is refused. `inputs` is a fingerprint of everything the run was
    prepared from. `folder` and `instruction_set` are paths from the project's root. `touched` is when a holder last
    took it: claimed, prepared or resumed. `assembled` is what it verifies, where it verifies stages together.
    `writer` is the clone that claimed it, `ended_by` the one that ended it. `validation` says what became of its
    validation when it was finished: `passed`, `unchecked` (somebody finished it without) or `no-data` (there was no
    report to look at); empty = not said. `replay` is the newest one. `leads` are the sessions that led it, oldest
    first, `workers` how those that okstra supervised ended, `usage` what sessions used for it, one record for each.
    """

    id: g.RunName
    task_type: g.Slug
    seq: g.RunNumber
    stage: g.StageNumber | None = None
    status: RunStatus = "preparing"
    holder: Holder | None = None
    nonce: g.Token = ""
    inputs: g.Token = ""
    numbers: g.RunNumbers = Field(default_factory=dict)
    folder: g.OkstraPath = ""
    instruction_set: g.OkstraPath = ""
    team: g.Name = ""
    session: g.Name = ""
    branch: g.MaybeBranch = ""
    worktree: g.MachinePath | None = None
    brief: Source | None = None
    plan: g.MaybeObjectId | None = None
    waivers: Waivers = ()
    assembled: Assembly | None = None
    writer: g.Name = ""
    claimed: g.Moment | None = None
    prepared: g.Moment | None = None
    touched: g.Moment | None = None
    ended: g.Moment | None = None
    ended_by: g.Name = ""
    report: g.DocumentPath = ""
    next_phase: g.Name = ""
    conclusion: Conclusion | None = None
    archive: g.MaybeObjectId = ""
    reason: g.Text = ""
    validation: g.MaybeSlug = ""
    replay: Replay | None = None
    leads: tuple[LeadSession, ...] = ()
    workers: tuple[WorkerEnd, ...] = ()
    usage: tuple[SessionRecord, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether nobody has ended it; its holder may be dead all the same."""
        return self.ended is None
