"""Makes the worktree in which a session of Claude Code works, in the place where that program keeps its own.

Removes it again where nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.git.remotes import default_branches, upstream_of
from okstra_git.git.revisions import find_branch_ref, find_recorded
from okstra_git.git.worktree_changes import remove_worktree
from okstra_git.git.worktrees import Worktree, add_detached, add_worktree, current_branch, find_worktree, list_worktrees
from okstra_git.names import parse_branch, quote
from okstra_git.paths import real_path
from okstra_git.porcelain.workspace import is_unused
from okstra_git.store.registry import stage_on, stages_on

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.git.repo import Git
    from okstra_git.porcelain.workspace import Workspace

FOLDER = ".claude/worktrees"
LOCKED = "made by git-okstra for a session of Claude Code"
"""Not the form of okstra's own locks, so that no `worktree prune` takes it for a stage's worktree."""
SESSION_ENDED = "an agent's session ended"
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST = 64


@dataclass(frozen=True)
class SessionWorktree:
    """Where the session works; `note` says why it is not on the base that was meant, if so."""

    path: Path
    note: str = ""


def make_session_worktree(workspace: Workspace, name: str) -> SessionWorktree:
    """The worktree of this name: the one that is there, or a new one on a branch of its own.

    Where that cannot be made it is a detached one of HEAD, because a session without a worktree ends. Refuses a name
    that is not one, and a place that a link leads out of the repository.
    """
    git = workspace.git
    folder = _folder_of(name)
    top = _main_work_tree(git)
    Root(top, links=True).require_seen(f"{FOLDER}/{folder}")
    path = top / FOLDER / folder
    try:
        if _is_there(git, path):
            return SessionWorktree(path)
        _add(git, path, parse_branch(f"worktree-{folder}"), _base(workspace))
    except (OkstraError, OSError, ValueError) as error:
        add_detached(git, path, commit="HEAD", reason=LOCKED)
        return SessionWorktree(path, f"{error}; this worktree is at HEAD and on no branch")
    return SessionWorktree(path)


def remove_session_worktree(workspace: Workspace, text: str) -> None:
    """Remove the session's worktree if it holds nothing that is nowhere else; its branch stays.

    What is not committed on a stage's branch is kept in a snapshot first. Refuses what is not such a worktree, and one
    that holds something, and leaves it as it is.
    """
    top = _main_work_tree(workspace.git)
    outside = replace(workspace, start=top, directory="")  # the session may stand in the worktree that goes
    path = real_path(top / text)
    worktree = find_worktree(outside.git, path) if path.parent == real_path(top / FOLDER) else None
    if worktree is None:
        message = f"{quote(text)} is not a worktree in {FOLDER} of this repository"
        raise refuse("worktree.failed", message, hint="git worktree list")
    _keep(outside, worktree)
    remove_worktree(outside.git, worktree, own_lock=LOCKED)


def _folder_of(name: str) -> str:
    """The folder for a name, as Claude Code makes it: letters, digits, `.`, `_`, `-`, and `+` in place of `/`."""
    segments = name.split("/")
    is_plain = all(_SEGMENT.fullmatch(segment) and segment.strip(".") for segment in segments)
    folder = "+".join(segments)
    if not is_plain or len(folder) > _LONGEST or folder.casefold() == ".git":
        hint = f"use at most {_LONGEST} letters, digits, '.', '_', '-', and '/' between them"
        raise refuse("usage", f"{quote(name)} is not a name for a worktree", hint=hint)
    return folder


def _main_work_tree(git: Git) -> Path:
    """Where the sessions' worktrees are, also for a session that begins in one of them."""
    main = list_worktrees(git)[0]
    return git.top if main.is_bare else main.path


def _is_there(git: Git, path: Path) -> bool:
    worktree = find_worktree(git, path)
    if worktree is None:
        return False
    if path.is_dir():
        return True
    remove_worktree(git, worktree, own_lock=LOCKED)  # only git still knows of it
    return False


def _base(workspace: Workspace) -> str:
    """The commit to begin at: the branch that is checked out if okstra follows it, else what is merged into."""
    git = workspace.git
    branch = current_branch(git)
    if branch is not None and _is_followed(workspace, branch):
        return find_recorded(git, f"refs/heads/{branch}") or "HEAD"
    targets = (_newest(git, name) for name in default_branches(git))
    return next((tip for tip in targets if tip), "HEAD")


def _newest(git: Git, name: str) -> str | None:
    """The tip of a target as it was fetched, if it was, else as it is here."""
    refs = (f"refs/remotes/{name}", upstream_of(git, name) or "")
    fetched = next((ref for ref in refs if find_branch_ref(git, ref) and ref.startswith("refs/remotes/")), name)
    return find_recorded(git, fetched)


def _is_followed(workspace: Workspace, branch: str) -> bool:
    if is_unused(workspace.git):
        return False
    return next(stages_on(branch, workspace.store.read().state.tasks.values()), None) is not None


def _add(git: Git, path: Path, branch: str, base: str) -> None:
    """A branch of this name that is there is checked out again: it has the work of an earlier session."""
    is_new = find_recorded(git, f"refs/heads/{branch}") is None
    add_worktree(git, path, branch=branch, base=base if is_new else None, reason=LOCKED)


def _keep(workspace: Workspace, worktree: Worktree) -> None:
    from okstra_git.snapshots.take import SnapshotSubject, snapshot_of

    if worktree.branch is None or is_unused(workspace.git):
        return
    here = stage_on(worktree.branch, workspace.store.read().state.tasks.values())
    if here is not None:
        about = SnapshotSubject(here[0].key.slashed, here[1].number, "", SESSION_ENDED)
        snapshot_of(workspace.git, worktree.path, about, now=workspace.now())
