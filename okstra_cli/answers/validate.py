"""What `validate` answers."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict


class RuleFinding(TypedDict):
    """A rule that is broken: where (`line` null = the file as a whole), how, and what mends it."""

    rule: str
    severity: Literal["failure", "warning"]
    path: str
    line: int | None
    message: str
    remedy: str


class FindingCounts(TypedDict):
    """How many there are of each."""

    failures: int
    warnings: int


class ReplayedCommand(TypedDict):
    """A command that a document claims (`source`: report or plan; `recorded`: the exit code that it claims).

    `exit_code` is null where it was not run; then `reason` says why, and `remedy` is the line that would allow it.
    `output` is the redacted end of what it printed, where it ended otherwise.
    """

    command: str
    source: str
    recorded: int
    exit_code: int | None
    held: bool
    seconds: float | None
    reason: str | None
    remedy: str | None
    output: str | None


class ReplayedRun(TypedDict):
    """On which commit a run's commands were run again, and how each of them ended; `recorded`: in the log."""

    stage: int | None
    commit: str
    tree: str
    held: bool
    recorded: bool
    commands: list[ReplayedCommand]


class ValidationRule(TypedDict):
    """A rule that runs hold to; `task_types` is empty for one that concerns all."""

    id: str
    severity: Literal["failure", "warning"]
    says: str
    remedy: str
    task_types: list[str]


class ValidationRules(TypedDict):
    """`validate rules`."""

    rules: list[ValidationRule]


class ValidationAnswer(TypedDict):
    """`validate run` and its siblings; `task` and `run` are null where the subject is a document."""

    task: str | None
    run: str | None
    failures: list[RuleFinding]
    warnings: list[RuleFinding]
    counts: FindingCounts
    replay: NotRequired[ReplayedRun]
