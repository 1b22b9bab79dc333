"""Which live stages of tasks would conflict if both were merged, as they are at this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.git.git_directory import modified_at
from okstra_git.git.objects import MissingObject, tree_of
from okstra_git.git.refs import find_quietly
from okstra_git.git.worktree_content import Content, worktree_trees
from okstra_git.git.worktrees import list_worktrees
from okstra_git.handoff.forecast import ComingClash, Forecast, LiveStage, forecast, load_merges, recall, save_merges
from okstra_git.names import TaskKey
from okstra_git.store import layout

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.git.repo import Git
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Stage, Task


class _Tip(NamedTuple):
    """A live stage, its commit now, and the branch whose worktree holds its newest work, if any does."""

    task: TaskKey
    stage: int
    commit: str
    branch: str | None


def forecast_tasks(workspace: Workspace, tasks: Iterable[Task]) -> Forecast:
    """Which live stages of these tasks contradict each other, work that is not committed included.

    Nothing is recorded. What merges came to is remembered in this clone's private files, so asking again is cheap.
    """
    git = workspace.git
    tips = [tip for task in tasks for tip in _live_stages(git, task)]
    contents = _contents(git, tips)
    stages: list[LiveStage] = []
    skipped: list[str] = []
    for tip in tips:
        content = contents.get(tip.branch or "")
        try:
            stages.append(_live(git, tip, content))
        except MissingObject as missing:
            skipped.append(f"{_name(tip)} was left out: {missing}")
            continue
        skipped += _limits_of(tip, content)
    merges = load_merges(layout.forecast_file(git.private_dir))
    ahead = forecast(git, stages, merges)
    save_merges(layout.forecast_file(git.private_dir), merges)
    return replace(ahead, skipped=(*skipped, *ahead.skipped))


def recall_forecast(workspace: Workspace, tasks: Iterable[Task]) -> tuple[tuple[ComingClash, ...], float | None]:
    """What the last forecast knew of these tasks' stages as they are committed now, and when it was made.

    The time is in seconds since 1970, None where there was no forecast yet. Nothing is merged: stages that changed
    since then are in none of its contradictions.
    """
    git = workspace.git
    file = layout.forecast_file(git.private_dir)
    made = modified_at(file)
    known = load_merges(file)
    if not any(known.merges.values()):
        return (), made
    stages = []
    for tip in (tip for task in tasks for tip in _live_stages(git, task)):
        with suppress(MissingObject):
            stages.append(LiveStage(tip.task, tip.stage, tip.commit, tree_of(git, tip.commit)))
    return recall(stages, known), made


def _live_stages(git: Git, task: Task) -> Iterator[_Tip]:
    """Stages that have begun and not landed. Several on one branch: its tip is the newest of those not recorded yet.

    What is recorded on such a branch counts as it was recorded, since the tip is other stages' work as well.
    """
    live = [stage for stage in task.stages.values() if not stage.landed and (stage.branch or stage.range)]
    counts = Counter(stage.branch for stage in live)
    working = {stage.branch: stage for stage in live if stage.range is None}
    for stage in live:
        tip = find_quietly(git, f"refs/heads/{stage.branch}") if stage.branch else None
        is_shared = counts[stage.branch] > 1 and working.get(stage.branch) is not stage
        if tip is not None and not is_shared:
            yield _Tip(task.key, stage.number, tip, stage.branch)
        elif (commit := _recorded(stage)) is not None:
            yield _Tip(task.key, stage.number, commit, None)


def _recorded(stage: Stage) -> str | None:
    return stage.range.head if stage.range is not None else None


def _contents(git: Git, tips: Iterable[_Tip]) -> dict[str, Content]:
    """What the worktrees contain in which these stages' branches are checked out, by branch."""
    branches = {tip.branch for tip in tips if tip.branch}
    if not branches:
        return {}
    places: Mapping[str, Path] = {
        worktree.branch: worktree.path
        for worktree in list_worktrees(git)
        if worktree.branch in branches and not worktree.is_prunable and worktree.branch is not None
    }
    trees = worktree_trees(git, list(places.values()))
    return {branch: trees[path] for branch, path in places.items() if path in trees}


def _live(git: Git, tip: _Tip, content: Content | None) -> LiveStage:
    if content is None or content.head is None:
        return LiveStage(tip.task, tip.stage, tip.commit, tree_of(git, tip.commit))
    return LiveStage(tip.task, tip.stage, content.head, content.tree, content.is_dirty)


def _limits_of(tip: _Tip, content: Content | None) -> Iterator[str]:
    if content is None:
        return
    if content.problem:
        yield f"what is not committed of {_name(tip)} was left out: {content.problem}"
    yield from (f"{_name(tip)} was compared without {left}" for left in content.left_out)


def _name(tip: _Tip) -> str:
    return f"{tip.task} stage {tip.stage}"
