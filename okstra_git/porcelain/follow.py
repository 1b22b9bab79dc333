"""What commands do about rewritten history before, or instead of, their own work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.git.config import read_setting
from okstra_git.git.settings import require_setting
from okstra_git.porcelain.current_state import take_back_landings
from okstra_git.porcelain.search_scope import make_places, window_limit
from okstra_git.reconcile.judge import Judge
from okstra_git.reconcile.model import Report
from okstra_git.reconcile.settle import settle
from okstra_git.records.events import AnchorMoved, Event, StageMoved

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.reconcile.places import Places
    from okstra_git.records.states import State, Task

SHORT = 10


def make_judge(
    workspace: Workspace,
    state: State,
    *,
    planned: Mapping[str, str] | None = None,
    hints: Mapping[str, str] | None = None,
    places: Places | None = None,
) -> Judge:
    """A judge with the repository's settings; `planned` tips stand for branches git is about to move."""
    carry = read_setting(workspace.git, require_setting("okstra.verificationCarry")).value
    places = places or make_places(workspace, state, planned)
    return Judge(places, window_limit(workspace), carry == "replay", hints or {})


def judge_each(judge: Judge, tasks: Sequence[Task]) -> tuple[list[Report], dict[TaskKey, OkstraError]]:
    """What reconcile says of each task, and why some cannot be judged: one of them does not stop the others."""
    try:
        return judge.judge_all(tasks), {}
    except OkstraError as refusal:
        if len(tasks) == 1:
            return [Report(tasks[0].key)], {tasks[0].key: refusal}
    found = [judge_each(judge, [task]) for task in tasks]
    return [report for reports, _ in found for report in reports], {
        key: refusal for _, failed in found for key, refusal in failed.items()
    }


def follow_first(workspace: Workspace, key: TaskKey, *, besides: Collection[int] = ()) -> None:
    """Settle what is proven of a task before new work is recorded on it, one note for each move.

    Stages in `besides` are about to be recorded anew, so nothing is asked about them.
    """
    take_back_landings(workspace, key)
    state = workspace.store.read().state
    task = state.tasks.get(key)
    if task is None or not any(stage.range for stage in task.stages.values()):
        return
    report = make_judge(workspace, state, hints=read_hints(workspace)).judge(task)
    if report.is_settleable:
        tell_moves(workspace, settle(workspace.store, [report]).events)
    for finding in (finding for finding in report.confirms if finding.stage not in besides):
        workspace.note(f"stage {finding.stage} of {key} needs a decision: {finding.reason}")


def read_hints(workspace: Workspace) -> dict[str, str]:
    """Old -> new commits that git's hooks reported since the last look; chains are followed to their end."""
    from okstra_git.spool import list_spooled

    spooled = list_spooled(str(workspace.git.private_dir))
    return chain_hints(pair for event in spooled for pair in (*event.pairs, *event.amends))


def chain_hints(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The last commit that each old commit was said to have become."""
    step = {old: new for old, new in pairs if old != new}
    ends: dict[str, str] = {}
    for old in step:
        at, seen = old, {old}
        while at in step and step[at] not in seen:
            at = step[at]
            seen.add(at)
        ends[old] = at
    return ends


def tell_moves(workspace: Workspace, events: Iterable[Event]) -> None:
    """One line on standard error for each record that followed its commit."""
    told = [(event, line) for event in events if (line := describe_move(event))]
    state = workspace.store.read().state if told else None
    for event, line in told:
        workspace.note(line + (_told_of_verification(state, event) if state is not None else ""))


def _told_of_verification(state: State, event: Event) -> str:
    """Whether what was verified still stands for a stage that moved; nothing where nothing was verified."""
    fact = event.fact
    task = state.tasks.get(fact.task)
    stage = task.stages.get(fact.stage) if task is not None and isinstance(fact, StageMoved) else None
    if stage is None or stage.verified is None or stage.landed:
        return ""
    return "; its verification stands" if stage.is_verified else "; its verification does not stand any more"


def describe_move(event: Event) -> str:
    """`stage 2 of shop:web:login followed 1a2b3c → 4d5e6f (replay)`, or nothing for other events."""
    fact = event.fact
    if isinstance(fact, StageMoved):
        what = f"stage {fact.stage} of {fact.task}"
    elif isinstance(fact, AnchorMoved):
        what = f"the anchor of {fact.task}"
    else:
        return ""
    landed = ", landed" if isinstance(fact, StageMoved) and fact.landed else ""
    return f"{what} followed {fact.old[:SHORT]} → {fact.range.head[:SHORT]} ({fact.proof}{landed})"
