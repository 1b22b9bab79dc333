"""What leaves a task as stored: groups of stages, pull requests, and where stages landed."""

from typing import Literal

from okstra_git.records.base import Moment, ObjectId, Record
from okstra_git.records.stage import Check, RangePrint

Arrival = Literal["ancestor", "same-tree", "same-delta", "replay", "squash", "user"]
"""How a landed stage was recognised: its very commit is there, or which proof found its change."""


class Member(Record):
    """A stage as it was handed over; `delta` is the fingerprint of its change, as in `RangePrint`.

    `how` it came in: `as-is`, `merged`, `replayed` or `squashed`; empty where that was not recorded.
    """

    stage: int
    commit: ObjectId
    tree: ObjectId
    delta: str
    how: str = ""


class Group(Record):
    """Stages assembled on one branch; `range` is base..collector, `base_ref` how the base was named."""

    id: str
    stages: tuple[int, ...]
    branch: str
    base_ref: str
    range: RangePrint
    members: tuple[Member, ...] = ()
    status: Literal["assembled", "superseded"] = "assembled"
    replaced_by: str = ""
    former: tuple[str, ...] = ()
    by: str = ""
    at: Moment | None = None


class Assembly(Record):
    """Stages put together to be verified as one: `commit`, with `tree`, holds them all on top of `base`.

    `base_ref` is how the base was named; `members` are the stages as they were then, delivered ones included.
    """

    stages: tuple[int, ...]
    base_ref: str
    base: ObjectId
    commit: ObjectId
    tree: ObjectId
    members: tuple[Member, ...] = ()

    @property
    def id(self) -> str:
        """The id of the group that these stages make."""
        return "-".join(map(str, sorted(self.stages)))


class GroupVerification(Record):
    """An accepted verification of stages together, bound to what was assembled for the run that made it.

    `report` and `data` are paths from the project's root, with the blob ids they had; `database` is None where there
    was nothing of a database to verify, `again` is the tree for which the same report was recorded before.
    """

    assembled: Assembly
    run: str = ""
    report: str = ""
    report_blob: str = ""
    data: str = ""
    data_blob: str = ""
    verdict: str = "accepted"
    checks: tuple[Check, ...] = ()
    database: bool | None = None
    again: str = ""
    event: str = ""
    by: str = ""
    at: Moment | None = None


class PullRequest(Record):
    """A pull request as recorded; `commit` is what its branch had then, `members` what it holds of each stage."""

    url: str
    group: str
    stages: tuple[int, ...]
    branch: str
    base_ref: str = ""
    commit: str | None = None
    members: tuple[Member, ...] = ()
    status: Literal["open", "closed", "superseded", "landed"] = "open"
    reason: str = ""
    replaced_by: str = ""
    by: str = ""
    at: Moment | None = None
    ended: Moment | None = None


class Landing(Record):
    """Where a stage arrived: the commit of the target that completed it, and with which group, if with one.

    `writer` is the clone that saw it.
    """

    target: str
    commit: str
    how: Arrival
    group: str = ""
    writer: str = ""
    at: Moment | None = None
