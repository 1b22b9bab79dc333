"""Takes branches that are there under protection, and gives them up again: each one is a task of a single stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from okstra_git.git.repo import Git
from okstra_git.names import MAX_SLUG, CommitId, TaskKey, make_slug
from okstra_git.records.events import (
    AnchorSet,
    AnyFact,
    PlaceReserved,
    StageDone,
    StageStarted,
    TaskClosed,
    TaskOpened,
)
from okstra_git.records.stage import RangeFingerprint
from okstra_git.records.states import ADOPTED, Anchor, Stage, State, Task
from okstra_git.stages.claim import one_commit
from okstra_git.stages.grounds import BranchGround
from okstra_git.store.registry import active_places, refuse_closed, release, require_task, reserve
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.stage_ranges import Stack, choose_base, fingerprint_ranges
from okstra_git.store.store import Appended, Store

STAGE = 1
"""The one stage of the task, which is the branch."""

SCOPE = f"stage-{STAGE}"
CATEGORY = "feature"


@dataclass(frozen=True)
class BranchToAdopt:
    """A branch and what it stands on: `trunk` is where it left its target, `base` that or the branch under it."""

    key: TaskKey
    branch: str
    tip: CommitId
    base: BranchGround
    trunk: BranchGround


def name_tasks(state: State, project: str, branches: Sequence[str]) -> list[TaskKey]:
    """A key for each branch: the one under which it was adopted before, else a new one that is nobody's."""
    before = {task.stages[STAGE].branch: task.key for task in state.tasks.values() if task.is_adopted}
    taken = {key.slashed.lower() for key in state.tasks}
    keys: list[TaskKey] = []
    for branch in branches:
        key = before.get(branch) or next(key for key in _names(project, branch) if key.slashed.lower() not in taken)
        taken.add(key.slashed.lower())
        keys.append(key)
    return keys


def _names(project: str, branch: str) -> Iterator[TaskKey]:
    slug = make_slug(branch, otherwise="branch")
    yield TaskKey(project, ADOPTED, slug)
    for number in count(2):
        ending = f"-{number}"
        yield TaskKey(project, ADOPTED, f"{make_slug(branch, otherwise='branch', room=MAX_SLUG - len(ending))}{ending}")


def find_holder(state: State, branch: str) -> Task | None:
    """The task that has the branch now, or None."""
    return next((task for task, place in active_places(state) if place.branch == branch), None)


def adopt_branches(store: Store, branches: Sequence[BranchToAdopt]) -> Appended:
    """Record for each branch its task, its claim, where it began and, if it has commits of its own, where it is.

    All in one append. A branch that somebody else claimed meanwhile is left out.
    """
    git = store.git
    anchors = fingerprint_ranges(git, [one_commit(git, each.trunk.commit) for each in branches])
    bases = [_choose_base(git, each, anchor) for each, anchor in zip(branches, anchors, strict=True)]
    ranges = [(base, each.tip) for each, base in zip(branches, bases, strict=True)]
    prints = fingerprint_ranges(git, ranges)
    rows = list(zip(branches, anchors, prints, strict=True))

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        free = [row for row in rows if find_holder(snapshot.state, row[0].branch) is None]
        return [fact for row in free for fact in _facts(snapshot.state, *row)]

    return store.append(decide)


def _choose_base(git: Git, each: BranchToAdopt, anchor: RangeFingerprint) -> str | None:
    """The base that `stage done` would find, so that recording the branch again says the same."""
    task = Task(key=each.key, anchor=Anchor(range=anchor, ref=each.trunk.ref))
    stage = Stage(number=STAGE, branch=each.branch, base=each.base.commit, base_ref=each.base.ref)
    return choose_base(git, task, Stack(), stage, each.tip)


def _facts(state: State, each: BranchToAdopt, anchor: RangeFingerprint, now: RangeFingerprint) -> Iterator[AnyFact]:
    before = state.tasks.get(each.key)
    task = before or Task(key=each.key)
    if before is None or not before.is_open:
        yield TaskOpened(task=task.key, category=CATEGORY, title=task.title, tickets=task.tickets)
    place = PlaceReserved(
        task=task.key,
        scope=SCOPE,
        branch=each.branch,
        base_ref=each.base.ref,
        adopted=True,
        phase="implementation",
    )
    yield reserve(state.model_copy(update={"tasks": {**state.tasks, task.key: task}}), place)
    if task.anchor is None:
        yield AnchorSet(task=task.key, range=anchor, ref=each.trunk.ref)
    stage = task.stages.get(STAGE)
    if stage is None or not stage.base:
        yield StageStarted(
            task=task.key, stage=STAGE, branch=each.branch, base=each.base.commit, base_ref=each.base.ref
        )
    if each.tip != each.base.commit and (stage is None or stage.range != now):
        yield StageDone(task=task.key, stage=STAGE, branch=each.branch, range=now)


def release_branches(store: Store, keys: Sequence[TaskKey]) -> Appended:
    """Close the tasks and release what they hold; branches, worktrees and records stay."""

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        tasks = [require_task(snapshot.state, key) for key in keys]
        return [fact for task in tasks for fact in _closing(task)]

    return store.append(decide)


def _closing(task: Task) -> Iterator[AnyFact]:
    refuse_closed(task)
    for scope in task.places:
        yield from release(task, scope, cascade=True)
    yield TaskClosed(task=task.key, reason="given up by adopt --undo")
