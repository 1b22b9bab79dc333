"""Events in, tasks out: the pure function that says what is true now."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from okstra_git.records import events as e
from okstra_git.records.base import Record
from okstra_git.records.runs import Plan, Run
from okstra_git.records.stage import Verification
from okstra_git.records.states import Anchor, Place, Stage, Task, Trail

_R = TypeVar("_R", bound=Record)


def fold_task(key: str, events: Iterable[e.Event]) -> Task:
    """The task as its events leave it, in their total order; an event seen twice (two copies of a log) counts once."""
    unique = {event.id: event for event in events}
    task = Task(key=key)
    for event in sorted(unique.values(), key=lambda one: one.order):
        task = _REDUCERS[event.fact.type](task, event, event.fact)
        task = task.model_copy(update={"clock": event.clock})
    return task


def _with(record: _R, **changes: Any) -> _R:
    return record.model_copy(update=changes)


def _opened(task: Task, event: e.Event, fact: e.TaskOpened) -> Task:
    details = {"category": fact.category, "title": fact.title, "tickets": fact.tickets}
    return _with(task, **details, is_open=True, opened=task.opened or event.at)


def _closed(task: Task, _: e.Event, __: e.TaskClosed) -> Task:
    return _with(task, is_open=False)


def _anchor_set(task: Task, _: e.Event, fact: e.AnchorSet) -> Task:
    if task.anchor is not None:
        return task
    return _with(task, anchor=Anchor(range=fact.range, ref=fact.ref))


def _anchor_moved(task: Task, event: e.Event, fact: e.AnchorMoved) -> Task:
    if task.anchor is None or (task.anchor.range.head != fact.old and fact.proof != "user"):
        return _conflict(task, f"anchor.moved {event.id} does not follow the recorded anchor")
    proven = (*task.anchor.trail, task.anchor.range.head) if fact.proof != "user" else ()
    moved = _with(task, anchor=Anchor(range=fact.range, ref=fact.ref or task.anchor.ref, trail=proven))
    return _answered(moved) if fact.proof == "user" else moved


def _reserved(task: Task, event: e.Event, fact: e.PlaceReserved) -> Task:
    held = task.places.get(fact.scope)
    if held is not None and held.status == "active":
        return _conflict(task, f"two clones reserved {fact.scope or 'the task'}: {held.writer} was first")
    place = Place(**fact.model_dump(exclude={"type", "task"}), writer=event.writer, at=event.at)
    task = _with(task, places={**task.places, fact.scope: place})
    number = _stage_of(fact.scope)
    if number is None or number in task.stages:
        return task
    return _put(task, Stage(number=number, status="reserved", branch=fact.branch, base_ref=fact.base_ref))


def _stage_of(scope: str) -> int | None:
    """The number in `stage-<N>`."""
    number = scope.removeprefix("stage-")
    return int(number) if number != scope and number.isdecimal() else None


def _released(task: Task, _: e.Event, fact: e.PlaceReleased) -> Task:
    held = task.places.get(fact.scope)
    if held is None:
        return task
    number = _stage_of(fact.scope)
    kept = {n: stage for n, stage in task.stages.items() if n != number or stage.status != "reserved"}
    places = {**task.places, fact.scope: _with(held, status="released")}
    return _answered(_with(task, places=places, stages=kept))


def _started(task: Task, _: e.Event, fact: e.StageStarted) -> Task:
    before = task.stages.get(fact.stage)
    titled = fact.title or (before.title if before else "")
    stage = Stage(
        number=fact.stage, title=titled, depends_on=fact.depends_on, branch=fact.branch, base=fact.base,
        base_ref=fact.base_ref, range=before.range if before else None, trail=before.trail if before else (),
    )  # fmt: skip
    return _put(task, stage)


def _done(task: Task, _: e.Event, fact: e.StageDone) -> Task:
    before = task.stages.get(fact.stage) or Stage(number=fact.stage)
    changes = {"status": "done", "branch": fact.branch, "range": fact.range, "carry": fact.carry, "trail": ()}
    return _answered(_put(task, _with(before, **changes, landed=False)))


def _moved(task: Task, event: e.Event, fact: e.StageMoved) -> Task:
    before = task.stages.get(fact.stage)
    if before is None or before.range is None:
        return _conflict(task, f"stage.moved {event.id} names a stage that was never recorded")
    if before.range.head == fact.range.head:
        return _put(task, _with(before, branch=fact.branch)) if fact.branch else task
    if before.range.head != fact.old and fact.proof != "user":
        return _conflict(task, f"stage.moved {event.id} does not follow the recorded commit of stage {fact.stage}")
    trail = (*before.trail, Trail(range=before.range, proof=fact.proof, at=event.at))
    landed = fact.landed or (before.landed and fact.proof != "restored")
    verified = _carried(before.verified, fact)
    carries = verified is not None and (verified.carried or verified.tree == fact.range.head_tree)
    status = "landed" if landed else ("verified" if carries else "done")
    changes = {"range": fact.range, "trail": trail, "landed": landed, "status": status, "verified": verified}
    moved = _put(task, _with(before, **changes, branch=fact.branch or before.branch))
    return _answered(moved) if fact.proof == "user" else moved


def _carried(verified: Verification | None, fact: e.StageMoved) -> Verification | None:
    """The verification after a move: one of another tree stands only where the move itself said that it carries."""
    return _with(verified, carried=fact.verified_carries) if verified else None


def _verified(task: Task, event: e.Event, fact: e.StageVerified) -> Task:
    before = task.stages.get(fact.stage)
    if before is None or before.range is None:
        return _conflict(task, f"stage.verified {event.id} names a stage that was never recorded")
    proof = Verification(commit=fact.commit, tree=fact.tree, report=fact.report, data=fact.data, event=event.id)
    return _put(task, _with(before, verified=proof, status="landed" if before.landed else "verified"))


def _plan_approved(task: Task, event: e.Event, fact: e.PlanApproved) -> Task:
    said = fact.model_dump(exclude={"type", "task"})
    return _with(task, plan=Plan(**said, by=event.by, at=event.at))


def _run_claimed(task: Task, event: e.Event, fact: e.RunClaimed) -> Task:
    said = fact.model_dump(exclude={"type", "task", "run"})
    return _put_run(task, Run(id=fact.run, **said, writer=event.writer, claimed=event.at, touched=event.at))


def _run_prepared(task: Task, event: e.Event, fact: e.RunPrepared) -> Task:
    return _change_run(task, event, fact, status="prepared", prepared=event.at, touched=event.at)


def _run_resumed(task: Task, event: e.Event, fact: e.RunResumed) -> Task:
    return _change_run(task, event, fact, status="running", touched=event.at)


def _run_finished(task: Task, event: e.Event, fact: e.RunFinished) -> Task:
    return _change_run(task, event, fact, status=fact.outcome, ended=event.at)


def _run_abandoned(task: Task, event: e.Event, fact: e.RunAbandoned) -> Task:
    return _change_run(task, event, fact, status="abandoned", ended=event.at)


def _change_run(task: Task, event: e.Event, fact: Any, **changes: Any) -> Task:
    """The run as the fact says it is now; a run that ended stays as it ended."""
    before = task.runs.get(fact.run)
    if before is None:
        return _conflict(task, f"{fact.type} {event.id} names a run that was never claimed")
    if before.ended is not None:
        return task
    said = {name: getattr(fact, name) for name in type(fact).model_fields if name not in _NOT_OF_A_RUN}
    return _put_run(task, _with(before, **said, **changes))


def _put_run(task: Task, run: Run) -> Task:
    return _with(task, runs={**task.runs, run.id: run})


def _put(task: Task, stage: Stage) -> Task:
    return _with(task, stages={**task.stages, stage.number: stage})


def _answered(task: Task) -> Task:
    """A person acted after the clones disagreed: what stands now is what was meant."""
    return _with(task, conflicts=())


def _conflict(task: Task, sentence: str) -> Task:
    return _with(task, conflicts=(*task.conflicts, sentence))


_NOT_OF_A_RUN = {"type", "task", "run", "stage", "outcome"}

_REDUCERS: dict[str, Callable[[Task, e.Event, Any], Task]] = {
    "task.opened": _opened,
    "task.closed": _closed,
    "anchor.set": _anchor_set,
    "anchor.moved": _anchor_moved,
    "place.reserved": _reserved,
    "place.released": _released,
    "stage.started": _started,
    "stage.done": _done,
    "stage.moved": _moved,
    "stage.verified": _verified,
    "plan.approved": _plan_approved,
    "run.claimed": _run_claimed,
    "run.prepared": _run_prepared,
    "run.resumed": _run_resumed,
    "run.finished": _run_finished,
    "run.abandoned": _run_abandoned,
}
