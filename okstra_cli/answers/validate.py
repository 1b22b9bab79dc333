"""What `validate` answers."""

from typing import Literal

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


class ValidationAnswer(TypedDict):
    """`validate run` and its siblings; `task` and `run` are null where the subject is a document."""

    task: str | None
    run: str | None
    failures: list[RuleFinding]
    warnings: list[RuleFinding]
    counts: FindingCounts
