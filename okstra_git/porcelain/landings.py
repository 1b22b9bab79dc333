"""Notes which stages have landed; looking again costs next to nothing while neither targets nor records moved."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from okstra_git.digest import canonical_json, fingerprint_of
from okstra_git.errors import OkstraError
from okstra_git.fs.outside import read_gits
from okstra_git.git.git_directory import read_own, replace_own
from okstra_git.names import TaskKey, is_slashed_key, key_of_slashed
from okstra_git.porcelain.current_state import make_search_scope, standing_state, tell_taken_back, window_limit
from okstra_git.store import layout
from okstra_git.store.fold_handoff import landed_as

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.judge import Judge
    from okstra_git.reconcile.landings import Landed, Landings
    from okstra_git.reconcile.scope import SearchScope
    from okstra_git.records.events import Event
    from okstra_git.records.states import State, Task

VERSION = 2


@dataclass(frozen=True)
class Look:
    """The last answer about a task, valid while targets and records are as `seen` says; `waits`: not all is recorded.

    `missed` are the facts of what arrived although the stage has not landed.
    """

    seen: str
    waits: bool = False
    missed: tuple[dict[str, Any], ...] = ()


def note_landings(workspace: Workspace, key: TaskKey | None) -> tuple[Event, ...]:
    """Record what has landed, and what was taken back, of a task, or of every open one, in one append; note each.

    A clone that cannot record says so and goes on: no caller depends on it.
    """
    state = workspace.store.read().state
    scope = make_search_scope(workspace, state)
    tasks = _concerned(state, key)
    before = _load(workspace)
    current = {task.key: _print(workspace, scope, task) for task in tasks}
    fresh = [task for task in tasks if _is_new(before.get(task.key), current[task.key])]
    if not fresh:
        return ()
    try:
        return _look_and_record(workspace, state, scope, fresh, before)
    except OkstraError as refusal:
        workspace.note(f"what has landed could not be recorded: {refusal.message}")
        return ()


def missed_landings(
    workspace: Workspace, judge: Judge, state: State, tasks: Iterable[Task]
) -> dict[TaskKey, list[dict[str, Any]]]:
    """Task -> what arrived of stages that have not landed; only looks, and only where something is new."""
    before = _load(workspace)
    looks: dict[TaskKey, Look] = {}
    for task in (task for task in tasks if task.is_open):
        current = _print(workspace, judge.scope, task)
        last = before.get(task.key)
        looks[task.key] = last if last is not None and last.seen == current else _look(judge, task, current)
    if any(before.get(key) != look for key, look in looks.items()):
        _save(workspace, state, before | looks)
    return {key: list(look.missed) for key, look in looks.items() if look.missed}


def landed_state(workspace: Workspace, key: TaskKey | None) -> State:
    """The state as it would be with all landings of a task, or of every one, on record as they are; only looks."""
    from okstra_git.porcelain.follow import make_judge  # a judge of history is heavy
    from okstra_git.reconcile.landings import as_landed, find_landings

    state = standing_state(workspace)
    judge = make_judge(workspace, state)
    landed = {task.key: as_landed(task, find_landings(judge, task)) for task in _concerned(state, key)}
    return state.model_copy(update={"tasks": {**state.tasks, **landed}})


def _look_and_record(
    workspace: Workspace, state: State, scope: SearchScope, tasks: Sequence[Task], before: dict[TaskKey, Look]
) -> tuple[Event, ...]:
    from okstra_git.porcelain.follow import make_judge  # a judge of history is heavy, and mostly nothing is new
    from okstra_git.reconcile.landings import landed_facts, look_for_landings
    from okstra_git.reconcile.reachability import unlanded_facts

    judge = make_judge(workspace, state, scope=scope)
    answers = {task.key: look_for_landings(judge, task) for task in tasks}
    landed = [landing for answer in answers.values() for landing in answer.landed]
    lost = [landing for answer in answers.values() for landing in answer.taken_back]
    events: tuple[Event, ...] = ()
    if landed or lost:
        appended = workspace.store.append(lambda now: [*unlanded_facts(now, lost), *landed_facts(now, landed)])
        workspace.warn(appended.warning)
        events, state = appended.events, appended.snapshot.state
    recorded = {(event.fact.task, getattr(event.fact, "stage", 0)) for event in events}
    looks = {
        key: Look(_print(workspace, scope, state.tasks[key]), _is_left(answer, recorded), _facts(answer))
        for key, answer in answers.items()
    }
    _save(workspace, state, before | looks)
    tell_taken_back(workspace, events)
    _note_arrivals(
        workspace, [landing for landing in landed if (landing.task, landing.stage) in recorded], looks, before
    )
    return events


def _is_left(answer: Landings, recorded: Collection[tuple[TaskKey, int]]) -> bool:
    """Whether something that was found was not recorded."""
    due = {(landing.task, landing.stage) for landing in answer.landed} | {
        (landing.task, landing.stage) for landing in answer.taken_back
    }
    return not due <= set(recorded)


def _look(judge: Judge, task: Task, current: str) -> Look:
    from okstra_git.reconcile.landings import look_for_landings  # heavy, and mostly nothing is new

    answer = look_for_landings(judge, task)
    return Look(current, bool(answer.landed or answer.taken_back), _facts(answer))


def _concerned(state: State, key: TaskKey | None) -> list[Task]:
    chosen = [task for task in state.tasks.values() if key is None or task.key == key]
    return [task for task in chosen if task.is_open and any(stage.range for stage in task.stages.values())]


def _is_new(last: Look | None, current: str) -> bool:
    return last is None or last.seen != current or last.waits


# --- notes about what arrived


def _note_arrivals(
    workspace: Workspace, landed: Iterable[Landed], looks: dict[TaskKey, Look], before: dict[TaskKey, Look]
) -> None:
    for landing in landed:
        facts = asdict(landing)
        workspace.note(f"stage {landing.stage} of {landing.task} landed in {landing.target} ({described(facts)})")
    for key, look in looks.items():
        reported = before[key].missed if key in before else ()
        for facts in (arrival for arrival in look.missed if arrival not in reported):
            workspace.note(missed_sentence(facts))


def described(facts: dict[str, Any]) -> str:
    """`squash, with group 2-3`."""
    return f"{facts['how']}, with group {facts['group']}" if facts["group"] else str(facts["how"])


def missed_sentence(facts: dict[str, Any]) -> str:
    """What arrived of a stage that has not landed."""
    stage = f"stage {facts['stage']} of {key_of_slashed(facts['task'])}"
    if facts["why"] == "taken-out":
        return f"{stage} was in {facts['target']} ({described(facts)}), but not all of it is there any more"
    return f"{facts['target']} has an older version of {stage} ({described(facts)}); what it is now has not landed"


def _facts(answer: Landings) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"why": arrival.why, **asdict(arrival.what), "task": arrival.what.task.slashed} for arrival in answer.not_landed
    )


# --- remembering


def _print(workspace: Workspace, scope: SearchScope, task: Task) -> str:
    """Stands for all that the answer about a task depends on: targets, own branches, records, what is cut off."""
    stages = [
        {
            "stage": number, "head": stage.range.head, "landed": landed_as(stage),
            "holders": scope.copies(stage.landing.target) if stage.landing else None,
            "former": [(trail.range.head, trail.proof) for trail in stage.trail],
            "branch": scope.branch(stage.branch), "targets": scope.destinations_of(task, number),
        }
        for number, stage in task.stages.items() if stage.range is not None
    ]  # fmt: skip
    groups = [(group.id, group.base_ref, group.range.head, group.range.base) for group in task.groups.values()]
    prs = [(pr.url, pr.base_ref, pr.commit) for pr in task.prs.values()]
    handed = [*(group.members for group in task.groups.values()), *(pr.members for pr in task.prs.values())]
    members = [[member.model_dump() for member in group_members] for group_members in handed]
    shallow = read_gits(workspace.git.common_dir / "shallow") if workspace.git.is_shallow else None
    cut = (shallow or b"").decode(errors="replace")
    anchor = task.anchor.range.head if task.anchor else None
    around = scope.targets(task, None)
    whole = [VERSION, scope.writer, stages, around, groups, prs, members, cut, anchor, window_limit(workspace)]
    return fingerprint_of(whole)


def _load(workspace: Workspace) -> dict[TaskKey, Look]:
    """What was seen last, by task; nothing where that cannot be read."""
    try:
        stored = json.loads(read_own(_path(workspace)) or b"")
        if stored["version"] != VERSION:
            return {}
        return {key_of_slashed(key): Look(str(look["seen"]), bool(look["waits"]), tuple(_known_facts(look["missed"])))
                for key, look in stored["tasks"].items() if is_slashed_key(key)}  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _known_facts(missed: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """The remembered facts; a key that is missing makes the whole memory void."""
    names = ("why", "task", "stage", "recorded", "target", "commit", "how", "group")
    return [{name: facts[name] for name in names} for facts in missed]


def _save(workspace: Workspace, state: State, looks: dict[TaskKey, Look]) -> None:
    """Write down what was seen; a repository that cannot be written simply has no memory."""
    stored = {key.slashed: asdict(look) for key, look in looks.items() if key in state.tasks}
    replace_own(_path(workspace), canonical_json({"version": VERSION, "tasks": stored}))


def _path(workspace: Workspace) -> Path:
    return layout.landings_file(workspace.git.private_dir)
