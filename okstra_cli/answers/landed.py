"""What `landed` answers."""

from typing import Literal

from typing_extensions import TypedDict


class LandedRef(TypedDict):
    """One ref; `at` is the commit of `into` that shows it, `of` counts commits that are there, of those that could be.

    `lost` are the commits that would be nowhere in `into` by themselves or as a change, `touched` is when the last
    commit was made.
    """

    ref: str
    commit: str
    state: Literal["landed", "partly", "not", "reverted", "unknown"]
    how: Literal["ancestor", "rebased", "squash", "group"] | None
    into: str
    at: str | None
    of: list[int] | None
    reason: str | None
    worktree: str | None
    touched: str | None
    lost: list[str]


class LandedRefs(TypedDict):
    """`landed`."""

    refs: list[LandedRef]


class PrunedRef(TypedDict):
    """What became of one branch and its worktree; `restore` is the line that brings the branch back."""

    ref: str
    commit: str
    worktree: str | None
    removed: bool
    reason: str | None
    restore: str | None


class PrunedRefs(TypedDict):
    """`landed --prune`."""

    refs: list[LandedRef]
    dry_run: bool
    pruned: list[PrunedRef]
