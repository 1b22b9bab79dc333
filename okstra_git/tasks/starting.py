"""Starting a stage: its branch, its worktree and, the first time, the anchor of its task."""

import os
from dataclasses import dataclass
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.faults import reached
from okstra_git.git.history import find_commit, merge_base
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import add_worktree, find_worktree, is_clean, remove_worktree
from okstra_git.names import CommitId, TaskKey, is_text, parse_branch, shown
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReserved, StageStarted
from okstra_git.records.states import Place, Task
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

    The reservation comes first, so of many that start the same stage one wins. A worktree is made after it, and the
    stage counts as started once that stands; when it fails, the reservation is given back.
    """
    refuse_text(request.title, what="title")
    _refuse_dependencies(request)
    base = require_commit(store.git, request.base, what="the base")
    anchor = take_prints(store.git, [_above(store.git, base)])[0]

    def reserved(snapshot: Snapshot) -> PlaceReserved:
        task = require_open(snapshot, request.key)
        place = _wanted_place(task, request)
        reserve(snapshot.state, place)
        _check_branch(store.git, task, place)
        _check_directory(store.git, place)
        return place

    def started(snapshot: Snapshot, branch: str) -> list[AnyFact]:
        task = require_open(snapshot, request.key)
        fixed = [] if task.anchor else [AnchorSet(task=task.key, range=anchor, ref=request.base)]
        begun = StageStarted(
            task=task.key,
            stage=request.number,
            branch=branch,
            base=_start_of(store.git, base, branch),
            base_ref=request.base,
            title=request.title,
            depends_on=request.depends_on,
        )
        return [*fixed, begun]

    def adopted(snapshot: Snapshot) -> list[AnyFact]:
        place = reserved(snapshot)
        return [place, *started(snapshot, place.branch)]

    if request.worktree is None:
        return store.append(adopted)
    held = store.append(lambda snapshot: [reserved(snapshot)])
    place = held.snapshot.state.tasks[request.key.slashed].places[f"stage-{request.number}"]
    _make_worktree(store, request, place, base)
    reached("stage.worktree-made")
    return store.append(lambda snapshot: started(snapshot, place.branch))


def _refuse_dependencies(request: StartRequest) -> None:
    if any(other >= request.number or other < 1 for other in request.depends_on):
        raise DependencyUnknown(
            f"stage {request.number} can only depend on earlier stages",
            hint="list lower stage numbers with --depends-on",
        )


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
    """An adopted branch exists; any other is new, or was this stage's own before."""
    tip = find_ref(git, f"refs/heads/{place.branch}")
    if place.adopted and tip is None:
        hint = "create it first, or leave --no-worktree out to get a branch and a worktree"
        raise BranchMissing(f"there is no branch {shown(place.branch)} to adopt", branch=place.branch, hint=hint)
    before = task.places.get(place.scope)
    if place.adopted or tip is None or (before is not None and before.branch == place.branch):
        return
    raise BranchExists(
        f"branch {place.branch} exists already and was not this stage's before",
        branch=place.branch,
        hint="adopt it with --branch and --no-worktree, or name another one",
    )


def _check_directory(git: Git, place: PlaceReserved) -> None:
    """A directory that is there already is used again only as a clean worktree of the same branch."""
    if place.worktree is None:
        return
    path = Path(place.worktree)
    if not is_text(place.worktree):
        raise DirectoryTaken(
            f"the worktree's path {shown(place.worktree)} is not UTF-8 and cannot be recorded",
            hint="git okstra config set okstra.worktreeRoot DIR",
        )
    if not os.path.lexists(path):
        return
    here = find_worktree(git, path)
    if here is None:
        if not path.is_dir() or any(path.iterdir()):
            raise DirectoryTaken(
                f"{path} exists and is no worktree of this repository",
                path=place.worktree,
                hint="move it away, or choose another place: git okstra config set okstra.worktreeRoot DIR",
            )
        return
    if here.branch != place.branch:
        raise DirectoryTaken(
            f"{path} is the worktree of {here.branch or 'a detached commit'}, not of {place.branch}",
            path=place.worktree,
            hint=f"check out {place.branch} there, or remove it: git okstra worktree prune",
        )
    if not is_clean(here.path):
        raise WorktreeDirty(
            f"the worktree {path} has changes that are not committed",
            path=place.worktree,
            hint="commit or stash them there, then start the stage again",
        )


def _start_of(git: Git, base: CommitId, branch: str) -> str:
    """The base, or where a branch that is there already left it."""
    tip = find_ref(git, f"refs/heads/{branch}")
    return (merge_base(git, base, tip) or base) if tip else base


def _make_worktree(store: Store, request: StartRequest, place: Place, base: CommitId) -> None:
    path = Path(place.worktree or "")
    try:
        tip = find_ref(store.git, f"refs/heads/{place.branch}")
        here = find_worktree(store.git, path)
        if here is not None and path.is_dir():
            return
        if here is not None and here.head == tip:
            remove_worktree(store.git, here.path)  # its directory is gone, its branch has everything
        reason = f"okstra task={request.key} stage={request.number}"
        add_worktree(store.git, path, branch=place.branch, base=None if tip else base, reason=reason)
    except OkstraError:
        store.append(lambda now: release(now.state.tasks[request.key.slashed], place.scope))
        raise
