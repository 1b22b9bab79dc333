"""Gathers the live stages of tasks as they are at this moment, and forecasts which of them will conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from okstra_cli.output import Answer
from okstra_cli.views import forecast as view
from okstra_git.git.objects import MissingObject, tree_of
from okstra_git.git.refs import find_quietly
from okstra_git.git.worktree_content import Content, worktree_trees
from okstra_git.git.worktrees import list_worktrees
from okstra_git.handoff.forecast import Forecast, LiveStage, forecast
from okstra_git.handoff.known_merges import load_merges, save_merges
from okstra_git.names import TaskKey
from okstra_git.state import layout

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_cli.page import Page
    from okstra_cli.session import Session
    from okstra_git.git.repo import Git
    from okstra_git.records.states import Stage, Task


def with_forecast(
    session: Session, tasks: Iterable[Task], facts: Mapping[str, Any], page: Callable[[], Page]
) -> Answer:
    """An answer about these tasks, and after it what lies ahead of them."""
    found = forecast_of(session, tasks)

    def whole() -> Page:
        filled = page()
        view.forecast_block(filled, found)
        return filled

    return Answer({**facts, "forecast": view.forecast_json(found)}, whole)


class _Standing(NamedTuple):
    """A live stage, its commit now, and the branch whose worktree holds its newest work, if any does."""

    task: TaskKey
    stage: int
    commit: str
    branch: str | None


def forecast_of(session: Session, tasks: Iterable[Task]) -> Forecast:
    """Which live stages of these tasks contradict each other, work that is not committed included.

    Nothing is recorded. What merges came to is remembered in this clone's private files, so asking again is cheap.
    """
    git = session.git
    standings = [standing for task in tasks for standing in _live_stages(git, task)]
    contents = _contents(git, standings)
    stages: list[LiveStage] = []
    skipped: list[str] = []
    for standing in standings:
        content = contents.get(standing.branch or "")
        try:
            stages.append(_live(git, standing, content))
        except MissingObject as missing:
            skipped.append(f"{_name(standing)} was left out: {missing}")
            continue
        skipped += _limits_of(standing, content)
    known = load_merges(layout.forecast_file(git.private_dir))
    found = forecast(git, stages, known)
    save_merges(layout.forecast_file(git.private_dir), known)
    return replace(found, skipped=(*skipped, *found.skipped))


def _live_stages(git: Git, task: Task) -> Iterator[_Standing]:
    """Stages that have begun and not landed. Several on one branch: its tip is the newest of those not recorded yet.

    What is recorded on such a branch counts as it was recorded, since the tip is somebody else's work as well.
    """
    live = [stage for stage in task.stages.values() if not stage.landed and (stage.branch or stage.range)]
    counts = Counter(stage.branch for stage in live)
    working = {stage.branch: stage for stage in live if stage.range is None}
    for stage in live:
        tip = find_quietly(git, f"refs/heads/{stage.branch}") if stage.branch else None
        is_shared = counts[stage.branch] > 1 and working.get(stage.branch) is not stage
        if tip is not None and not is_shared:
            yield _Standing(task.key, stage.number, tip, stage.branch)
        elif (commit := _recorded(stage)) is not None:
            yield _Standing(task.key, stage.number, commit, None)


def _recorded(stage: Stage) -> str | None:
    return stage.range.head if stage.range is not None else None


def _contents(git: Git, standings: Iterable[_Standing]) -> dict[str, Content]:
    """What lies in the worktrees in which these stages' branches are checked out, by branch."""
    branches = {standing.branch for standing in standings if standing.branch}
    if not branches:
        return {}
    places: Mapping[str, Path] = {
        each.branch: each.path
        for each in list_worktrees(git)
        if each.branch in branches and not each.is_prunable and each.branch is not None
    }
    found = worktree_trees(list(places.values()))
    return {branch: found[path] for branch, path in places.items() if path in found}


def _live(git: Git, standing: _Standing, content: Content | None) -> LiveStage:
    if content is None or content.head is None:
        return LiveStage(standing.task, standing.stage, standing.commit, tree_of(git, standing.commit))
    return LiveStage(standing.task, standing.stage, content.head, content.tree, content.is_dirty)


def _limits_of(standing: _Standing, content: Content | None) -> Iterator[str]:
    if content is None:
        return
    if content.problem:
        yield f"what is not committed of {_name(standing)} was left out: {content.problem}"
    yield from (f"{_name(standing)} was compared without {left}" for left in content.left_out)


def _name(standing: _Standing) -> str:
    return f"{standing.task} stage {standing.stage}"
