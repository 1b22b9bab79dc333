"""Starting a stage: its branch, its worktree and, the first time, the anchor of its task."""

from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.history import contains, find_commit, merge_base
from okstra_git.git.refs import find_ref, resolve_commit
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import WorktreeFailed, add_worktree, is_clean, list_worktrees
from okstra_git.names import CommitId, TaskKey, parse_branch, shown
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReserved, StageStarted
from okstra_git.records.states import Task
from okstra_git.state.prints import take_prints
from okstra_git.state.reading import Snapshot
from okstra_git.state.registry import release, reserve
from okstra_git.state.store import Appended, Store
from okstra_git.tasks.checks import (
    BranchExists,
    BranchMissing,
    DependencyUnknown,
    DirectoryTaken,
    WorktreeDirty,
    require_commit,
    require_open,
)
from okstra_git.tasks.lifecycle import refuse_text


@dataclass(frozen=True)
class StartRequest:
    """What a person asked for: `branch` None = the usual name; `worktree` None = adopt without a worktree."""

    key: TaskKey
    number: int
    base: str
    branch: str | None = None
    worktree: Path | None = None
    adopt: bool = False
    title: str = ""
    depends_on: tuple[int, ...] = ()


def usual_branch(task: Task, number: int) -> str:
    """`<category>/<group>/<task>-stage-<N>`."""
    _, group, name = task.key.split("/")
    return f"{task.category}/{group}/{name}-stage-{number}"


def start_stage(store: Store, request: StartRequest) -> Appended:
    """Reserve branch and worktree for a stage and say where it begins; the first start also fixes the anchor.

    The reservation comes first, so of many that start the same stage one wins; the worktree is made afterwards, and
    when that fails the reservation is given back.
    """
    refuse_text(request.title, what="title")
    if any(other >= request.number or other < 1 for other in request.depends_on):
        raise DependencyUnknown(
            f"stage {request.number} can only depend on earlier stages",
            hint="list lower stage numbers with --depends-on",
        )
    base = require_commit(store.git, request.base, what="the base")
    anchor = take_prints(store.git, [_above(store.git, base)])[0]

    def decide(snapshot: Snapshot) -> list[AnyFact]:
        task = require_open(snapshot, request.key)
        place = _wanted_place(task, request)
        reserve(snapshot.state, place)
        _check_branch(store.git, task, place)
        _check_directory(store.git, place)
        start = _start_of(store.git, base, place.branch)
        started = StageStarted(
            task=task.key,
            stage=request.number,
            branch=place.branch,
            base=start,
            base_ref=request.base,
            title=request.title,
            depends_on=request.depends_on,
        )
        fixed = [] if task.anchor else [AnchorSet(task=task.key, range=anchor, ref=request.base)]
        return [place, *fixed, started]

    appended = store.append(decide)
    if request.worktree is not None:
        _make_worktree(store, request, appended.snapshot, base)
    return appended


def _above(git: Git, commit: CommitId) -> tuple[str | None, str]:
    """The one-commit range that ends in `commit`."""
    facts = find_commit(git, commit)
    return (facts.parents[0] if facts and facts.parents else None), commit


def _wanted_place(task: Task, request: StartRequest) -> PlaceReserved:
    branch = parse_branch(request.branch) if request.branch is not None else usual_branch(task, request.number)
    return PlaceReserved(
        task=task.key,
        scope=f"stage-{request.number}",
        branch=branch,
        worktree=str(request.worktree) if request.worktree else None,
        base_ref=request.base,
        adopted=request.adopt,
        phase="implementation",
    )


def _check_branch(git: Git, task: Task, place: PlaceReserved) -> None:
    """An adopted branch exists; any other is new, our own from before, or holds nothing beyond the base."""
    tip = find_ref(git, f"refs/heads/{place.branch}")
    if place.adopted and tip is None:
        hint = "create it first, or leave --no-worktree out to get a branch and a worktree"
        raise BranchMissing(f"there is no branch {shown(place.branch)} to adopt", branch=place.branch, hint=hint)
    before = task.places.get(place.scope)
    if place.adopted or tip is None or (before is not None and before.branch == place.branch):
        return
    base = resolve_commit(git, place.base_ref)
    if base is None or not contains(git, base, tip):
        raise BranchExists(
            f"branch {place.branch} exists already and holds other work",
            branch=place.branch,
            hint="adopt it with --branch and --no-worktree, or name another one",
        )


def _check_directory(git: Git, place: PlaceReserved) -> None:
    """A directory that is there already is used again only as a clean worktree of the same branch."""
    if place.worktree is None or not Path(place.worktree).exists():
        return
    here = next((one for one in list_worktrees(git) if one.path == Path(place.worktree)), None)
    if here is None:
        if any(Path(place.worktree).iterdir()):
            raise DirectoryTaken(
                f"{place.worktree} exists and is no worktree of this repository",
                path=place.worktree,
                hint="move it away, or set another okstra.worktreeRoot",
            )
        return
    if here.branch != place.branch:
        raise DirectoryTaken(
            f"{place.worktree} is the worktree of {here.branch or 'a detached commit'}",
            path=place.worktree,
            hint="git okstra worktree prune",
        )
    if not is_clean(here.path):
        raise WorktreeDirty(
            f"the worktree {place.worktree} has changes that are not committed",
            path=place.worktree,
            hint="commit or stash them there, then start the stage again",
        )


def _start_of(git: Git, base: CommitId, branch: str) -> str:
    """The base, or where a branch that is there already left it."""
    tip = find_ref(git, f"refs/heads/{branch}")
    return (merge_base(git, base, tip) or base) if tip else base


def _make_worktree(store: Store, request: StartRequest, snapshot: Snapshot, base: CommitId) -> None:
    task = snapshot.state.tasks[request.key.slashed]
    place = task.places[f"stage-{request.number}"]
    path = Path(place.worktree or "")
    try:
        exists = find_ref(store.git, f"refs/heads/{place.branch}") is not None
        if any(worktree.path == path for worktree in list_worktrees(store.git)):
            return
        reason = f"okstra task={request.key} stage={request.number}"
        add_worktree(store.git, path, branch=place.branch, base=None if exists else base, reason=reason)
    except WorktreeFailed:
        store.append(lambda now: release(now.state.tasks[task.key], place.scope))
        raise
