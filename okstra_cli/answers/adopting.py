"""What `adopt` answers."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict


class AdoptedBranch(TypedDict):
    """A protected branch: its task, the range that is followed, and the worktree beside the main one, if any.

    `base_ref` names the branch that it stands on; `commit` is None as long as it has no commits of its own.
    """

    task: str
    stage: int
    branch: str
    worktree: str | None
    state: Literal["new", "again", "unchanged"]
    base: str
    base_ref: str
    commit: str | None
    commits: int
    files: int


class LeftAlone(TypedDict):
    """A branch or worktree that was not adopted, and the line that changes it."""

    branch: str | None
    worktree: str | None
    code: str
    message: str
    hint: str | None


class HookSet(TypedDict):
    """A hook that was installed, or what a person has to do about it."""

    hook: str
    state: str
    say: str


class Adoption(TypedDict):
    """`adopt`; `prepared` says that the clone was set up for it, `hooks` how."""

    project: str
    prepared: bool
    hooks: NotRequired[list[HookSet]]
    adopted: list[AdoptedBranch]
    left: list[LeftAlone]


class GivenUpBranch(TypedDict):
    """A branch that is followed no more."""

    task: str
    branch: str


class GivenUp(TypedDict):
    """`adopt --undo`."""

    given_up: list[GivenUpBranch]
