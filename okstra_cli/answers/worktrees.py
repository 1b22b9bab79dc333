"""What `worktree` answers."""

from typing_extensions import TypedDict

from okstra_cli.answers.parts import Checkout


class WorktreeRow(TypedDict):
    """One reserved worktree with what stands at its path, and what is wrong with that."""

    task: str
    scope: str
    branch: str | None
    tip: str | None
    worktree: str | None
    writer: str
    own: bool
    exists: bool | None
    locked: bool | None
    adopted: bool
    status: str
    base_ref: str | None
    phase: str | None
    stages: list[int] | None
    at: str | None
    checkout: Checkout | None
    problem: str | None
    found: str | None
    hint: str | None


class WorktreeList(TypedDict):
    """`worktree list`."""

    worktrees: list[WorktreeRow]


class ReleasedRow(TypedDict):
    """One reservation that was given up."""

    scope: str
    branch: str | None


class ReleasedWorktrees(TypedDict):
    """`worktree release`."""

    task: str
    released: list[ReleasedRow]


class RepairedRow(TypedDict):
    """One worktree that was astray, and what became of it."""

    task: str
    scope: str
    worktree: str | None
    problem: str
    settled: bool
    done: str


class RepairedWorktrees(TypedDict):
    """`worktree repair`."""

    dry_run: bool
    worktrees: list[RepairedRow]


class Holding(TypedDict):
    """One kind of thing that is nowhere else; `paths` are the first of them."""

    kind: str
    message: str
    paths: list[str]
    files: int
    bytes: int


class Caches(TypedDict):
    """What goes with a worktree because it can be made again."""

    paths: list[str]
    files: int
    bytes: int


class PrunedRow(TypedDict):
    """One worktree and what became of it."""

    worktree: str | None
    branch: str | None
    removed: bool
    reason: str
    holdings: list[Holding]
    caches: Caches


class PrunedWorktrees(TypedDict):
    """`worktree prune`."""

    dry_run: bool
    worktrees: list[PrunedRow]
