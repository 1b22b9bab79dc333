"""Follows recorded stages across rewritten history: before a command works, in a hook, or after one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from okstra_git.commands import word
from okstra_git.contract import STALE_HISTORY
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.worktrees import current_branch
from okstra_git.porcelain.current_state import make_search_scope, take_back_landings, window_limit
from okstra_git.reconcile.findings import Report, stale_item
from okstra_git.reconcile.judge import Judge
from okstra_git.reconcile.settle import settle
from okstra_git.records.events import AnchorMoved, Event, StageMoved
from okstra_git.spool import drop_spooled, list_spooled
from okstra_git.store.derived import write_watch

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.findings import Report
    from okstra_git.reconcile.scope import SearchScope
    from okstra_git.records.states import State, Task

SHORT = 10

OnQuestion = Literal["leave", "note", "refuse"]
"""What becomes of a record that only a person can decide: the caller sees to it, it is mentioned, or it stops us."""


@dataclass(frozen=True)
class Followed:
    """What following came to: the reports as they were judged, what was recorded of them, and the state after that."""

    reports: tuple[Report, ...]
    events: tuple[Event, ...]
    state: State

    def questions(self, task: TaskKey) -> dict[int, str]:
        """Stage -> why only a person can say which commit it is now; of the task with this key."""
        return {f.stage: f.reason for report in self.reports if report.task == task for f in report.confirms}


def follow_history(
    workspace: Workspace,
    tasks: Sequence[Task],
    *,
    state: State | None = None,
    judge: Judge | None = None,
    on_question: OnQuestion = "leave",
    recording: Collection[int] = (),
) -> Followed:
    """Record every proven move of these tasks, one judgement and one append for all of them; note each move.

    `state` is where the tasks come from, read if it is not given. Of stages in `recording`, which are about to be
    recorded anew, nothing is asked. With `on_question="refuse"` the first task that needs a person stops the caller
    (`history.stale`); what was proven until then stays recorded.
    """
    state = state or workspace.store.read().state
    events: tuple[Event, ...] = ()
    if not any(has_commits(task) for task in tasks):
        return Followed(tuple(Report(task.key) for task in tasks), events, state)
    reports = (judge or make_judge(workspace, state, hints=read_hints(workspace))).judge_all(tasks)
    if any(report.is_settleable for report in reports):
        settled = settle(workspace.store, reports)
        workspace.warn(settled.warning)
        events, state = settled.events, settled.snapshot.state
        note_moves(workspace, state, events)
    for report in (report for report in reports if report.needs_person):
        if on_question == "refuse":
            raise _stale(report)
        if on_question == "note":
            _note_questions(workspace, report, recording)
    return Followed(tuple(reports), events, state)


def follow_before_recording(workspace: Workspace, key: TaskKey, stages: Collection[int]) -> None:
    """Bring a task up to date with history before these stages of it are recorded anew; other questions are noted."""
    take_back_landings(workspace, key)
    state = workspace.store.read().state
    task = state.tasks.get(key)
    if task is not None:
        follow_history(workspace, [task], state=state, on_question="note", recording=stages)


def has_commits(task: Task) -> bool:
    """Whether anything of the task could have been rewritten: a recorded stage, or the anchor."""
    return task.anchor is not None or any(stage.range for stage in task.stages.values())


# --- judging


def make_judge(
    workspace: Workspace,
    state: State,
    *,
    planned: Mapping[str, str] | None = None,
    hints: Mapping[str, str] | None = None,
    scope: SearchScope | None = None,
) -> Judge:
    """A judge with the repository's settings; `planned` tips stand for branches git is about to move."""
    carry = workspace.settings.verification_carry
    scope = scope or make_search_scope(workspace, state, planned)
    return Judge(scope, window_limit(workspace), carry == "replay", hints or {})


def judge_each(judge: Judge, tasks: Sequence[Task]) -> tuple[list[Report], dict[TaskKey, OkstraError]]:
    """What reconcile says of each task, and why some cannot be judged: one of them does not stop the others."""
    try:
        return judge.judge_all(tasks), {}
    except OkstraError as refusal:
        if len(tasks) == 1:
            return [Report(tasks[0].key)], {tasks[0].key: refusal}
    answers = [judge_each(judge, [task]) for task in tasks]
    return [report for reports, _ in answers for report in reports], {
        key: refusal for _, refused in answers for key, refusal in refused.items()
    }


def read_hints(workspace: Workspace) -> dict[str, str]:
    """Old -> new commits that git's hooks reported since the last look; chains are followed to their end."""
    return chain_hints(
        pair for event in list_spooled(str(workspace.git.private_dir)) for pair in (*event.pairs, *event.amends)
    )


def chain_hints(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The last commit that each old commit was said to have become."""
    step = {old: new for old, new in pairs if old != new}
    ends: dict[str, str] = {}
    for old in step:
        end, visited = old, {old}
        while end in step and step[end] not in visited:
            end = step[end]
            visited.add(end)
        ends[old] = end
    return ends


# --- what is said


def note_moves(workspace: Workspace, state: State, events: Iterable[Event]) -> None:
    """One line of progress for each record that followed its commit; `state` is the one after the moves."""
    for event in events:
        if line := describe_move(event):
            workspace.note(line + _fate_of_verification(state, event))


def describe_move(event: Event) -> str:
    """`stage 2 of shop:web:login followed 1a2b3c → 4d5e6f (replay)`, or nothing for other events."""
    fact = event.fact
    if isinstance(fact, StageMoved):
        subject = f"stage {fact.stage} of {fact.task}"
    elif isinstance(fact, AnchorMoved):
        subject = f"the anchor of {fact.task}"
    else:
        return ""
    landed = ", landed" if isinstance(fact, StageMoved) and fact.landed else ""
    return f"{subject} followed {fact.old[:SHORT]} → {fact.range.head[:SHORT]} ({fact.proof}{landed})"


def process_hook_events(workspace: Workspace, *, planned: Mapping[str, str]) -> tuple[Report, ...]:
    """Look at every task that a report, or the branch checked out here, concerns; settle what is proven and say so.

    `planned` are tips that git is about to give to branches. Reports that were read are dropped, torn ones stay.
    """
    private = str(workspace.git.private_dir)
    spooled = list_spooled(private)
    hints = chain_hints(pair for event in spooled for pair in (*event.pairs, *event.amends))
    state = workspace.store.read().state
    judge = make_judge(workspace, state, planned=planned, hints=hints)
    tasks = list(_concerned(workspace, state, hints, planned))
    followed = follow_history(workspace, tasks, state=state, judge=judge)
    if not followed.events:
        write_watch(workspace.git, state)  # an append writes it anew; a branch may have moved without one
    drop_spooled(private, [event.name for event in spooled if not event.torn])
    return followed.reports


def forget_settled(workspace: Workspace) -> None:
    """Drop the reports that speak of no recorded commit any more."""
    recorded = {
        stage.range.head
        for task in workspace.store.read().state.tasks.values()
        for stage in task.stages.values()
        if stage.range and task.is_open
    }
    private = str(workspace.git.private_dir)
    spooled = [event for event in list_spooled(private) if not event.torn]
    drop_spooled(private, [event.name for event in spooled if recorded.isdisjoint(old for old, _ in event.pairs)])


def process_pending_events(workspace: Workspace) -> None:
    """What a hook reported and could not settle, because git had not moved the branches yet.

    A clone that cannot record now keeps the report; a command that only reads is not refused for it.
    """
    if not any(not event.torn for event in list_spooled(str(workspace.git.private_dir))):
        return
    if not workspace.settings.hooks:
        return
    try:
        process_hook_events(workspace, planned={})
    except OkstraError as refusal:
        workspace.note(f"what a git hook reported could not be settled yet: {refusal.message}")


def _fate_of_verification(state: State, event: Event) -> str:
    """Whether what was verified still stands for a stage that moved; nothing where nothing was verified."""
    fact = event.fact
    task = state.tasks.get(fact.task)
    stage = task.stages.get(fact.stage) if task is not None and isinstance(fact, StageMoved) else None
    if stage is None or stage.verified is None or stage.landed:
        return ""
    return "; its verification stands" if stage.is_verified else "; its verification does not stand any more"


def _note_questions(workspace: Workspace, report: Report, recording: Collection[int]) -> None:
    for finding in (finding for finding in report.confirms if finding.stage not in recording):
        key = str(report.task)
        workspace.note(f"stage {finding.stage} of {key} needs a decision: {finding.reason}")


def _stale(report: Report) -> OkstraError:
    reconcile = f"okstra git-reconcile --task-key {word(str(report.task))}"
    look = f"{reconcile} --check --json"
    lost_anchor = report.anchor if report.anchor is not None and report.anchor.status == "unresolvable" else None
    causes = [f"stage {finding.stage}: {finding.reason}" for finding in report.confirms]
    steps = [f"then for each of them: {reconcile} --apply --stage N --use-ref REF"] if report.confirms else []
    if lost_anchor is not None:
        causes.append(f"the anchor: {lost_anchor.reason}")
        steps.append(f"then for the anchor: {reconcile} --reset-anchor REF")
    return refuse(
        "history.stale",
        f"{STALE_HISTORY} ({'; '.join(causes)}); to see them: {look}",
        hint="\n".join([look, *steps]),
        command=look,
        items=[stale_item(finding) for finding in report.confirms],
    )


def _concerned(
    workspace: Workspace, state: State, hints: Mapping[str, str], planned: Mapping[str, str]
) -> Iterable[Task]:
    """Open tasks that recorded a rewritten commit, or whose stages are on a branch that moves or is checked out."""
    branches = {ref.removeprefix("refs/heads/") for ref in planned} | {current_branch(workspace.git)}
    for task in state.tasks.values():
        heads = {stage.range.head for stage in task.stages.values() if stage.range}
        heads |= {task.anchor.range.head} if task.anchor else set()
        own = {stage.branch for stage in task.stages.values()}
        if task.is_open and (not heads.isdisjoint(hints) or not own.isdisjoint(branches)):
            yield task
