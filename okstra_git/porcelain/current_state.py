"""What holds at this moment, whatever was recorded: where stages may be, landings that still stand, runs that live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.runs.leases import leases_of, life_of
from okstra_git.store.clone import find_writer

if TYPE_CHECKING:
    from okstra_git.host.process_facts import Liveness
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.reachability import TakenBack
    from okstra_git.reconcile.scope import SearchScope
    from okstra_git.records.events import Event
    from okstra_git.records.runs import Holder, Run
    from okstra_git.records.states import State, Task
    from okstra_git.runs.leases import Lease, Look

SHORT = 10
SESSION_VARIABLE = "CLAUDE_CODE_SESSION_ID"
"""Where the agent gives its commands the id of its session."""


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


def make_search_scope(workspace: Workspace, state: State, planned: Mapping[str, str] | None = None) -> SearchScope:
    """The branches to look at; `planned` tips stand for branches git is about to move."""
    from okstra_git.reconcile.scope import SearchScope

    scope = SearchScope(workspace.git, planned or {}, workspace.settings.target, own_writer(workspace))
    scope.know_stage_branches(state)
    return scope


def own_writer(workspace: Workspace) -> str:
    """This clone's id; empty before `init`, and where the file that has it is damaged."""
    try:
        return find_writer(workspace.git) or ""
    except OkstraError:
        return ""


def window_limit(workspace: Workspace) -> int:
    """How many commits are searched for a record."""
    return workspace.settings.reconcile_window


def agent_session(workspace: Workspace) -> str:
    """The session id that the agent gives its commands, if any."""
    value = workspace.environ.get(SESSION_VARIABLE, "")
    return value if value.isprintable() and len(value) <= 200 else ""


@dataclass(frozen=True)
class LivenessChecker:
    """Looks at holders on behalf of one command."""

    workspace: Workspace

    @cached_property
    def _look(self) -> Look:
        from okstra_git.runs.holder import look_here

        return look_here()

    @cached_property
    def _hours(self) -> int:
        return self.workspace.settings.lease_hours

    def look(self, holder: Holder) -> Liveness:
        """Whether the holder lives, as far as this machine can tell."""
        return self._look(holder)

    def life_of(self, run: Run) -> Liveness:
        """Whether the run's holder lives; far away the age of its lease decides."""
        return life_of(run, self.look, now=self.workspace.now(), lease_hours=self._hours)

    def leases(self, task: Task) -> tuple[Lease, ...]:
        """Who holds which stage of the task."""
        return leases_of(task, self.look, now=self.workspace.now(), lease_hours=self._hours)

    def is_ours(self, holder: Holder) -> bool:
        """Whether the holder is this process or stands above it."""
        from okstra_git.runs.holder import stands_above

        return stands_above(holder)


def _taken_back(workspace: Workspace, state: State, tasks: Iterable[Task]) -> list[TakenBack]:
    landed = [task for task in tasks if any(stage.landed for stage in task.stages.values())]
    if not landed:
        return []
    from okstra_git.reconcile.reachability import list_taken_back

    try:
        return list_taken_back(landed, make_search_scope(workspace, state))
    except OkstraError as refusal:
        workspace.note(f"whether what had landed still has was not looked at: {refusal.message}")
        return []
