"""What `followups` answers."""

from typing import Literal

from typing_extensions import TypedDict


class FollowUpProblem(TypedDict):
    """What keeps a row from becoming a task; `place` is a JSON path, or a line of the report."""

    rule: str
    place: str
    message: str
    hint: str


class FollowUp(TypedDict):
    """A follow-up row. `task` is null where its name is none; `brief` is a path from the project's root.

    `state`: `to-open`; `open` or `closed` once it was opened; `taken` where another task has its name; `by-hand` for
    one that asks for no task; `wrong`.
    """

    place: str
    origin: str
    task: str | None
    name: str
    suggested_task_type: str
    scope: str
    reason: str
    ticket: str | None
    auto_spawn: bool | None
    state: Literal["to-open", "open", "closed", "taken", "by-hand", "wrong"]
    brief: str | None
    problems: list[FollowUpProblem]


class FollowUps(TypedDict):
    """`followups list`: the rows of a report; `source` is the file that was read."""

    task: str
    report: str
    source: str
    rows: list[FollowUp]


class SpawnedFollowUps(FollowUps):
    """`followups spawn`: `opened` are the tasks that are new."""

    opened: list[str]
    dry_run: bool
