"""What `inspect` answers."""

from typing_extensions import TypedDict

from okstra_cli.answers.parts import Command, Facts, Holder, Life, Snapshot
from okstra_cli.answers.runs import Assembly, Conclusion, Document, Waiver
from okstra_cli.answers.tasks import Origin
from okstra_git.runs.history import EntryFacts


class RunInShort(TypedDict):
    """The few facts that tell a run from others, and how it stands."""

    id: str
    task_type: str
    number: int
    stage: int | None
    status: str
    life: Life | None
    at: str | None
    report: str | None
    reason: str | None


class TaskStanding(TypedDict):
    """A task and how far it has come, without its runs, stages and what is left."""

    key: str
    title: str | None
    category: str
    origin: Origin | None
    open: bool
    at: str | None
    open_runs: int
    next_phase: str | None
    next_phase_from: str | None
    work_status: str


class SeenTask(TaskStanding):
    """A task and how far it has come; `stages` are the numbers by state."""

    last_run: RunInShort | None
    left: list[str]
    stages: dict[str, list[int]]


class HistoryEvent(EntryFacts):
    """One thing that happened; which further keys there are depends on `event`."""

    at: str
    event: str
    stage: int | None
    run: str | None
    by: str | None
    here: bool
    too_late: bool


class OpenTasks(TypedDict):
    """`inspect history` of all open tasks; `count` is how many there are, shown or not."""

    count: int
    tasks: list[SeenTask]
    notes: list[str]


class TaskHistory(TypedDict):
    """`inspect history` of one task; `count` is how many events there are, shown or not."""

    task: SeenTask
    count: int
    events: list[HistoryEvent]
    notes: list[str]


class ResumeScript(TypedDict):
    """The script that resumes a run, and what named it."""

    path: str
    found_by: str


class ResumeChoice(TypedDict):
    """One way to go on."""

    what: str
    command: str
    why: str
    recommended: bool


class OtherOpenRun(RunInShort):
    """Another open run, and the next command for it."""

    next: Command


class WayToResume(TypedDict):
    """`inspect resume`; `command` is null where nothing may be resumed now, and `next` says why."""

    task: str
    command: str | None
    run: RunInShort | None
    script: ResumeScript | None
    facts: list[str]
    next: Command
    choices: list[ResumeChoice]
    others: list[OtherOpenRun]
    next_phase: str | None
    work_status: str
    left: list[str]
    notes: list[str]


class InspectedRun(TypedDict):
    """A run's record; what it does not say is null."""

    id: str
    task: str
    life: Life | None
    here: bool
    number: int
    task_type: str
    stage: int | None
    status: str
    holder: Holder | None
    nonce: str | None
    inputs: str | None
    numbers: dict[str, int]
    folder: str | None
    instruction_set: str | None
    branch: str | None
    worktree: str | None
    brief: Document | None
    plan: str | None
    waivers: list[Waiver]
    assembled: Assembly | None
    writer: str | None
    claimed: str | None
    prepared: str | None
    touched: str | None
    ended: str | None
    report: str | None
    next_phase: str | None
    conclusion: Conclusion | None
    archive: str | None
    reason: str | None


class Lead(TypedDict):
    """The lead of a team."""

    model: str | None
    session: str | None


class Executor(TypedDict):
    """The worker that writes."""

    id: str
    model: str | None


class TeamMember(TypedDict):
    """A worker of the roster; `status` and `reason` say how its work ended."""

    id: str
    agent: str
    cli: str
    model: str
    status: str | None
    reason: str | None


class Team(TypedDict):
    """The team; `roster` is null where no document tells it, `created` is what the team's state has."""

    name: str | None
    created: Facts | None
    lead: Lead
    executor: Executor | None
    roster: list[TeamMember] | None


class Source(TypedDict):
    """A document that the run was given: the blob it had, and how it stands now."""

    what: str
    path: str
    blob: str | None
    now: str | None


class RunFile(TypedDict):
    """Where a file should be; `bytes` is null where nothing is there."""

    path: str
    bytes: int | None


class WorkerPrompt(TypedDict):
    """A prompt that the lead wrote for a worker."""

    path: str
    bytes: int
    cli: str
    number: int
    worker: str | None
    of_run: bool | None


class WorkerResult(TypedDict):
    """A file that a worker handed in."""

    path: str
    bytes: int
    worker: str
    kind: str


class RunWorktree(TypedDict):
    """Where a run works."""

    path: str | None
    exists: bool
    branch: str | None
    branch_exists: bool


class RunGround(RunWorktree):
    """Where a run works, and what it began on."""

    base: str | None
    base_ref: str | None


class ArchiveInShort(TypedDict):
    """How many files the archive has."""

    files: int | None
    tree: str


class OtherRuns(TypedDict):
    """Other runs of the task: how many, and the newest."""

    count: int
    runs: list[RunInShort]


class SeenRun(TypedDict):
    """`inspect run`: the record, then what was found; null is what could not be determined."""

    run: InspectedRun
    team: Team
    sources: list[Source]
    files: dict[str, RunFile | None]
    worker_prompts: list[WorkerPrompt]
    worker_results: list[WorkerResult]
    worktree: RunGround | None
    snapshots: list[Snapshot]
    archive: ArchiveInShort | None
    events: list[HistoryEvent]
    others: OtherRuns
    notes: list[str]
