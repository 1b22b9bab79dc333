"""Removes a worktree, and looks at the last moment whether anything in it is nowhere else."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.repo import Git
from okstra_git.git.unsaved_work import UnsavedItem, UnsavedWork, in_words, read_unsaved_work
from okstra_git.git.worktree_files import Standing
from okstra_git.git.worktrees import Worktree


class WorktreeHolds(OkstraError):
    """There is something in the worktree that is nowhere else, and it was not touched; `found` says what."""

    code = "worktree.holds"
    found: tuple[UnsavedItem, ...] = ()


def remove_worktree(
    git: Git,
    worktree: Worktree,
    *,
    others: Sequence[Worktree] | None = None,
    also: Callable[[], Sequence[UnsavedItem]] = tuple,
) -> UnsavedWork:
    """Remove a worktree that holds nothing but what is elsewhere and caches; what it held in the end.

    `also` says what else keeps it at this moment. git is never forced, except past submodules, which have been looked
    into. Refuses (`worktree.holds`) when anything is found, and whatever git refuses.
    """
    held = read_unsaved_work(git, worktree, others=others)
    kept = (*held.keeping, *also())
    if kept:
        raise _refusal(worktree, kept)
    if held.standing is not None:
        _clear_caches(held.standing)
    _remove(git, worktree, force=held.has_modules)
    return held


def _clear_caches(standing: Standing) -> None:
    """Remove the caches that git is not set to ignore, over which it would stumble."""
    for path in standing.plain_caches:
        with suppress(OSError):
            os.unlink(os.path.join(os.fsencode(standing.top), path))


def _refusal(worktree: Worktree, items: tuple[UnsavedItem, ...]) -> WorktreeHolds:
    refusal = WorktreeHolds(
        f"the worktree {worktree.path} was not removed: {in_words(items)}",
        hint="git okstra worktree prune --dry-run",
        path=str(worktree.path),
        kinds=[item.kind for item in items],
    )
    refusal.found = items
    return refusal


def _remove(git: Git, worktree: Worktree, *, force: bool) -> None:
    path = str(worktree.path)
    if worktree.is_locked:
        run_git(["worktree", "unlock"], values=[path], cwd=git.top, accept=(0, 128))
    try:
        run_git(["worktree", "remove", *(["--force"] if force else [])], values=[path], cwd=git.top)
    except GitFailed as failed:
        if worktree.is_locked:
            again = ["worktree", "lock", f"--reason={worktree.lock_reason}"]
            run_git(again, values=[path], cwd=git.top, accept=(0, 128))
        raise refuse("worktree.failed", f"the worktree {path} was not removed: {failed.message}", path=path) from failed
