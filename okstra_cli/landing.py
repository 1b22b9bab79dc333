"""Records what has landed since somebody last looked, and tells it; looking again costs next to nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from okstra_cli.following import make_judge
from okstra_git.digest import canonical_json, fingerprint
from okstra_git.errors import OkstraError
from okstra_git.reconcile.settle import still_true
from okstra_git.records.events import AnyFact, StageLanded
from okstra_git.state import layout
from okstra_git.state.cache import replace_file

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.names import TaskKey
    from okstra_git.reconcile.judge import Judge
    from okstra_git.records.states import Task

SHORT = 10


def note_landings(session: Session, key: TaskKey | None = None) -> None:
    """Look whether stages of one task, or of every open one, have landed; record it in one append, tell each in a line.

    A clone that cannot record now only tells.
    """
    state = session.store.read().state
    tasks = [task for task in state.tasks.values() if task.is_open and (key is None or task.key == key.slashed)]
    judge = make_judge(session, state)
    looked = _last_looks(session)
    looks = {task.key: _look(judge, task) for task in tasks}
    unseen = [task for task in tasks if looked.get(task.key) != looks[task.key]]
    facts: list[AnyFact] = []
    for task in unseen:
        for landed in judge.landings(task):
            if landed.is_older:
                session.note(
                    f"an older version of stage {landed.stage} of {_colon(task.key)} landed in {landed.target}; "
                    "what is recorded now has not"
                )
            else:
                facts.append(landed.fact(task.key))
    if facts:
        _record(session, facts)
    if unseen:
        _remember(session, {**looked, **looks})


def _record(session: Session, facts: list[AnyFact]) -> None:
    try:
        done = session.store.append(lambda snapshot: [fact for fact in facts if still_true(snapshot, fact)])
    except OkstraError as refusal:
        session.warn(f"what landed could not be recorded: {refusal.message}")
        return
    session.warn(done.warning)
    for event in done.events:
        if isinstance(event.fact, StageLanded):
            session.note(describe_landing(event.fact))


def describe_landing(fact: StageLanded) -> str:
    """`stage 2 of shop:web:login landed in main at 1a2b3c4d5e (squash, with group 2-3)`."""
    how = f"{fact.how}, with group {fact.group}" if fact.group else fact.how
    return f"stage {fact.stage} of {_colon(fact.task)} landed in {fact.target} at {fact.landed[:SHORT]} ({how})"


def _look(judge: Judge, task: Task) -> str:
    """A fingerprint of everything that a landing depends on."""
    stages = [stage for _, stage in sorted(task.stages.items()) if stage.range is not None and not stage.landed]
    targets = {home.name: home.tip for stage in stages for home in judge.places.targets(task, stage)}
    heads = {str(stage.number): stage.range.head for stage in stages if stage.range is not None}
    groups = {group.id: group.range.head for group in task.groups.values()}
    return fingerprint(canonical_json({"targets": targets, "heads": heads, "groups": groups}))


def _last_looks(session: Session) -> dict[str, str]:
    try:
        found = json.loads(layout.landings_file(session.git.private_dir).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return {key: look for key, look in found.items() if isinstance(look, str)} if isinstance(found, dict) else {}


def _remember(session: Session, looks: dict[str, str]) -> None:
    replace_file(layout.landings_file(session.git.private_dir), canonical_json(looks))


def _colon(key: str) -> str:
    return key.replace("/", ":")
