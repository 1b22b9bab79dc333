"""Events in, tasks out: the pure function that says what is true now.

Every clone folds all logs that it has, so all of them must come to one state from the same events, in whatever order
these arrived. Hence one total order (Lamport clock, then writer, then sequence number), one reducer for each type of
event, and nothing to decide by but the task so far and the event: no clock, no repository.

Events never undo each other. One that does not fit what is on record, because two clones worked without seeing each
other, changes nothing but the list of conflicts, which `status` shows. What a person decided (proof `user`) counts
wherever the record had gone meanwhile, and settles the conflicts.

Example: stage 2 was recorded as B (`stage.done`). Clone one follows a rebase and records `stage.moved` B to B'. Clone
two, which has not fetched that, records `stage.moved` B to B". Clone three gets both with the same Lamport clock, and
the writers' ids decide that the first is B'. The stage is at B'; the second event moves it from B, where it is not any
more, so that is a conflict. Whichever log is read first, the outcome is the same.
"""

from collections.abc import Callable, Iterable
from typing import Any

from okstra_git.names import TaskKey
from okstra_git.records import events as e
from okstra_git.records.runs import Conclusion, Plan, Replay, Run
from okstra_git.records.stage import Verification
from okstra_git.records.states import (
    Anchor,
    Reservation,
    Stage,
    Task,
    TaskOrigin,
    Trail,
    add_conflict,
    change,
    put_stage,
    settle_conflicts,
    with_standing,
)
from okstra_git.records.usage import merge_sessions
from okstra_git.records.work_events import RunLed, UsageRecorded, WorkerEnded
from okstra_git.store.fold_handoff import HANDING, TOGETHER, with_parted


def fold_task(key: TaskKey, events: Iterable[e.Event]) -> Task:
    """The task as its events leave it, in their total order; an event seen twice (two copies of a log) counts once."""
    unique = {(event.id, event.writer): event for event in events}
    task = Task(key=key)
    for event in e.in_order(unique.values()):
        task = _REDUCERS[event.fact.type](task, event, event.fact)
        task = task.model_copy(update={"clock": event.clock})
    return with_parted(task)


def _opened(task: Task, event: e.Event, fact: e.TaskOpened) -> Task:
    details = {"category": fact.category, "title": fact.title, "tickets": fact.tickets}
    return change(task, **details, is_open=True, opened=task.opened or event.at)


def _closed(task: Task, _: e.Event, __: e.TaskClosed) -> Task:
    return change(task, is_open=False)


def _spawned(task: Task, _: e.Event, fact: e.TaskSpawned) -> Task:
    """The first origin stays: a task comes from one place."""
    origin = TaskOrigin(**fact.model_dump(exclude={"type", "task"}))
    return task if task.origin is not None else change(task, origin=origin)


def _anchor_set(task: Task, _: e.Event, fact: e.AnchorSet) -> Task:
    if task.anchor is not None:
        return task
    return change(task, anchor=Anchor(range=fact.range, ref=fact.ref))


def _anchor_moved(task: Task, event: e.Event, fact: e.AnchorMoved) -> Task:
    if task.anchor is None or (task.anchor.range.head != fact.old and fact.proof != "user"):
        return add_conflict(task, f"anchor.moved {event.id} does not follow the recorded anchor")
    proven = (*task.anchor.trail, task.anchor.range.head) if fact.proof != "user" else ()
    moved = change(task, anchor=Anchor(range=fact.range, ref=fact.ref or task.anchor.ref, trail=proven))
    return settle_conflicts(moved) if fact.proof == "user" else moved


def _reserved(task: Task, event: e.Event, fact: e.PlaceReserved) -> Task:
    held = task.places.get(fact.scope)
    if held is not None and held.status == "active":
        return add_conflict(task, f"two clones reserved {fact.scope or 'the task'}: {held.writer} was first")
    place = Reservation(**fact.model_dump(exclude={"type", "task"}), writer=event.writer, at=event.at)
    number = _stage_of(fact.scope)
    task = change(task, places={**task.places, fact.scope: place}, runs=_runs_there(task, number, place))
    if number is None or number in task.stages:
        return task
    reserved = Stage(number=number, status="reserved", branch=fact.branch, base_ref=fact.base_ref)
    return put_stage(task, change(reserved, begun_by=event.writer))


def _runs_there(task: Task, number: int | None, place: Reservation) -> dict[str, Run]:
    """The runs, those of the stage on its branch with the worktree that this has now."""
    return {
        id: change(run, worktree=place.worktree)
        if place.worktree and run.worktree and run.is_active and _is_run_of(run, number, place)
        else run
        for id, run in task.runs.items()
    }


def _is_run_of(run: Run, number: int | None, place: Reservation) -> bool:
    """Whether the run works on the stage, on the place's branch, and is of the clone that has the place."""
    return (run.stage, run.branch, run.writer) == (number, place.branch, place.writer)


def _stage_of(scope: str) -> int | None:
    """The number in `stage-<N>`."""
    number = scope.removeprefix("stage-")
    return int(number) if number != scope and number.isdecimal() else None


def _released(task: Task, event: e.Event, fact: e.PlaceReleased) -> Task:
    held = task.places.get(fact.scope)
    if held is None:
        return task
    number = _stage_of(fact.scope)
    kept = {n: stage for n, stage in task.stages.items() if n != number or stage.status != "reserved"}
    by = held.writer if held.released_by == held.writer else event.writer  # what its own clone said stays said
    places = {**task.places, fact.scope: change(held, status="released", released_by=by)}
    return settle_conflicts(change(task, places=places, stages=kept))


def _started(task: Task, event: e.Event, fact: e.StageStarted) -> Task:
    before = task.stages.get(fact.stage)
    titled = fact.title or (before.title if before else "")
    stage = Stage(
        number=fact.stage, title=titled, depends_on=fact.depends_on, branch=fact.branch, base=fact.base,
        base_ref=fact.base_ref, range=before.range if before else None, trail=before.trail if before else (),
        begun_by=event.writer, recorded_by=before.recorded_by if before else "",
    )  # fmt: skip
    return put_stage(task, stage)


def _done(task: Task, event: e.Event, fact: e.StageDone) -> Task:
    before = task.stages.get(fact.stage) or Stage(number=fact.stage)
    verified = change(before.verified, carried=False) if before.verified else None
    was = before.range
    trail = (Trail(range=was, proof="user", at=event.at),) if was is not None and was.head != fact.range.head else ()
    pr = task.prs.get(before.pr) if before.pr is not None else None
    changes = {
        "branch": fact.branch, "range": fact.range, "carry": fact.carry, "trail": trail, "verified": verified,
        "pr": pr.url if pr is not None and pr.status == "open" else None,
        "recorded_by": event.writer if before.range != fact.range else before.recorded_by,
    }  # fmt: skip
    return settle_conflicts(put_stage(task, with_standing(change(before, **changes, landed=False, landing=None))))


def _moved(task: Task, event: e.Event, fact: e.StageMoved) -> Task:
    before = task.stages.get(fact.stage)
    if before is None or before.range is None:
        return add_conflict(task, f"stage.moved {event.id} names a stage that was never recorded")
    if before.range.head == fact.range.head:
        return put_stage(task, change(before, branch=fact.branch)) if fact.branch else task
    if before.range.head != fact.old and fact.proof != "user":
        return add_conflict(task, f"stage.moved {event.id} does not follow the recorded commit of stage {fact.stage}")
    trail = (*before.trail, Trail(range=before.range, proof=fact.proof, at=event.at))
    landed = fact.landed or (before.landed and fact.proof not in ("restored", "user"))
    changes = {
        "range": fact.range, "trail": trail, "landed": landed, "landing": before.landing if landed else None,
        "verified": _carried(before.verified, fact), "branch": fact.branch or before.branch,
        "recorded_by": event.writer,
    }  # fmt: skip
    moved = put_stage(task, with_standing(change(before, **changes)))
    return settle_conflicts(moved) if fact.proof == "user" else moved


def _carried(verified: Verification | None, fact: e.StageMoved) -> Verification | None:
    """The verification after a move: one of another tree holds only where the move itself said that it carries."""
    return change(verified, carried=fact.verified_carries) if verified else None


def _verified(task: Task, event: e.Event, fact: e.StageVerified) -> Task:
    before = task.stages.get(fact.stage)
    if before is None or before.range is None:
        return add_conflict(task, f"stage.verified {event.id} names a stage that was never recorded")
    fields = fact.model_dump(exclude={"type", "task", "stage"})
    proof = Verification(**fields, event=event.id, by=event.by, at=event.at)
    return put_stage(task, with_standing(change(before, verified=proof)))


def _plan_approved(task: Task, event: e.Event, fact: e.PlanApproved) -> Task:
    fields = fact.model_dump(exclude={"type", "task"})
    return change(task, plan=Plan(**fields, by=event.by, at=event.at))


def _run_claimed(task: Task, event: e.Event, fact: e.RunClaimed) -> Task:
    fields = fact.model_dump(exclude={"type", "task", "run"})
    return _put_run(task, Run(id=fact.run, **fields, writer=event.writer, claimed=event.at, touched=event.at))


def _run_prepared(task: Task, event: e.Event, fact: e.RunPrepared) -> Task:
    """Only the clone that claimed a run prepares it: what it was given are paths on that machine."""
    before = task.runs.get(fact.run)
    if before is not None and before.writer != event.writer:
        return add_conflict(task, f"run.prepared {event.id} is of a run that another clone claimed: {fact.run}")
    return _change_run(task, event, fact, status="prepared", prepared=event.at, touched=event.at)


def _run_resumed(task: Task, event: e.Event, fact: e.RunResumed) -> Task:
    return _change_run(task, event, fact, status="running", touched=event.at)


def _run_concluded(task: Task, event: e.Event, fact: e.RunConcluded) -> Task:
    conclusion = Conclusion(verdict=fact.verdict, direction=fact.direction, routing=fact.routing)
    return _change_run(task, event, fact, conclusion=conclusion)


def _run_finished(task: Task, event: e.Event, fact: e.RunFinished) -> Task:
    return _change_run(task, event, fact, status=fact.outcome, ended=event.at, ended_by=event.writer)


def _run_abandoned(task: Task, event: e.Event, fact: e.RunAbandoned) -> Task:
    return _change_run(task, event, fact, status="abandoned", ended=event.at, ended_by=event.writer)


def _run_validated(task: Task, event: e.Event, fact: e.RunValidated) -> Task:
    """Recorded just before the run's end; the last one counts."""
    before = task.runs.get(fact.run)
    if before is None:
        return add_conflict(task, f"run.validated {event.id} names a run that was never claimed")
    return task if before.ended is not None else _put_run(task, change(before, validation=fact.result))


def _run_replayed(task: Task, event: e.Event, fact: e.RunReplayed) -> Task:
    """The newest replay counts, whether the run goes on or has ended."""
    before = task.runs.get(fact.run)
    if before is None:
        return add_conflict(task, f"run.replayed {event.id} names a run that was never claimed")
    replay = Replay(commit=fact.commit, tree=fact.tree, commands=fact.commands, by=event.by, at=event.at)
    return _put_run(task, change(before, replay=replay))


def _run_led(task: Task, event: e.Event, fact: RunLed) -> Task:
    return _extend_run(task, event, fact.run, "leads", lambda run: (*run.leads, fact.lead))


def _worker_ended(task: Task, event: e.Event, fact: WorkerEnded) -> Task:
    return _extend_run(task, event, fact.run, "workers", lambda run: (*run.workers, fact.worker))


def _usage_recorded(task: Task, event: e.Event, fact: UsageRecorded) -> Task:
    return _extend_run(task, event, fact.run, "usage", lambda run: merge_sessions(run.usage, fact.usage))


def _extend_run(task: Task, event: e.Event, name: str, part: str, extended: Callable[[Run], Any]) -> Task:
    """The run with a longer list; usage may be recorded after the run's end, too."""
    before = task.runs.get(name)
    if before is None:
        return add_conflict(task, f"{event.fact.type} {event.id} names a run that was never claimed")
    return _put_run(task, change(before, **{part: extended(before)}))


def _change_run(task: Task, event: e.Event, fact: Any, **changes: Any) -> Task:
    """The run as the fact says it is now; a run that ended stays as it ended."""
    before = task.runs.get(fact.run)
    if before is None:
        return add_conflict(task, f"{fact.type} {event.id} names a run that was never claimed")
    if before.ended is not None:
        return task
    fields = {name: getattr(fact, name) for name in type(fact).model_fields if name not in _NOT_OF_A_RUN}
    return _put_run(task, change(before, **fields, **changes))


def _put_run(task: Task, run: Run) -> Task:
    return change(task, runs={**task.runs, run.id: run})


_NOT_OF_A_RUN = {"type", "task", "run", "stage", "outcome", "verdict", "direction", "routing"}

_REDUCERS: dict[str, Callable[[Task, e.Event, Any], Task]] = {
    "task.opened": _opened,
    "task.closed": _closed,
    "task.spawned": _spawned,
    "anchor.set": _anchor_set,
    "anchor.moved": _anchor_moved,
    "place.reserved": _reserved,
    "place.released": _released,
    "stage.started": _started,
    "stage.done": _done,
    "stage.moved": _moved,
    "stage.verified": _verified,
    **TOGETHER,
    **HANDING,
    "plan.approved": _plan_approved,
    "run.claimed": _run_claimed,
    "run.prepared": _run_prepared,
    "run.resumed": _run_resumed,
    "run.concluded": _run_concluded,
    "run.finished": _run_finished,
    "run.abandoned": _run_abandoned,
    "run.validated": _run_validated,
    "run.replayed": _run_replayed,
    "run.led": _run_led,
    "worker.ended": _worker_ended,
    "usage.recorded": _usage_recorded,
}
