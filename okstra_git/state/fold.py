"""Events in, tasks out: the pure function that says what is true now."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from okstra_git.records import events as e
from okstra_git.records.base import Record
from okstra_git.records.handoff import Group, Landing, PullRequest
from okstra_git.records.runs import Plan, Run
from okstra_git.records.stage import Verification
from okstra_git.records.states import Anchor, Place, Stage, StageStatus, Task, Trail

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
    verified = _with(before.verified, carried=False) if before.verified else None
    changes = {"branch": fact.branch, "range": fact.range, "carry": fact.carry, "trail": (), "verified": verified}
    return _answered(_put(task, _standing(_with(before, **changes, landed=False, landing=None))))


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
    changes = {
        "range": fact.range, "trail": trail, "landed": landed, "landing": before.landing if landed else None,
        "verified": _carried(before.verified, fact), "branch": fact.branch or before.branch,
    }  # fmt: skip
    moved = _put(task, _standing(_with(before, **changes)))
    return _answered(moved) if fact.proof == "user" else moved


def _carried(verified: Verification | None, fact: e.StageMoved) -> Verification | None:
    """The verification after a move: one of another tree stands only where the move itself said that it carries."""
    return _with(verified, carried=fact.verified_carries) if verified else None


def _verified(task: Task, event: e.Event, fact: e.StageVerified) -> Task:
    before = task.stages.get(fact.stage)
    if before is None or before.range is None:
        return _conflict(task, f"stage.verified {event.id} names a stage that was never recorded")
    said = fact.model_dump(exclude={"type", "task", "stage"})
    proof = Verification(**said, event=event.id, by=event.by, at=event.at)
    return _put(task, _standing(_with(before, verified=proof)))


def standing_of(stage: Stage) -> StageStatus:
    """What a recorded stage is now: the furthest it has come that its record still bears out."""
    if stage.landed:
        return "landed"
    if stage.pr is not None:
        return "in-pr"
    return "verified" if stage.is_verified else "done"


def _standing(stage: Stage) -> Stage:
    return _with(stage, status=standing_of(stage)) if stage.range is not None else stage


def _landed(task: Task, event: e.Event, fact: e.StageLanded) -> Task:
    """A stage that was recorded anew meanwhile has not landed: what arrived was something else."""
    before = task.stages.get(fact.stage)
    if before is None or before.range is None or before.range.head != fact.recorded:
        return task
    landing = Landing(target=fact.target, commit=fact.landed, how=fact.how, group=fact.group, at=event.at)
    return _put(task, _standing(_with(before, landed=True, landing=landing)))


def _assembled(task: Task, event: e.Event, fact: e.GroupAssembled) -> Task:
    before = task.groups.get(fact.group)
    former = (*before.former, before.range.head) if before is not None else ()
    said = fact.model_dump(exclude={"type", "task", "group"})
    return _put_group(task, Group(id=fact.group, **said, former=former, by=event.by, at=event.at))


def _group_superseded(task: Task, _: e.Event, fact: e.GroupSuperseded) -> Task:
    before = task.groups.get(fact.group)
    if before is None:
        return task
    return _put_group(task, _with(before, status="superseded", replaced_by=fact.replaced_by))


def _put_group(task: Task, group: Group) -> Task:
    return _with(task, groups={**task.groups, group.id: group})


def _pr_recorded(task: Task, event: e.Event, fact: e.PrRecorded) -> Task:
    """The first one for a stage holds it; another clone's at the same time is a conflict that a person settles."""
    held = {task.stages[n].pr for n in fact.stages if n in task.stages} - {None, fact.url}
    if held:
        task = _conflict(task, f"stages {_listed(fact.stages)} are in {', '.join(map(str, held))} and in {fact.url}")
    said = fact.model_dump(exclude={"type", "task"})
    task = _with(task, prs={**task.prs, fact.url: PullRequest(**said, by=event.by, at=event.at)})
    free = [n for n in fact.stages if n in task.stages and task.stages[n].pr in (None, fact.url)]
    return _in_pr(task, {number: fact.url for number in free})


def _pr_closed(task: Task, event: e.Event, fact: e.PrClosed) -> Task:
    """Its stages fall back to the open pull request that named them next, or to what they were before."""
    before = task.prs.get(fact.url)
    if before is None:
        return task
    said = {"status": fact.status, "reason": fact.reason, "replaced_by": fact.replaced_by, "ended": event.at}
    task = _answered(_with(task, prs={**task.prs, fact.url: _with(before, **said)}))
    left = [stage.number for stage in task.stages.values() if stage.pr == fact.url]
    return _in_pr(task, {number: _open_pr(task, number) for number in left})


def _open_pr(task: Task, number: int) -> str | None:
    return next((pr.url for pr in task.prs.values() if pr.status == "open" and number in pr.stages), None)


def _in_pr(task: Task, urls: dict[int, str] | dict[int, str | None]) -> Task:
    for number, url in urls.items():
        task = _put(task, _standing(_with(task.stages[number], pr=url)))
    return task


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


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
    "stage.landed": _landed,
    "group.assembled": _assembled,
    "group.superseded": _group_superseded,
    "pr.recorded": _pr_recorded,
    "pr.closed": _pr_closed,
    "plan.approved": _plan_approved,
    "run.claimed": _run_claimed,
    "run.prepared": _run_prepared,
    "run.resumed": _run_resumed,
    "run.finished": _run_finished,
    "run.abandoned": _run_abandoned,
}
