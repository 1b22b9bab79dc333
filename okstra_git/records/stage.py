"""A stage commit as a range, with the fingerprints that let it be found again after history was rewritten."""

from typing import Annotated, Literal

from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record

Proof = Literal["same-tree", "same-delta", "replay", "squash", "user", "restored"]
"""How a move was proven; `restored` = the branch went back to a commit this stage was recorded by before."""


class Author(Record):
    """Who wrote a commit and when: seconds since 1970, offset in minutes east of UTC."""

    name: g.Text
    email: g.Text
    time: g.CommitTime
    offset: g.ZoneOffset = 0


class RangeFingerprint(Record):
    """The change `base`..`head` (base excluded), described so that proofs survive gc and shallow clones.

    `delta` identifies the exact list of (path, modes, blobs); `delta_sum` and `lines_sum` are additive sums by which
    ranges with the same change are located; `patch_id` ranks candidates and never proves. `base` None = root.
    """

    head: g.Commit
    head_tree: g.ObjectId
    base: g.Commit | None
    base_tree: g.ObjectId
    parents: g.ObjectIds
    commits: g.Count
    author: Author
    subject: g.Text
    delta: g.Hexadecimal
    delta_sum: g.Hexadecimal
    lines_sum: g.Hexadecimal | None = None
    path_count: g.Count
    paths: g.FilePaths = ()
    paths_print: g.Hexadecimal
    patch_id: g.Hexadecimal | None = None
    patch_algorithm: g.Name | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the range changes no file at all; such a range proves nothing."""
        return self.head_tree == self.base_tree or self.path_count == 0


class MoveEvidence(Record):
    """What anyone needs to prove a move again: both ranges' ends, and the tools that said yes."""

    old_base_tree: g.ObjectId
    old_head_tree: g.ObjectId
    new_base_tree: g.ObjectId
    new_head_tree: g.ObjectId
    partly_absorbed: bool = False
    judged_by: g.Name


class Check(Record):
    """A command that was run to verify something, and its exit status."""

    command: g.Text
    exit_code: g.ExitCode


Checks = Annotated[tuple[Check, ...], g.AtMost(g.MAX_ITEMS)]


class Verification(Record):
    """An accepted verification, bound to the commit and the tree that was verified.

    `report` and `data` are paths from the project's root, with the blob ids they had. `database` is None where there
    was nothing of a database to verify. `carried`: the stage has another tree now, and
    okstra.verificationCarry=replay let the verification stand. `again` is the tree for which the same report was
    recorded before, where somebody said that it counts for this one too. `group` is the id of the group that the stage
    was verified in, empty where it was verified by itself; `parted`: another one of that group is not what it was then.
    """

    commit: g.Commit
    tree: g.ObjectId
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
    carried: bool = False
    group: g.MaybeGroupId = ""
    parted: bool = False
