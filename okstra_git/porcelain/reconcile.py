"""What `reconcile` does: look where history has the recorded stages, settle what is proven, take a person's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okstra_git.errors import refuse
from okstra_git.git import revisions
from okstra_git.git.revisions import BRANCH, require_named
from okstra_git.names import TaskKey, parse_stage, quote
from okstra_git.porcelain.current_state import take_back_landings
from okstra_git.porcelain.follow import follow_history, forget_settled, make_judge, read_hints
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.reconcile.settle import ChosenCommit, after_moves, record_anchor, record_choice, verify_moves
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.findings import Report
    from okstra_git.reconcile.settle import Checked
    from okstra_git.records.events import Event


@dataclass(frozen=True)
class ReconcileOptions:
    """What was asked of `reconcile`, one field an option; without any of them it only looks."""

    check: bool = False
    apply: bool = False
    stage: str | None = None
    use_ref: str | None = None
    reset_anchor: str | None = None
    all_tasks: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        if self.check and self.changes_records:
            message = "--check only looks, so it cannot go with --apply or --reset-anchor"
            raise refuse("usage", message, hint="give one of them")
        if (self.stage is None) != (self.use_ref is None):
            raise refuse("usage", "--stage and --use-ref belong together", hint="add --apply --stage N --use-ref REF")
        if self.use_ref is not None and not self.apply:
            raise refuse("usage", "--use-ref changes a record, so it needs --apply", hint="add --apply")
        if self.force and self.use_ref is None:
            raise refuse("usage", "--force goes with --use-ref", hint="add --apply --stage N --use-ref REF")
        if self.all_tasks and (self.use_ref is not None or self.reset_anchor is not None):
            raise refuse(
                "usage", "--all does not go with a decision about one task", hint="name the task with --task-key"
            )

    @property
    def changes_records(self) -> bool:
        """Whether anything may be recorded."""
        return self.apply or self.reset_anchor is not None


@dataclass(frozen=True)
class Reconciled:
    """How the tasks stand now, and what was recorded just before, by the (slashed) key of the task."""

    reports: tuple[Report, ...]
    applied: Mapping[TaskKey, Sequence[Event]] = field(default_factory=dict)

    @property
    def needs_person(self) -> bool:
        """Whether anything is left that no proof settles."""
        return any(report.needs_person for report in self.reports)


def reconcile(workspace: Workspace, identity: Identity, options: ReconcileOptions) -> Reconciled:
    """Record what the person decided and what is proven, as far as the options ask for it; then say what is left.

    A person's decision is recorded first, since other stages may be proven by it.
    """
    keys = _keys(workspace, identity, options)
    decided = _record_decisions(workspace, keys[0], options) if keys else []
    if not options.apply:
        return Reconciled(_look(workspace, keys), _by_task(keys, decided) if options.changes_records else {})
    for key in [None] if options.all_tasks else keys:
        take_back_landings(workspace, key)
    state = workspace.store.read().state
    followed = follow_history(workspace, [state.tasks[key] for key in keys], state=state)
    if not followed.events:
        workspace.warn(workspace.store.catch_up().warning)
    forget_settled(workspace)
    reports = tuple(
        _after(workspace, key, report, followed.events) for key, report in zip(keys, followed.reports, strict=True)
    )
    return Reconciled(reports, _by_task(keys, [*decided, *followed.events]))


def verify_tasks(workspace: Workspace, identity: Identity, options: ReconcileOptions) -> list[Checked]:
    """Prove every recorded move of the tasks again."""
    snapshot = workspace.store.read()
    keys = _keys(workspace, identity, options)
    return [move for key in keys for move in verify_moves(workspace.git, snapshot, key)]


def _keys(workspace: Workspace, identity: Identity, options: ReconcileOptions) -> list[TaskKey]:
    state = workspace.store.read().state
    if options.all_tasks:
        if identity.task is not None:
            raise refuse("usage", "--all and a task exclude each other", hint="give one of them")
        return [key for key, task in state.tasks.items() if task.is_open]
    key = require_key(workspace, identity)
    require_task(state, key)
    return [key]


def _look(workspace: Workspace, keys: Sequence[TaskKey]) -> tuple[Report, ...]:
    state = workspace.store.read().state
    judge = make_judge(workspace, state, hints=read_hints(workspace))
    return tuple(judge.judge_all([state.tasks[key] for key in keys]))


def _after(workspace: Workspace, key: TaskKey, report: Report, events: Sequence[Event]) -> Report:
    """The report after these moves, without judging again unless a record was moved by another process meanwhile."""
    return after_moves(report, events) or _look(workspace, [key])[0]


def _by_task(keys: Sequence[TaskKey], events: Sequence[Event]) -> dict[TaskKey, list[Event]]:
    return {key: [event for event in events if event.fact.task == key] for key in keys}


# --- what a person decided


def _record_decisions(workspace: Workspace, key: TaskKey, options: ReconcileOptions) -> list[Event]:
    """What a person decided about one task."""
    events: list[Event] = []
    if options.use_ref is not None and options.stage is not None:
        number = parse_stage(options.stage)
        choice = _choice(workspace, key, number, options.use_ref)
        events += record_choice(workspace.store, key, number, choice, force=options.force).events
    if options.reset_anchor is not None:
        named = require_named(workspace.git, options.reset_anchor, what="--reset-anchor")
        events += record_anchor(workspace.store, key, named.commit, named.name).events
    return events


def _choice(workspace: Workspace, key: TaskKey, number: int, ref: str) -> ChosenCommit:
    """What was named, and what speaks for and against it."""
    try:
        commit, full, _ = require_named(workspace.git, ref, what="--use-ref")
    except revisions.NotWork as refusal:
        message = f"{quote(ref)} is where okstra keeps its records, and no work"
        raise refuse(
            "answer.not-work", message, hint=f"git okstra reconcile --task-key {key} --check --show"
        ) from refusal
    state = workspace.store.read().state
    task = require_task(state, key)
    stage = task.stages.get(number)
    if stage is None:
        return ChosenCommit(commit, ref)
    judge = make_judge(workspace, state, hints=read_hints(workspace))
    findings = [finding for finding in judge.judge(task).findings if finding.stage == number]
    own = judge.scope.branch(stage.branch)
    targets = judge.scope.targets(task, stage)
    within = next((target.name for target in targets if judge.scope.contains(target.tip, commit)), "")
    offered = {item.commit: item.base for finding in findings for item in finding.candidates if item.likely}
    if own is not None and not any(judge.scope.contains(target.tip, own.tip) for target in targets):
        offered.setdefault(own.tip, None)
    elsewhere: dict[str, str] = {
        recorded.range.head: f"stage {recorded.number} of {other.key}"
        for other in state.tasks.values() if other.key != task.key
        for recorded in other.stages.values() if recorded.range
    }  # fmt: skip
    branch = full.removeprefix(BRANCH) if full.startswith(BRANCH) else ""
    return ChosenCommit(
        commit, ref, {target.tip: target.name for target in targets}, offered, elsewhere, within, branch
    )
