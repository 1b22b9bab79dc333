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
