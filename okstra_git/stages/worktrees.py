"""The worktrees that stages and groups have reserved, beside those that git has, and what is checked out in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okstra_git.git.checkouts import Checkout, see_all_files, see_head
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import Worktree, list_worktrees
from okstra_git.names import TaskKey
from okstra_git.paths import real_path
from okstra_git.records.states import Reservation, Stage, State, Task
from okstra_git.store.clone import OwnWorktrees, find_made

MAX_READ = 64
"""Worktrees whose files one look at everything reads; of more it reads only what is checked out."""

Key = tuple[TaskKey, int]
"""A task and the number of one of its stages."""


@dataclass(frozen=True)
class ReservedWorktree:
    """A reservation and what git knows at its path: `here` is None when there is no such worktree (any more).

    `is_own`: this clone reserved it. `is_made`: okstra made `here` in this repository for this reservation. A path
    that another clone recorded is not looked at, unless it is that.
    """

    task: TaskKey
    place: Reservation
    here: Worktree | None
    tip: str | None
    is_own: bool = True
    is_made: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether the row names a directory that another clone has."""
        return self.place.worktree is not None and self.here is None and not self.is_own

    @property
    def exists(self) -> bool:
        """Whether the worktree is registered and its directory is there."""
        return self.here is not None and self.here.path.is_dir()


def list_reserved_worktrees(
    git: Git, state: State, *, only: TaskKey | None, with_released: bool, trees: Sequence[Worktree] | None = None
) -> list[ReservedWorktree]:
    """Reservations in key order; released ones on request. `trees` are git's worktrees, when they are known already."""
    trees, own = list_worktrees(git) if trees is None else trees, OwnWorktrees(git)
    by_path = {real_path(worktree.path): worktree for worktree in trees}
    rows: list[ReservedWorktree] = []
    for task, place in list_reservations(state, only):
        if with_released or place.status == "active":
            path, made = own.path(place), find_made(trees, task, place)
            worktree_here = by_path.get(real_path(path)) if path is not None else made
            tip = find_ref(git, f"refs/heads/{place.branch}") if place.branch else None
            rows.append(
                ReservedWorktree(
                    task.key, place, worktree_here, tip, is_own=own.is_own(place), is_made=made is not None
                )
            )
    return rows


def list_reservations(state: State, only: TaskKey | None) -> Iterator[tuple[Task, Reservation]]:
    for task in state.tasks.values():
        if only is None or task.key == only:
            yield from ((task, place) for _, place in sorted(task.places.items()))


def see_stages(git: Git, tasks: Sequence[Task]) -> dict[Key, Checkout]:
    """The worktree of every stage that has one and has not landed: the registry's, else where git has its branch."""
    stages = [(task, stage) for task in tasks for stage in task.stages.values() if not stage.landed and stage.branch]
    if not stages:
        return {}
    trees = [see_head(tree) for tree in list_worktrees(git) if not tree.is_bare and tree.path.is_dir()]
    by_stage = dict(_pairs(OwnWorktrees(git), stages, trees))
    unique = list({tree.path: tree for tree in by_stage.values()}.values())
    read = {tree.path: tree for tree in see_all_files(unique[:MAX_READ])}
    return {key: read.get(tree.path, tree) for key, tree in by_stage.items()}


def _pairs(
    places: OwnWorktrees, stages: Sequence[tuple[Task, Stage]], trees: Sequence[Checkout]
) -> Iterator[tuple[Key, Checkout]]:
    by_path = {real_path(tree.path): tree for tree in trees}
    by_branch = {tree.works_on: tree for tree in reversed(trees)}
    for task, stage in stages:
        path = places.active_path(task.places.get(f"stage-{stage.number}"))
        own = by_path.get(real_path(path)) if path is not None else None
        if own is not None and not own.is_linked and own.works_on != stage.branch:
            own = None  # the main worktree is on other branches at times
        checkout = own or by_branch.get(stage.branch)
        if checkout is not None:
            yield (task.key, stage.number), checkout


def see_reserved(rows: Sequence[ReservedWorktree]) -> list[Checkout | None]:
    """The worktree of each reservation, all of them read; None where there is none."""
    heads = [see_head(row.here) if row.here is not None and row.exists else None for row in rows]
    read = {tree.path: tree for tree in see_all_files([tree for tree in heads if tree is not None])}
    return [read[tree.path] if tree is not None else None for tree in heads]
