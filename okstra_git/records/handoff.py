"""What leaves a task as stored: groups of stages, pull requests, and where stages landed."""

from typing import Annotated, Literal

from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record
from okstra_git.records.stage import Checks, RangeFingerprint

Arrival = Literal["ancestor", "same-tree", "same-delta", "replay", "squash", "user"]
"""How a landed stage was recognised: its very commit is there, or which proof found its change."""


class Member(Record):
    """A stage as it was handed over; `delta` is the fingerprint of its change, as in `RangeFingerprint`.

    `how` it came in: `as-is`, `merged`, `replayed` or `squashed`; empty where that was not recorded.
    """

    stage: g.StageNumber
    commit: g.Commit
    tree: g.ObjectId
    delta: g.Hexadecimal
    how: g.Name = ""


Members = Annotated[tuple[Member, ...], g.AtMost(g.MAX_ITEMS)]


class Group(Record):
    """Stages assembled on one branch; `range` is base..collector, `base_ref` how the base was named."""

    id: g.GroupId
    stages: g.StageNumbers
    branch: g.Branch
    base_ref: g.Revision
    range: RangeFingerprint
    members: Members = ()
    status: Literal["assembled", "superseded"] = "assembled"
    replaced_by: g.MaybeGroupId = ""
    former: tuple[g.Commit, ...] = ()
    by: g.Name = ""
    at: g.Moment | None = None


class Assembly(Record):
    """Stages put together to be verified as one: `commit`, with `tree`, holds them all on top of `base`.

    `base_ref` is how the base was named; `members` are the stages as they were then, delivered ones included.
    """

    stages: g.StageNumbers
    base_ref: g.Revision
    base: g.Commit
    commit: g.Commit
    tree: g.ObjectId
    members: Members = ()

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
    run: g.RunName = ""
    report: g.DocumentPath = ""
    report_blob: g.MaybeObjectId = ""
    data: g.DocumentPath = ""
    data_blob: g.MaybeObjectId = ""
    verdict: g.Name = "accepted"
    checks: Checks = ()
    database: bool | None = None
    again: g.MaybeObjectId = ""
    event: g.Name = ""
    by: g.Name = ""
    at: g.Moment | None = None


class PullRequest(Record):
    """A pull request as recorded; `commit` is what its branch had then, `members` what it holds of each stage."""

    url: g.Url
    group: g.GroupId
    stages: g.StageNumbers
    branch: g.Branch
    base_ref: g.Revision = ""
    commit: g.Commit | None = None
    members: Members = ()
    status: Literal["open", "closed", "superseded", "landed"] = "open"
    reason: g.Text = ""
    replaced_by: g.MaybeUrl = ""
    by: g.Name = ""
    at: g.Moment | None = None
    ended: g.Moment | None = None


class Landing(Record):
    """Where a stage arrived: the commit of the target that completed it, and with which group, if with one.

    `writer` is the clone that saw it.
    """

    target: g.Revision
    commit: g.Commit
    how: Arrival
    group: g.MaybeGroupId = ""
    writer: g.Name = ""
    at: g.Moment | None = None
