"""What `prove` answers."""

from typing_extensions import TypedDict


class ComparedRange(TypedDict):
    """What a side was taken for; `base` is null where it begins with the first commit, or where that is not known."""

    base: str | None
    head: str
    tree: str | None


class DifferingFile(TypedDict):
    """A file at which the two changes differ."""

    path: str
    kind: str


class ProvenSame(TypedDict):
    """`prove`: `same` is null where it cannot be said, `proof` the rung behind a yes, `reason` a sentence for each."""

    same: bool | None
    proof: str | None
    old: ComparedRange
    new: ComparedRange
    differs: list[DifferingFile]
    reason: str


class Approval(TypedDict):
    """That somebody approved a change; `ref` is null for a commit, `by` the git identity that recorded it.

    `base` is the branch that it is measured against, null for the default one.
    """

    reviewer: str
    at: str
    by: str | None
    writer: str
    ref: str | None
    base: str | None
    range: ComparedRange


class RecordedApproval(TypedDict):
    """`review record`; `replaced` is the same reviewer's earlier approval under that name."""

    approval: Approval
    replaced: Approval | None


class StandingApproval(Approval):
    """An approval against the change as it is now: `holds`, `void` or `unsure`, with the proof or what differs."""

    status: str
    proof: str | None
    differs: list[DifferingFile]
    reason: str


class ReviewStatus(TypedDict):
    """`review status`: `holds`, `void`, `unsure`, or `none` where nobody approved it.

    `by_content`: the approvals were recorded under another name, and are proven to be of this very change.
    """

    status: str
    ref: str
    change: ComparedRange
    approvals: list[StandingApproval]
    by_content: bool
