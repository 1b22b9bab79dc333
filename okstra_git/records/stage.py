"""A stage commit as a range, with the fingerprints that let it be found again after history was rewritten."""

from typing import Literal

from okstra_git.records.base import Moment, ObjectId, Record

Proof = Literal["same-tree", "same-delta", "replay", "squash", "user", "restored"]
"""How a move was proven; `restored` = the branch went back to a commit this stage was recorded by before."""


class Author(Record):
    """Who wrote a commit and when: seconds since 1970, offset in minutes east of UTC."""

    name: str
    email: str
    time: int
    offset: int = 0


class RangePrint(Record):
    """The change `base`..`head` (base excluded), described so that proofs survive gc and shallow clones.

    `delta` identifies the exact list of (path, modes, blobs); `delta_sum` and `lines_sum` are additive sums by which
    ranges with the same change are located; `patch_id` ranks candidates and never proves. `base` None = root.
    """

    head: ObjectId
    head_tree: ObjectId
    base: ObjectId | None
    base_tree: ObjectId
    parents: tuple[ObjectId, ...]
    commits: int
    author: Author
    subject: str
    delta: str
    delta_sum: str
    lines_sum: str | None = None
    path_count: int
    paths: tuple[str, ...] = ()
    paths_print: str
    patch_id: str | None = None
    patch_algorithm: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the range changes no file at all; such a range proves nothing."""
        return self.head_tree == self.base_tree or self.path_count == 0


class MoveEvidence(Record):
    """What anyone needs to prove a move again: both ranges' ends, and the tools that said yes."""

    old_base_tree: str
    old_head_tree: str
    new_base_tree: str
    new_head_tree: str
    partly_absorbed: bool = False
    judged_by: str


class Check(Record):
    """A command that was run to verify something, and its exit status."""

    command: str
    exit_code: int


class Verification(Record):
    """An accepted verification, bound to the commit and the tree that was verified.

    `report` and `data` are paths from the project's root, with the blob ids they had. `database` is None where there
    was nothing of a database to verify. `carried`: the stage has another tree now, and
    okstra.verificationCarry=replay let the verification stand. `again` is the tree for which the same report was
    recorded before, where somebody said that it counts for this one too. `group` is the id of the group that the stage
    was verified in, empty where it was verified by itself; `parted`: another one of that group is not what it was then.
    """

    commit: str
    tree: str
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
    carried: bool = False
    group: str = ""
    parted: bool = False
