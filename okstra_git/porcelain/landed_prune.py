"""Removes branches that have landed, and their worktrees: what is not provably elsewhere stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.fs.outside import read_line
from okstra_git.git.history import contains
from okstra_git.git.reflogs import list_moves
from okstra_git.git.refs import RefUpdate, find_quietly, swap_refs
from okstra_git.git.remotes import upstream_of
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH
from okstra_git.git.unsaved_work import UnsavedItem, in_words, read_unsaved_work
from okstra_git.git.worktree_changes import remove_worktree
from okstra_git.git.worktrees import list_worktrees, private_dirs
from okstra_git.host.machine import processes_in
from okstra_git.paths import real_path
from okstra_git.porcelain.landed import LandingTarget, RefLanding, find_targets
from okstra_git.porcelain.workspace import Workspace, is_unused
from okstra_git.store.registry import active_places


@dataclass(frozen=True)
class PrunedBranch:
    """A branch, or a detached worktree, and whether it goes, or went; `reason` says why it is kept."""

    landing: RefLanding
    removed: bool
    reason: str = ""

    @property
    def restore(self) -> str | None:
        """The line that makes the branch again where it was."""
        asked = self.landing.asked
        if not self.removed or not asked.ref:
            return None
        return command("git branch", asked.ref.removeprefix(BRANCH), asked.commit)


def plan_prune(workspace: Workspace, found: Sequence[RefLanding], into: str | None = None) -> list[PrunedBranch]:
    """Which of the landed branches and worktrees would go, and why the others of them stay; changes nothing."""
    keeping = _Keeping(workspace, into)
    return [_planned(each, keeping.reason(each)) for each in found if each.landing.state == "landed"]


def _planned(landing: RefLanding, reason: str | None) -> PrunedBranch:
    return PrunedBranch(landing, removed=reason is None, reason=reason or "")


def prune_landed(workspace: Workspace, planned: Sequence[PrunedBranch], into: str | None = None) -> list[PrunedBranch]:
    """Remove what was planned, looking once more at each; what has changed meanwhile stays, with the reason."""
    keeping = _Keeping(workspace, into)
    return [_removed(workspace.git, keeping, each) if each.removed else each for each in planned]


def _removed(git: Git, keeping: _Keeping, planned: PrunedBranch) -> PrunedBranch:
    landing, asked = planned.landing, planned.landing.asked
    reason = keeping.reason(landing)
    if reason is not None:
        return PrunedBranch(landing, removed=False, reason=reason)
    gone = ""
    try:
        if asked.worktree is not None:
            path = asked.worktree.path
            remove_worktree(git, asked.worktree, also=lambda: _busy(path))
            gone = "; its worktree was removed"
        if asked.ref:
            swap_refs(git, [RefUpdate(asked.ref, asked.commit, None)], message="okstra: landed")
    except OkstraError as refusal:
        return PrunedBranch(landing, removed=False, reason=refusal.message + gone)
    return PrunedBranch(landing, removed=True)


class _Keeping:
    """Knows why a landed branch has to stay."""

    def __init__(self, workspace: Workspace, into: str | None) -> None:
        self._workspace = workspace
        self._git = workspace.git
        self._targets = {target.ref for target in (*find_targets(workspace, into), *_default_targets(workspace))}
        self._held = set(_held_by_operations(self._git))
        self._trees = list_worktrees(self._git)
        self._recorded = set(_recorded_branches(workspace))

    def reason(self, landing: RefLanding) -> str | None:
        """The first thing that keeps it, in words; None where it can go."""
        return next(self._reasons(landing), None)

    def _reasons(self, landing: RefLanding) -> Iterator[str]:
        asked, git = landing.asked, self._git
        name = asked.ref.removeprefix(BRANCH)
        if asked.ref and not asked.ref.startswith(BRANCH):
            yield "it is not a branch of this clone"
        if not asked.ref and asked.worktree is None:
            yield "it is a commit, not a branch"
        if asked.ref in self._targets:
            yield "others are merged into it"
        if asked.ref and find_quietly(git, asked.ref) != asked.commit:
            yield "it moved meanwhile"
        if asked.ref in self._held:
            yield "a rebase or bisection goes on with it"
        if name in self._recorded:
            yield "okstra has it on record: git okstra worktree prune"
        if landing.landing.how == "ancestor" and asked.ref and len(list_moves(git, asked.ref)) < 2:
            yield "nothing was ever committed on it here: it may be about to begin"
        upstream = upstream_of(git, name) if asked.ref else None
        tip = find_quietly(git, upstream) if upstream else None
        if tip is not None and not contains(git, tip, asked.commit):
            yield f"it has commits that {upstream} does not have"
        yield from self._of_worktree(landing)

    def _of_worktree(self, landing: RefLanding) -> Iterator[str]:
        """What keeps the worktree in which it is checked out, as that is now."""
        asked = landing.asked
        on = [tree for tree in self._trees if asked.ref and tree.branch and BRANCH + tree.branch == asked.ref]
        if any(asked.worktree is None or tree.path != asked.worktree.path for tree in on):
            yield "it is checked out elsewhere"
        tree = asked.worktree
        if tree is None:
            return
        if not self._trees or tree.path == self._trees[0].path or tree.is_bare:
            yield "it is checked out in the main worktree"
        if real_path(self._workspace.cwd).is_relative_to(real_path(tree.path)):
            yield "we are in its worktree"
        if tree.is_locked:
            yield f"its worktree is locked{f': {tree.lock_reason}' if tree.lock_reason else ''}"
        processes = processes_in(tree.path)
        if processes:
            yield f"something runs in its worktree: {', '.join(processes)}"
        held = read_unsaved_work(self._git, tree)
        if held.keeping:
            yield f"its worktree has {in_words(held.keeping)}"


def _busy(path: Path) -> list[UnsavedItem]:
    return [UnsavedItem("occupied", f"{process} stands in it") for process in processes_in(path)]


def _default_targets(workspace: Workspace) -> list[LandingTarget]:
    """The branches that others are merged into when none is named; there need not be any."""
    try:
        return find_targets(workspace)
    except OkstraError:
        return []


def _held_by_operations(git: Git) -> Iterator[str]:
    """Branches that a rebase or a bisection in some worktree will come back to."""
    for private in (git.common_dir, *private_dirs(git).values()):
        for name in ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"):
            held = read_line(private / name) or ""
            yield held if held.startswith(BRANCH) else BRANCH + held


def _recorded_branches(workspace: Workspace) -> Iterator[str]:
    """Branches that okstra follows for a task."""
    if is_unused(workspace.git):
        return
    yield from (place.branch for _, place in active_places(workspace.store.read().state) if place.branch)
