"""What `inspect context` answers: at most 8 KB, so every list may be cut."""

from typing import NotRequired

from typing_extensions import TypedDict

from okstra_cli.answers.inspecting import RunInShort, RunWorktree, TaskStanding
from okstra_cli.answers.parts import Cut


class ContextTask(TaskStanding):
    """The task and how far it has come."""

    left: Cut[str]
    stages: dict[str, Cut[int]]
    tickets: Cut[str]
    folder: str | None


class ContextPlan(TypedDict):
    """The approved plan, and how its file stands."""

    path: str
    blob: str | None
    now: str | None


class ContextSource(TypedDict):
    """A document that the run was given, and how it stands."""

    what: str
    path: str
    now: str | None


class ContextRun(RunInShort):
    """The last run; paths are those of files that are there."""

    here: bool
    instruction_set: str | None
    prompt: str | None
    expectations: str | None
    report_exists: bool
    sources: Cut[ContextSource]
    worktree: RunWorktree | None


class ContextWorker(TypedDict):
    """A worker of the roster with what is there of it."""

    id: str
    agent: str
    model: str
    status: str | None
    reason: str | None
    results: Cut[str]
    audit: bool
    errors: bool


class ContextPrompt(TypedDict):
    """A prompt that the lead wrote for a worker."""

    path: str
    cli: str
    worker: str | None
    of_run: bool | None


class TeamMade(TypedDict):
    """What is recorded of making the team."""

    attempted: NotRequired[bool | str | None]
    status: NotRequired[bool | str | None]
    reason: NotRequired[bool | str | None]


class ContextTeam(TypedDict):
    """What the team would be called, what it was called, and what is recorded of making it."""

    candidate: str | None
    recorded: str | None
    created: TeamMade | None


class OpenClarification(TypedDict):
    """A clarification item that nobody has answered."""

    id: str | None
    kind: str | None
    blocks: str | None
    status: str | None
    statement: str | None


class Clarifications(TypedDict):
    """The open items of the last report."""

    report: str
    open: Cut[OpenClarification]


class QaCommand(TypedDict):
    """A command by which the project checks itself."""

    name: str
    command: str


class ConfigFile(TypedDict):
    """A configuration file of the project."""

    kind: str
    path: str


class Project(TypedDict):
    """The project; `qa_commands` is null where they are not known."""

    root: str
    glossary: str | None
    qa_commands: Cut[QaCommand] | None
    config_files: Cut[ConfigFile]


class TaskContext(TypedDict):
    """`inspect context`; null is what could not be determined."""

    task: ContextTask
    plan: ContextPlan | None
    run: ContextRun | None
    workers: Cut[ContextWorker] | None
    worker_prompts: Cut[ContextPrompt] | None
    team: ContextTeam
    lead_session: str | None
    clarifications: Clarifications | None
    project: Project
    notes: Cut[str]
