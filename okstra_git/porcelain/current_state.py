"""The state by the branches as they are now: a landing that was taken back does not count, recorded or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.reachability import TakenBack
    from okstra_git.records.events import Event
    from okstra_git.records.states import State, Task

SHORT = 10


def standing_state(workspace: Workspace, state: State | None = None) -> State:
    """The state without landings that no target holds any more; only looks."""
    state = state if state is not None else workspace.store.read().state
    lost = _taken_back(workspace, state, state.tasks.values())
    if not lost:
        return state
    from okstra_git.reconcile.reachability import as_taken_back

    changed = {key: as_taken_back(state.tasks[key], lost) for key in {landing.task for landing in lost}}
    return state.model_copy(update={"tasks": {**state.tasks, **changed}})


def take_back_landings(workspace: Workspace, key: TaskKey | None) -> tuple[Event, ...]:
    """Record which landings of a task, or of every one, were taken back, and note each in a line.

    A clone that cannot record says so and goes on: no caller depends on it.
    """
    state = workspace.store.read().state
    named = [task for task in state.tasks.values() if key is None or task.key == key]
    lost = _taken_back(workspace, state, [task for task in named if task.is_open])
    if not lost:
        return ()
    from okstra_git.reconcile.reachability import unlanded_facts

    try:
        appended = workspace.store.append(lambda snapshot: unlanded_facts(snapshot, lost))
    except OkstraError as refusal:
        workspace.note(f"what has landed could not be recorded: {refusal.message}")
        return ()
    workspace.warn(appended.warning)
    tell_taken_back(workspace, appended.events)
    return appended.events


def tell_taken_back(workspace: Workspace, events: Iterable[Event]) -> None:
    """One line on standard error for each landing that was taken back."""
    from okstra_git.records.events import StageUnlanded

    for fact in (event.fact for event in events):
        if isinstance(fact, StageUnlanded):
            stage = f"stage {fact.stage} of {fact.task}"
            target = fact.target or "a target"
            workspace.note(f"{stage} had landed in {target} as {fact.landed[:SHORT]}; no target holds that any more")


def _taken_back(workspace: Workspace, state: State, tasks: Iterable[Task]) -> list[TakenBack]:
    landed = [task for task in tasks if any(stage.landed for stage in task.stages.values())]
    if not landed:
        return []
    from okstra_git.porcelain.search_scope import (
        make_search_scope,  # the usual state has nothing that could be taken back
    )
    from okstra_git.reconcile.reachability import list_taken_back

    try:
        return list_taken_back(landed, make_search_scope(workspace, state))
    except OkstraError as refusal:
        workspace.note(f"whether what had landed still has was not looked at: {refusal.message}")
        return []
