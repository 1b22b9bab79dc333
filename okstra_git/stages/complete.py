"""Completes stages: the commits they ended on, recorded with fingerprints, one or thousands in one append."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.branch_moves import find_new_name
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, require_named
from okstra_git.names import TaskKey, parse_branch, quote
from okstra_git.records.events import AnyFact, PlaceReleased, PlaceReserved, StageDone, StageStarted
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import Reservation, Stage, State, Task
from okstra_git.store.clone import OwnWorktrees, find_writer
from okstra_git.store.drift import has_nothing_new
from okstra_git.store.registry import release, require_open, require_stage, require_task, reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.stage_ranges import Stack, choose_base, fingerprint_ranges
from okstra_git.store.store import Appended, Decision, Store


@dataclass(frozen=True)
class DoneRequest:
    """One stage to record: `commit` None = the tip of its branch, `base` None = found from what is recorded."""

    number: int
    commit: str | None = None
    base: str | None = None
    branch: str | None = None
    title: str = ""
    carry: str | None = None


def complete_stages(
    store: Store, key: TaskKey, requests: Sequence[DoneRequest], *, progress: Callable[[int], None] = lambda _: None
) -> Appended:
    """Record the commits these stages ended on, all in one append; a stage that names a branch may be new.

    Nothing is recorded of a stage whose branch is merely behind what another clone recorded.
    """
    every, writer = requests, find_writer(store.git)

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_open(snapshot.state, key)
        requests = [request for request in every if not is_left_behind(store.git, task, request, writer)]
        stages = [_stage_to_complete(store.git, task, request) for request in requests]
        stack = Stack.of(task)
        ranges: list[tuple[str | None, str]] = []
        for number, (request, stage) in enumerate(zip(requests, stages, strict=True), start=1):
            ranges.append(_range_of(store.git, task, stack, request, stage))
            stack.put(stage.number, ranges[-1][1])
            progress(number)
        prints = fingerprint_ranges(store.git, ranges)
        return [
            fact
            for request, stage, fingerprint in zip(requests, stages, prints, strict=True)
            for fact in _facts(store.git, snapshot, task, request, stage, fingerprint)
        ]

    return store.append(decide)


def is_left_behind(git: Git, task: Task, request: DoneRequest, writer: str | None) -> bool:
    """Whether the stage was asked for by its branch, and that has nothing but what the stage was before."""
    stage = task.stages.get(request.number)
    if stage is None or request.commit is not None or request.branch not in (None, stage.branch):
        return False
    tip = find_ref(git, f"refs/heads/{stage.branch}")
    return tip is not None and has_nothing_new(git, task, stage, tip, writer)


def _range_of(git: Git, task: Task, stack: Stack, request: DoneRequest, stage: Stage) -> tuple[str | None, str]:
    if request.commit is None and stage.branch and find_ref(git, f"refs/heads/{stage.branch}") is None:
        raise _branch_gone(git, task, stage, is_named=request.branch is not None)
    head = require_named(git, request.commit or BRANCH + stage.branch, what="the stage commit").commit
    if request.base:
        return require_named(git, request.base, what="the base").commit, head
    return choose_base(git, task, stack, stage, head), head


def _branch_gone(git: Git, task: Task, stage: Stage, *, is_named: bool) -> OkstraError:
    """The branch was renamed or deleted, or the one named does not exist; says its new name where git knows it."""
    place = task.places.get(f"stage-{stage.number}")
    new = find_new_name(git, stage.branch, OwnWorktrees(git).path(place))
    line = f"git okstra stage done {stage.number} --task-key {task.key}"
    problem = f"branch {stage.branch} of stage {stage.number} is not there any more"
    if is_named:
        problem = f"there is no branch {quote(stage.branch)} with a commit"
    if new is None or find_ref(git, f"refs/heads/{new}") is None:
        hint = f"git branch --all\nand with its name: {line} --branch NAME"
        return refuse("branch.missing", problem, hint=hint, branch=stage.branch, stage=stage.number)
    message = (
        f"{problem}; in the stage's worktree is {quote(new)}"
        if is_named
        else f"{problem}; it seems to be {quote(new)} now"
    )
    return refuse(
        "branch.missing", message, hint=f"{line} --branch {word(new)}", branch=stage.branch, stage=stage.number, now=new
    )


def _facts(
    git: Git, snapshot: Snapshot, task: Task, request: DoneRequest, stage: Stage, fingerprint: RangeFingerprint
) -> list[AnyFact]:
    before = task.stages.get(stage.number)
    carry = request.carry if request.carry is not None or before is None else before.carry
    done = StageDone(task=task.key, stage=stage.number, branch=stage.branch, range=fingerprint, carry=carry)
    if before is not None:
        same = before.range == fingerprint and before.branch == stage.branch and request.carry in (None, before.carry)
        return [] if same else [*_renamed_reservation(git, snapshot.state, task, stage), done]
    base = fingerprint.base or fingerprint.head
    started = StageStarted(task=task.key, stage=stage.number, branch=stage.branch, title=stage.title, base=base)
    return [started, done]


def _renamed_reservation(git: Git, state: State, task: Task, stage: Stage) -> list[AnyFact]:
    """The stage's reservation on the branch that it has now, where the former one is gone; refuses a taken branch."""
    scope = f"stage-{stage.number}"
    reserved = task.places.get(scope)
    if reserved is None or reserved.status != "active" or reserved.branch == stage.branch:
        return []
    if find_ref(git, f"refs/heads/{reserved.branch}") is not None:
        return []
    facts = reserved.model_dump(include={"base_ref", "adopted", "phase", "stages"})
    path = OwnWorktrees(git).path(reserved)
    fact = PlaceReserved(
        task=task.key,
        scope=scope,
        branch=stage.branch,
        worktree=reserved.worktree if path is not None else None,
        **facts,
    )
    others = {name: place for name, place in task.places.items() if name != scope}
    reserve(
        state.model_copy(update={"tasks": {**state.tasks, task.key: task.model_copy(update={"places": others})}}), fact
    )
    return [PlaceReleased(task=task.key, scope=scope, branch=reserved.branch), fact]


def _stage_to_complete(git: Git, task: Task, request: DoneRequest) -> Stage:
    stage = task.stages.get(request.number)
    if stage is not None:
        return stage if request.branch in (None, stage.branch) else stage.model_copy(update={"branch": request.branch})
    if request.branch is None:
        return require_stage(task, request.number)
    if find_ref(git, f"refs/heads/{parse_branch(request.branch)}") is None:
        named = quote(request.branch)
        raise refuse("branch.missing", f"there is no branch {named}", hint="git branch", branch=request.branch[:200])
    return Stage(number=request.number, branch=request.branch, title=request.title)


def release_reservation(
    store: Store, key: TaskKey, scope: str, *, cascade: bool = False
) -> tuple[Reservation | None, Appended]:
    """Release a reservation and return what it was (None when there is none); worktree and branch stay.

    One that only another clone gave up is released once more, as this clone's own word.
    """
    own = OwnWorktrees(store.git)

    def decide(snapshot: Snapshot) -> Decision[Reservation | None]:
        task = require_task(snapshot.state, key)
        place = task.places.get(scope)
        before = place if place is not None and place.status == "active" else None
        facts = release(task, scope, cascade=cascade)
        if not facts and place is not None and place.released_by != own.writer:
            facts = [PlaceReleased(task=task.key, scope=scope, branch=place.branch)]
        return Decision(facts, before)

    appended, before = store.append_decision(decide)
    return before, appended
