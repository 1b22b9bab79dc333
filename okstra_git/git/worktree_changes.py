"""Brings a worktree to another commit or removes it, and first looks whether anything in it is nowhere else."""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.diffs import ABSENT, diff_trees
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import Git
from okstra_git.git.unsaved_work import Kind, UnsavedItem, UnsavedWork, in_words, named, read_unsaved_work
from okstra_git.git.worktree_files import Standing, folders_above
from okstra_git.git.worktrees import Worktree

_STOPS: frozenset[Kind] = frozenset({"hidden", "filtered", "operation", "unclear"})


def why_not_follow(git: Git, here: Worktree, before: Sequence[str], commit: str) -> str:
    """What keeps the files from being brought to `commit`, in words; nothing when they can be, or are there already.

    They have to be exactly those of `commit` or of one of the commits `before`, and nothing may lie where new files go.
    """
    return _judge(git, here, before, commit)[0]


def follow(git: Git, here: Worktree, before: Sequence[str], commit: str) -> bool:
    """Bring index and files to `commit` where nothing keeps them; False when they stay as they are."""
    obstacle, old = _judge(git, here, before, commit)
    if obstacle or not old:
        return False
    if old != commit:
        run_git(["read-tree", "-m", "-u"], revisions=[old, commit], cwd=here.path)
    return True


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
    own_lock: str = "",
) -> UnsavedWork:
    """Remove a worktree that holds nothing but what is elsewhere and caches; what it held in the end.

    `also` says what else keeps it at this moment; a lock of the reason `own_lock` does not, nor one of okstra's form.
    git is never forced, except past submodules, which have been looked into. Refuses (`worktree.holds`) when anything
    is found, and whatever git refuses.
    """
    held = read_unsaved_work(git, worktree, others=others, own_lock=own_lock)
    kept = (*held.keeping, *also())
    if kept:
        raise _refusal(worktree, kept)
    if held.standing is not None:
        _clear_caches(held.standing)
    _remove(git, worktree, force=held.has_modules)
    return held


def _judge(git: Git, here: Worktree, before: Sequence[str], commit: str) -> tuple[str, str]:
    """The obstacle, if any, and the commit whose files lie there, if there is one."""
    held = read_unsaved_work(git, here)
    stops = held.of(_STOPS)
    if stops or held.standing is None:
        return in_words(stops) or "its files cannot be read", ""
    old = _stands_at(here, held.standing, (*before, commit))
    if not old:
        messages = [item.message for item in held.found if item.kind == "changed"]
        return "; ".join(messages) or "it has files of another commit", ""
    way = _in_the_way(git, held.standing, old, commit)
    return (next(named("untracked", "files lie where the group's would go", way)).message, "") if way else ("", old)


def _stands_at(here: Worktree, standing: Standing, commits: Iterable[str]) -> str:
    """The first of the commits that index and files are exactly those of, or nothing."""
    if any(change.is_unstaged or change.is_hidden for change in standing.changes):
        return ""
    for commit in commits:
        asked = ["diff-index", "--cached", "--quiet", "--ignore-submodules=none"]
        try:
            if run_git(asked, revisions=[commit], cwd=here.path, accept=(0, 1)).returncode == 0:
                return commit
        except GitFailed:
            continue
    return ""


def _in_the_way(git: Git, standing: Standing, old: str, new: str) -> list[bytes]:
    """What is not committed and lies where a file of `new` goes, or above or below that."""
    (changes,) = diff_trees(git, [(tree_of(git, old), tree_of(git, new))])
    inside = standing.inventory
    loose = {*standing.untracked, *standing.ignored, *standing.caches.files, *inside.special, *inside.repositories}
    folders = {folder for path in loose for folder in folders_above(path)} | {path + b"/" for path in loose}
    added = [change.path for change in changes if change.old == ABSENT]
    return [path for path in added if path + b"/" in folders or any(up[:-1] in loose for up in folders_above(path))]


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
