"""What `worker exec`, `status`, `wait` and `stop` answer."""

from typing_extensions import TypedDict


class WorkerEvent(TypedDict):
    """What a program told last; `at` is a time, `kind` one of started, text, tool, tool-result, retry, warning, error,
    limit and ended."""

    at: str | None
    kind: str
    text: str


class ModelTokens(TypedDict):
    """Tokens of one model: three parts of what went in, and what came out; `thought` is a part of `output`."""

    fresh: int
    cached: int
    written: int
    output: int
    thought: int


class Worker(TypedDict):
    """One worker. `state` is starting, running or ended; `status` and `reason` are null until it has ended.

    Paths are whole. `pid` is the supervisor's. `supervisor` and `program` are alive, dead or unknown. `tokens` is what
    was seen so far, `usage` the counters by model, `confidence` how sure they are. `unrecorded` says why the ledger
    does not know how it ended. `next` is the command that goes on from here.
    """

    worker: str
    cli: str
    role: str
    run: str | None
    model: str | None
    session: str | None
    state: str
    status: str | None
    reason: str | None
    message: str | None
    prompt: str
    statusFile: str
    log: str
    answer: str | None
    pid: int
    supervisor: str
    program: str
    startedAt: str | None
    heartbeatAt: str | None
    endedAt: str | None
    exitCode: int | None
    events: int
    turns: int
    retries: int
    tokens: int
    usage: dict[str, ModelTokens]
    confidence: str | None
    resets: str | None
    snapshot: str | None
    unrecorded: str | None
    last: WorkerEvent
    next: str | None


class Workers(TypedDict):
    """What `status`, `wait` and `stop` answer: the workers that were named, or all of runs that go on."""

    workers: list[Worker]
    running: int
    failed: int


class Lead(TypedDict):
    """`run start --headless`: the lead as a worker, and what became of its run.

    `validation` is `passed`, `unchecked` or `no-data` once the run was finished. `next` goes on from here.
    """

    run: str
    task: str
    runStatus: str
    report: str | None
    validation: str | None
    nextPhase: str | None
    lead: Worker
    next: str | None


class LeadWindow(TypedDict):
    """`run start` inside tmux: the window and its pane."""

    window: str
    pane: str


class DrivenRun(TypedDict):
    """A run that a drive led: how the run and its lead ended."""

    run: str
    phase: str
    runStatus: str
    leadStatus: str
    reason: str
    tokens: int
    turns: int
    report: str | None


class DriveStop(TypedDict):
    """Why a drive ended; `done` where nothing is left, else a person is needed. `command` goes on."""

    code: str
    message: str
    command: str | None
    done: bool


class Driven(TypedDict):
    """`run drive`; with `--dry-run` nothing is led, and `nextPhase` or `stop` says what would come."""

    task: str
    led: list[DrivenRun]
    nextPhase: str | None
    resume: str | None
    stop: DriveStop | None


class OpenRun(TypedDict):
    """A run that has not ended. `uncommitted` is null where it cannot be told, `line` where somebody leads it.

    `resets` is when the limit ends that stopped its lead.
    """

    run: str
    task: str
    phase: str
    stage: int | None
    life: str
    program: str | None
    session: str | None
    uncommitted: int | None
    resets: str | None
    line: str | None


class Takeovers(TypedDict):
    """`run resume --all --plan`, the oldest run first."""

    runs: list[OpenRun]
