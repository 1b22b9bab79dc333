"""What `reconcile` and `log` answer."""

from typing import NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from okstra_cli.answers.parts import OPEN
from okstra_git.reconcile.findings import StaleItem


class SettledAnchor(TypedDict):
    """How the anchor was settled."""

    recorded: str
    replacement: str
    proof: str


class AnchorState(TypedDict):
    """How the anchor stands."""

    recorded: str
    status: str
    replacement: str | None
    proof: str | None
    reason: str
    settled: NotRequired[SettledAnchor]


class Reconciled(TypedDict):
    """`reconcile` of one task: what is stale, and what was settled just now."""

    task: str
    mode: str
    items: list[StaleItem]
    anchor: AnchorState | None
    applied: list[StaleItem]
    remaining_confirm: int


class ReconciledTasks(TypedDict):
    """`reconcile --all`."""

    mode: str
    tasks: list[Reconciled]


class CheckedMove(TypedDict):
    """A recorded move with the verdict of today; `stage` is null for the anchor."""

    task: str
    stage: int | None
    old: str
    new: str
    proof: str
    verdict: str
    event: str


class CheckedMoves(TypedDict):
    """`reconcile --verify`."""

    verified: list[CheckedMove]
    refuted: int


@with_config(OPEN)
class Fact(TypedDict):
    """What an event records, as it is stored; which further keys there are depends on `type`.

    `task` is empty for what belongs to the repository and to no task.
    """

    type: str
    task: str


class LoggedEvent(TypedDict):
    """One event as it is stored."""

    v: int
    id: str
    at: str
    clock: int
    seq: int
    writer: str
    by: str
    fact: Fact


class EventLog(TypedDict):
    """`log`."""

    events: list[LoggedEvent]


class IgnoredLog(TypedDict):
    """A log that does not count here."""

    writer: str
    refs: list[str]


class IgnoredLogs(TypedDict):
    """`log --ignored`."""

    ignored: list[IgnoredLog]


class LogChoice(TypedDict):
    """`log ignore` and `log heed`."""

    changed: list[str]
    ignored: list[IgnoredLog]
