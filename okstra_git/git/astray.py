"""Whether a branch is checked out where it is said to be."""

import os
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.rebase_in_progress import planned_tips
from okstra_git.git.refs import find_quietly
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.worktrees import current_branch, find_worktree
from okstra_git.real_paths import real_path


class Astray(NamedTuple):
    """Why a directory is not the checkout it should be: nothing is there (`gone`), something else is (`foreign`), or
    another branch or none is checked out (`elsewhere`, of which `branch` is the name). `what` follows the path in a
    sentence."""

    kind: Literal["gone", "foreign", "elsewhere"]
    what: str
    branch: str | None = None


def find_astray(git: Git, path: Path, branch: str) -> Astray | None:
    """What is wrong with `path` as the checkout of `branch`; None when that is what it is.

    A branch in the middle of its own rebase counts as checked out there. Without a branch (empty) none may be.
    """
    if not os.path.lexists(path):
        return Astray("gone", "is not there any more")
    here = _opened(git, path)
    if here is None:
        return Astray("foreign", "is not a worktree of this repository any more")
    found = current_branch(here)
    if found == branch:
        return None if find_quietly(git, f"refs/heads/{branch}") else Astray("elsewhere", f"is on {branch}, a branch "
                                                                            "that is gone", branch)  # fmt: skip
    if found is None and (not branch or f"refs/heads/{branch}" in planned_tips(here)):
        return None
    wanted = branch or "just a commit"
    return Astray("elsewhere", f"has {found or 'a commit and no branch'} checked out, not {wanted}", found)


def _opened(git: Git, path: Path) -> Git | None:
    """The worktree at exactly this path, when it is one of this repository."""
    try:
        here = open_repository(path)
    except OkstraError:
        return None
    is_top = here.work_tree is not None and real_path(here.work_tree) == real_path(path)
    return here if is_top and here.common_dir == git.common_dir and find_worktree(git, path) else None
