"""The branch and the worktree of a group: checked first, made in steps that can be repeated, put back after changes."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.repo import Git
from okstra_git.git.worktree_changes import follow, remove_worktree, why_not_follow
from okstra_git.git.worktrees import Worktree, add_detached, attach_branch, find_worktree, list_worktrees
from okstra_git.names import CommitId, is_text, quote_path
from okstra_git.paths import real_path


@dataclass(frozen=True)
class GroupWorktree:
    """How it has to stand: `branch` at `commit`, checked out at `path` (None = nowhere).

    `before` are commits the branch may stand at because this group was assembled there earlier.
    """

    branch: str
    path: Path | None
    commit: CommitId
    before: tuple[str, ...]
    reason: str


def check_group_worktree(git: Git, wanted: GroupWorktree) -> None:
    """Refuse a branch or a directory that belongs to something else or was changed by a person; changes nothing."""
    tip = find_ref(git, f"refs/heads/{wanted.branch}")
    if tip is not None and tip != wanted.commit and tip not in wanted.before:
        raise _changed(git, wanted, tip) if wanted.before else _taken(wanted)
    other = _checked_out(git, wanted)
    if other is not None:
        raise refuse(
            "branch.checked-out",
            f"branch {wanted.branch} is checked out in {other.path}",
            hint="check out something else there, or give the group another branch with --branch",
            path=str(other.path),
        )
    if wanted.path is not None:
        _check_directory(git, wanted, wanted.path, tip)


def _changed(git: Git, wanted: GroupWorktree, tip: CommitId) -> OkstraError:
    lines = "\n".join(restore_lines(git, wanted.branch, wanted.before[0], wanted.before))
    return refuse(
        "handoff.collector-changed",
        f"branch {wanted.branch} is at {tip[:10]}, where this group was never assembled: somebody worked on it",
        hint=f"that work belongs in a stage; to keep it on another branch, and put this one back:\n{lines}",
        branch=wanted.branch,
        commit=tip,
    )


def _taken(wanted: GroupWorktree) -> OkstraError:
    return refuse(
        "branch.exists",
        f"branch {wanted.branch} exists already and is not this group's",
        hint="name another one with --branch",
        branch=wanted.branch,
    )


def _checked_out(git: Git, wanted: GroupWorktree) -> Worktree | None:
    """Another worktree that has the branch checked out."""
    ours = real_path(wanted.path) if wanted.path else None
    holding = (tree for tree in list_worktrees(git) if tree.branch == wanted.branch)
    return next((tree for tree in holding if real_path(tree.path) != ours), None)


def _check_directory(git: Git, wanted: GroupWorktree, path: Path, tip: CommitId | None) -> None:
    if not is_text(str(path)):
        raise refuse(
            "worktree.taken",
            f"the worktree's path {quote_path(str(path))} is not UTF-8 and cannot be recorded",
            hint="git okstra config set okstra.worktreeRoot DIR",
        )
    existing = find_worktree(git, path)
    if existing is None:
        if os.path.lexists(path) and (not path.is_dir() or any(path.iterdir())):
            raise refuse(
                "worktree.taken",
                f"{path} exists and is not a worktree of this repository",
                hint="move it away, or --no-worktree",
                path=str(path),
            )
        return
    own_commits = (wanted.commit, tip, *wanted.before)
    is_own = existing.branch == wanted.branch or (existing.branch is None and existing.head in own_commits)
    if not is_own:
        raise refuse(
            "worktree.taken",
            f"{path} is the worktree of {existing.branch or 'another commit'}, not of {wanted.branch}",
            hint="move it away with 'git worktree move', or --no-worktree",
            path=str(path),
        )
    obstacle = why_not_follow(git, existing, wanted.before, wanted.commit) if path.is_dir() else ""
    if obstacle:
        raise refuse(
            "worktree.dirty",
            f"the group's worktree {path} cannot be brought to the group: {obstacle}",
            hint="what is missing belongs in a stage; commit or stash what lies there first",
            path=str(path),
        )


def prepare_group_worktree(git: Git, wanted: GroupWorktree) -> bool:
    """Make the worktree where there is none, detached at the commit, before anything is recorded; True when made."""
    path = wanted.path
    if path is None:
        return False
    existing = find_worktree(git, path)
    if existing is not None and path.is_dir():
        return False
    if existing is not None:
        remove_worktree(git, existing)  # its directory is gone, its commits are on record
    add_detached(git, path, commit=wanted.commit, reason=wanted.reason)
    return True


def finish_group_worktree(git: Git, wanted: GroupWorktree) -> None:
    """Put the worktree on the branch and bring its files to the commit; what is there already stays as it is."""
    if wanted.path is None:
        return
    existing = find_worktree(git, wanted.path)
    if existing is None:
        return
    if existing.branch is None and existing.head in (wanted.commit, *wanted.before):
        attach_branch(wanted.path, wanted.branch)
    follow(git, existing, wanted.before, wanted.commit)


def restore_lines(git: Git, branch: str, commit: str, former: Collection[str]) -> tuple[str, ...]:
    """The commands that put the branch back, and keep what was added to it on another one.

    None where the branch is not here, or is at a commit that the group was assembled as.
    """
    tip = find_quietly(git, f"refs/heads/{branch}")
    if tip is None or tip == commit or tip in former:
        return ()
    names = (f"{branch}-kept{f'-{number}' if number > 1 else ''}" for number in count(1))
    spare = next(name for name in names if find_ref(git, f"refs/heads/{name}") is None)
    path = next((tree.path for tree in list_worktrees(git) if tree.branch == branch), None)
    if path is None:
        return command("git branch", spare, tip), command("git branch --force", branch, commit)
    return command("git branch", spare, tip), command(f"{command('git -C', path)} reset --keep", commit)
