"""Starts a stage: its branch, its worktree and, the first time, the anchor of its task."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.git.refs import find_ref
from okstra_git.git.revisions import require_named
from okstra_git.names import CommitId, TaskKey, parse_branch, quote
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReserved, StageStarted
from okstra_git.records.runs import PlannedStage
from okstra_git.records.states import Reservation, Task
from okstra_git.stages.claim import StageBase, choose_stage_base, lacking_notes, one_commit
from okstra_git.stages.task import refuse_text
from okstra_git.stages.worktree_setup import check_reservation, make_branch, make_worktree, start_of, usual_branch
from okstra_git.store.clone import OwnWorktrees, find_writer
from okstra_git.store.drift import find_astray
from okstra_git.store.registry import Reserved, release, require_open, reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.stage_dependencies import awaited_stages, finished_stages, listed, require_planned
from okstra_git.store.stage_ranges import fingerprint_ranges
from okstra_git.store.store import Appended, Store


@dataclass(frozen=True)
class StartRequest:
    """What a person asked for: `branch` None = the usual name; `worktree` None = adopt without a worktree.

    `is_base_named`: the person said where to begin; else `base` stands where no plan says more.
    """

    key: TaskKey
    number: int
    base: str
    branch: str | None = None
    worktree: Path | None = None
    adopt: bool = False
    title: str = ""
    depends_on: tuple[int, ...] = ()
    is_base_named: bool = True


@dataclass(frozen=True)
class StageStart:
    """How a stage is started: its base, and what the approved plan or the line says of it; `notes` are for people."""

    beginning: StageBase
    title: str
    depends_on: tuple[int, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Started:
    """A started stage; `made_branch` when its branch was created for it without a worktree."""

    appended: Appended
    begun: StageStart
    made_branch: bool


def start_stage(store: Store, request: StartRequest) -> Started:
    """Reserve branch and worktree for a stage and say where it begins; the first start also fixes the anchor.

    With an approved plan, title, dependencies and base are those that a run would be prepared with. The reservation
    comes first, so of many that start the same stage one wins. A worktree or a branch is made after it, and the stage
    counts as started once that stands; when it fails, the reservation is given back.
    """
    refuse_text(request.title, what="title")
    _refuse_dependencies(request)
    begun = _begin(store, require_open(store.read().state, request.key), request)
    anchor = fingerprint_ranges(store.git, [one_commit(store.git, begun.beginning.commit)])[0]
    ref = begun.beginning.ref

    def reserved(snapshot: Snapshot) -> PlaceReserved:
        task = require_open(snapshot.state, request.key)
        place = _wanted_reservation(task, request, ref)
        _reserve(store, snapshot, place)
        check_reservation(store.git, task, place)
        return place

    def started(snapshot: Snapshot, branch: str) -> list[AnyFact]:
        task = require_open(snapshot.state, request.key)
        fixed = [] if task.anchor else [AnchorSet(task=task.key, range=anchor, ref=ref)]
        fact = StageStarted(
            task=task.key,
            stage=request.number,
            branch=branch,
            base=start_of(store.git, begun.beginning.commit, branch),
            base_ref=ref,
            title=begun.title,
            depends_on=begun.depends_on,
        )
        return [*fixed, fact]

    def adopted(snapshot: Snapshot) -> list[AnyFact]:
        place = reserved(snapshot)
        return [place, *started(snapshot, place.branch)]

    if request.worktree is None and _has_branch(store, request):
        return Started(store.append(adopted), begun, made_branch=False)
    reservation = store.append(lambda snapshot: [reserved(snapshot)])
    place = reservation.task_after(request.key).places[f"stage-{request.number}"]
    _make(store, request, place, begun.beginning.commit)
    fault_point("stage.worktree-made")
    appended = store.append(lambda snapshot: started(snapshot, place.branch))
    return Started(appended, begun, made_branch=request.worktree is None)


def _reserve(store: Store, snapshot: Snapshot, place: PlaceReserved) -> None:
    """Refuse a place that is held; a worktree that is not where it was has to be settled first."""
    try:
        reserve(snapshot.state, place)
    except Reserved as refusal:
        for row in find_astray(store.git, snapshot.state, find_writer(store.git)):
            if (row.task.key, row.place.scope) == (place.task, place.scope):
                message = f"{row.subject} is already reserved on branch {row.place.branch}; {row.message}"
                raise Reserved(message, hint=f"{row.line}\n{refusal.hint}", **refusal.facts) from refusal
        reservation = snapshot.state.tasks[place.task].places[place.scope]
        if OwnWorktrees(store.git).is_own(reservation):
            raise
        place_there = f", in {reservation.worktree} there" if reservation.worktree else ""
        number = place.scope.removeprefix("stage-")
        message = (
            f"stage {number} is reserved by clone {reservation.writer} on branch {reservation.branch}{place_there}"
        )
        raise Reserved(message, hint=refusal.hint, **refusal.facts, writer=reservation.writer) from refusal


def _begin(store: Store, task: Task, request: StartRequest) -> StageStart:
    """As the approved plan has it, by the functions that a prepare asks; without a plan, as the line has it."""
    plan, title = task.plan, request.title
    if plan is None:
        base = require_named(store.git, request.base, what="the base")
        return StageStart(StageBase(base.commit, base.name), title, request.depends_on)
    planned = require_planned(task, plan, request.number)
    _refuse_contradiction(task, planned, request)
    _refuse_waiting(task, planned)
    wanted = request.base if request.is_base_named else None
    beginning = choose_stage_base(
        store.git, task, planned.depends_on, wanted=wanted, usual=request.base, when=store.now(), option="--base"
    )
    return StageStart(
        beginning, title or planned.title, planned.depends_on, tuple(_notes(planned, beginning, given=title))
    )


def _notes(planned: PlannedStage, beginning: StageBase, *, given: str) -> Iterator[str]:
    """What a person should know of a beginning."""
    if given not in ("", planned.title):
        yield f"the approved plan calls stage {planned.number} {quote(planned.title)}"
    yield from lacking_notes(planned.number, beginning)


def _refuse_contradiction(task: Task, planned: PlannedStage, request: StartRequest) -> None:
    if not request.depends_on or set(request.depends_on) == set(planned.depends_on):
        return
    key, number = str(request.key), planned.number
    says = listed(planned.depends_on) or "no other stage"
    raise refuse(
        "stage.contradicts-plan",
        f"the approved plan lets stage {number} of {key} depend on {says}, and not on {listed(request.depends_on)}",
        hint="leave --depends-on out; or change the plan and approve it: git okstra plan approve FILE "
        f"--task-key {key}",
        stage=number,
        depends_on=list(planned.depends_on),
        plan=task.plan.path if task.plan is not None else "",
    )


def _refuse_waiting(task: Task, planned: PlannedStage) -> None:
    """A stage begins on what it depends on, so that has to be recorded."""
    missing = awaited_stages(task, planned)
    if not missing or planned.number in finished_stages(task):
        return
    key, first = str(task.key), missing[0]
    verb = "done" if first in task.stages and task.stages[first].base else "start"
    raise refuse(
        "stage.waits",
        f"stage {planned.number} of {key} waits for {listed(missing)}",
        hint=f"git okstra stage {verb} {first} --task-key {key}",
        stage=planned.number,
        task=key,
        waits_for=missing,
    )


def _has_branch(store: Store, request: StartRequest) -> bool:
    task = require_open(store.read().state, request.key)
    return find_ref(store.git, f"refs/heads/{_branch_of(task, request)}") is not None


def _branch_of(task: Task, request: StartRequest) -> str:
    return parse_branch(request.branch) if request.branch is not None else usual_branch(task, request.number)


def _refuse_dependencies(request: StartRequest) -> None:
    if any(other >= request.number or other < 1 for other in request.depends_on):
        raise refuse(
            "stage.bad-dependency",
            f"stage {request.number} can only depend on earlier stages",
            hint="list lower stage numbers with --depends-on",
        )


def _wanted_reservation(task: Task, request: StartRequest, ref: str) -> PlaceReserved:
    return PlaceReserved(
        task=task.key,
        scope=f"stage-{request.number}",
        branch=_branch_of(task, request),
        worktree=str(request.worktree) if request.worktree else None,
        base_ref=ref,
        adopted=request.adopt,
        phase="implementation",
    )


def _make(store: Store, request: StartRequest, place: Reservation, base: CommitId) -> None:
    """The worktree that was asked for, or the branch alone."""
    try:
        if request.worktree is None:
            make_branch(store.git, place.branch, base)
        else:
            make_worktree(store.git, request.key, request.number, place, base)
    except OkstraError:
        store.append(lambda now: release(now.state.tasks[request.key], place.scope))
        raise
