"""Finds what branches stand on: where each left the branch it goes into, or the protected branch under it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from okstra_git.git.history import contains, first_parents, merge_base
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, recorded_name
from okstra_git.names import CommitId

LONGEST_LINE = 5_000
"""Commits of a branch's own line of history that are looked through for a branch under it."""


@dataclass(frozen=True)
class BranchGround:
    """A commit that work stands on, and the recorded name of the branch that it is of."""

    commit: CommitId
    ref: str


def find_trunk(git: Git, tip: CommitId, targets: Iterable[BranchGround]) -> BranchGround | None:
    """The newest commit of the targets that the branch has in its history; None where it shares none with them."""
    forks = [(fork, target.ref) for target in targets if (fork := merge_base(git, target.commit, tip)) is not None]
    if not forks:
        return None
    commit, ref = forks[0]
    for other, name in forks[1:]:
        if other != commit and contains(git, other, commit):
            commit, ref = other, name
    return BranchGround(commit, ref)


def find_ground(
    git: Git, branch: str, tip: CommitId, trunk: BranchGround, protected: Mapping[CommitId, str]
) -> BranchGround:
    """What the branch's own commits stand on: the nearest tip of another protected branch below it, else the trunk.

    `protected` are branches by their tips. Only the line of first parents counts: a branch that was merged in is not
    what this one stands on. A branch at the very same commit is beside it, not below it.
    """
    for commit in first_parents(git, tip, [trunk.commit], limit=LONGEST_LINE)[1:]:
        below = protected.get(commit)
        if below is not None and below != branch:
            return BranchGround(commit, recorded_name(git, BRANCH + below))
    return trunk
