"""How the worktrees of stages lie there, for what is shown of them: one look at each, a few at a time."""

from collections.abc import Iterator, Sequence

from okstra_git.git.checkouts import Checkout, see_all_files, see_head
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import list_worktrees
from okstra_git.names import TaskKey
from okstra_git.real_paths import real_path
from okstra_git.records.states import Stage, Task
from okstra_git.store.ownership import OwnWorktrees
from okstra_git.tasks.places import PlaceRow

MAX_READ = 64
"""Worktrees of which one look at everything reads the files; of more only what is checked out is told."""

Key = tuple[TaskKey, int]
"""The slashed key of a task, and the number of a stage."""


def see_stages(git: Git, tasks: Sequence[Task]) -> dict[Key, Checkout]:
    """The worktree of every stage that has one and has not landed: the registry's, else where git has its branch."""
    stages = [(task, stage) for task in tasks for stage in task.stages.values() if not stage.landed and stage.branch]
    if not stages:
        return {}
    trees = [see_head(tree) for tree in list_worktrees(git) if not tree.is_bare and tree.path.is_dir()]
    found = dict(_pairs(OwnWorktrees(git), stages, trees))
    unique = list({one.path: one for one in found.values()}.values())
    read = {one.path: one for one in see_all_files(unique[:MAX_READ])}
    return {key: read.get(one.path, one) for key, one in found.items()}


def _pairs(
    places: OwnWorktrees, stages: Sequence[tuple[Task, Stage]], trees: Sequence[Checkout]
) -> Iterator[tuple[Key, Checkout]]:
    by_path = {real_path(one.path): one for one in trees}
    by_branch = {one.works_on: one for one in reversed(trees)}
    for task, stage in stages:
        path = places.active_path(task.places.get(f"stage-{stage.number}"))
        own = by_path.get(real_path(path)) if path is not None else None
        if own is not None and not own.is_linked and own.works_on != stage.branch:
            own = None  # the main worktree is on other branches at times
        seen = own or by_branch.get(stage.branch)
        if seen is not None:
            yield (task.key, stage.number), seen


def see_places(rows: Sequence[PlaceRow]) -> list[Checkout | None]:
    """The worktree of each registry row, all of them read; None where there is none."""
    heads = [see_head(row.here) if row.here is not None and row.exists else None for row in rows]
    read = {one.path: one for one in see_all_files([one for one in heads if one is not None])}
    return [read[one.path] if one is not None else None for one in heads]
