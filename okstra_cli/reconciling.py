"""What `reconcile` does for each mode: look, settle, take a person's answer, prove again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from okstra_cli.output import Answer
from okstra_cli.views import reconcile as view
from okstra_git.errors import UsageError
from okstra_git.git import revisions
from okstra_git.git.revisions import BRANCH, require_named
from okstra_git.names import TaskKey, parse_stage, shown
from okstra_git.porcelain.current_state import take_back_landings
from okstra_git.porcelain.follow import make_judge, read_hints, tell_moves
from okstra_git.porcelain.hook_events import forget_settled
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.reconcile.answers import Choice, NotWork, record_anchor, record_choice
from okstra_git.reconcile.model import Report
from okstra_git.reconcile.settle import settle
from okstra_git.reconcile.verify import verify_moves
from okstra_git.records.events import Event
from okstra_git.state.registry import require_task

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.porcelain.task_lookup import Identity


class Wish(NamedTuple):
    """The flags of the line."""

    check: bool
    apply: bool
    stage: str | None
    use_ref: str | None
    reset_anchor: str | None
    every: bool
    show: bool
    verify: bool
    force: bool = False


def reconcile_answer(session: Session, identity: Identity, wish: Wish) -> Answer:
    """Check the flags against each other, then do what they say."""
    _refuse_contradictions(wish)
    keys = _keys(session, identity, wish)
    if wish.verify:
        return _verify(session, keys)
    applied = _decide(session, keys, wish) if _changes(wish) else {}
    reports = _look(session, keys)
    shown = [view.Shown(report, applied.get(report.task, []), wish.show) for report in reports]
    payload = _payload(session, shown, wish)
    status = 2 if any(report.needs_person for report in reports) else 0
    return Answer(payload, lambda: view.report_page(session.git, shown), status)


def _refuse_contradictions(wish: Wish) -> None:
    if wish.check and _changes(wish):
        raise UsageError("--check only looks, so it cannot go with --apply or --reset-anchor", hint="give one of them")
    if (wish.stage is None) != (wish.use_ref is None):
        raise UsageError("--stage and --use-ref belong together", hint="add --apply --stage N --use-ref REF")
    if wish.use_ref is not None and not wish.apply:
        raise UsageError("--use-ref changes a record, so it needs --apply", hint="add --apply")
    if wish.force and wish.use_ref is None:
        raise UsageError("--force goes with --use-ref", hint="add --apply --stage N --use-ref REF")
    if wish.every and (wish.use_ref is not None or wish.reset_anchor is not None):
        raise UsageError("--all does not go with a decision about one task", hint="name the task with --task-key")


def _changes(wish: Wish) -> bool:
    return wish.apply or wish.reset_anchor is not None


def _keys(session: Session, identity: Identity, wish: Wish) -> list[TaskKey]:
    state = session.store.read().state
    if wish.every:
        if identity.task is not None:
            raise UsageError("--all and a task exclude each other", hint="give one of them")
        return [key for key, task in state.tasks.items() if task.is_open]
    key = require_key(session.workspace, identity)
    require_task(state, key)
    return [key]


def _look(session: Session, keys: Sequence[TaskKey]) -> list[Report]:
    state = session.store.read().state
    judge = make_judge(session.workspace, state, hints=read_hints(session.workspace))
    return judge.judge_all([state.tasks[key] for key in keys])


def _decide(session: Session, keys: Sequence[TaskKey], wish: Wish) -> dict[TaskKey, list[Event]]:
    """Record what the person said, then everything that is proven, all in one append; the person's word comes first.

    What was recorded, by the key of the task.
    """
    events = _record_word(session, keys[0], wish) if keys else []
    if wish.apply:
        for key in [None] if wish.every else keys:
            take_back_landings(session.workspace, key)
        settled = settle(session.store, _look(session, keys))
        session.warn(settled.warning)
        events += settled.events
        tell_moves(session.workspace, settled.events)
        forget_settled(session.workspace)
    return {key: [event for event in events if event.fact.task == key] for key in keys}


def _record_word(session: Session, key: TaskKey, wish: Wish) -> list[Event]:
    """What a person decided about one task."""
    events: list[Event] = []
    if wish.use_ref is not None and wish.stage is not None:
        number = parse_stage(wish.stage)
        choice = _choice(session, key, number, wish.use_ref)
        events += record_choice(session.store, key, number, choice, force=wish.force).events
    if wish.reset_anchor is not None:
        named = require_named(session.git, wish.reset_anchor, what="--reset-anchor")
        events += record_anchor(session.store, key, named.commit, named.name).events
    return events


def _choice(session: Session, key: TaskKey, number: int, ref: str) -> Choice:
    """What was named, and what speaks for and against it."""
    try:
        commit, full, _ = require_named(session.git, ref, what="--use-ref")
    except revisions.NotWork as refusal:
        told = f"{shown(ref)} is where okstra keeps its records, and no work"
        raise NotWork(told, hint=f"git okstra reconcile --task-key {key} --check --show") from refusal
    state = session.store.read().state
    task = require_task(state, key)
    stage = task.stages.get(number)
    if stage is None:
        return Choice(commit, ref)
    judge = make_judge(session.workspace, state, hints=read_hints(session.workspace))
    findings = [finding for finding in judge.judge(task).findings if finding.stage == number]
    own = judge.places.branch(stage.branch)
    targets = judge.places.targets(task, stage)
    within = next((home.name for home in targets if judge.places.contains(home.tip, commit)), "")
    offered = {each.commit: each.base for finding in findings for each in finding.candidates if each.likely}
    if own is not None and not any(judge.places.contains(home.tip, own.tip) for home in targets):
        offered.setdefault(own.tip, None)
    elsewhere: dict[str, str] = {
        other.range.head: f"stage {other.number} of {each.key}"
        for each in state.tasks.values() if each.key != task.key
        for other in each.stages.values() if other.range
    }  # fmt: skip
    branch = full.removeprefix(BRANCH) if full.startswith(BRANCH) else ""
    return Choice(commit, ref, {home.tip: home.name for home in targets}, offered, elsewhere, within, branch)


def _payload(session: Session, shown: Sequence[view.Shown], wish: Wish) -> dict[str, Any]:
    mode = "apply" if _changes(wish) else "check"
    each = [view.report_json(session.git, one, mode) for one in shown]
    return {"mode": mode, "tasks": each} if wish.every else each[0]


def _verify(session: Session, keys: Sequence[TaskKey]) -> Answer:
    snapshot = session.store.read()
    checked = [move for key in keys for move in verify_moves(session.git, snapshot, key)]
    refuted = [move for move in checked if move.verdict == "refuted"]
    return Answer(view.verify_json(checked), lambda: view.verify_page(checked), 1 if refuted else 0)
