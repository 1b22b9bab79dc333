"""Starting a stage: its branch, its worktree and, the first time, the anchor of its task."""

from dataclasses import dataclass
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.faults import reached
from okstra_git.git.history import find_commit
from okstra_git.git.repo import Git
from okstra_git.git.revisions import Named, require_named
from okstra_git.names import CommitId, TaskKey, parse_branch
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReserved, StageStarted
from okstra_git.records.states import Place, Task
from okstra_git.state.prints import take_prints
from okstra_git.state.reading import Snapshot
from okstra_git.state.registry import release, reserve
from okstra_git.state.store import Appended, Store
from okstra_git.tasks.checks import DependencyUnknown, require_open
from okstra_git.tasks.lifecycle import refuse_text
from okstra_git.tasks.reserving import check_place, make_worktree, start_of, usual_branch


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


def start_stage(store: Store, request: StartRequest) -> Appended:
    """Reserve branch and worktree for a stage and say where it begins; the first start also fixes the anchor.

    The reservation comes first, so of many that start the same stage one wins. A worktree is made after it, and the
    stage counts as started once that stands; when it fails, the reservation is given back.
    """
    refuse_text(request.title, what="title")
    _refuse_dependencies(request)
    base = require_named(store.git, request.base, what="the base")
    anchor = take_prints(store.git, [one_commit(store.git, base.commit)])[0]

    def reserved(snapshot: Snapshot) -> PlaceReserved:
        task = require_open(snapshot, request.key)
        place = _wanted_place(task, request, base)
        reserve(snapshot.state, place)
        check_place(store.git, task, place)
        return place

    def started(snapshot: Snapshot, branch: str) -> list[AnyFact]:
        task = require_open(snapshot, request.key)
        fixed = [] if task.anchor else [AnchorSet(task=task.key, range=anchor, ref=base.name)]
        begun = StageStarted(
            task=task.key,
            stage=request.number,
            branch=branch,
            base=start_of(store.git, base.commit, branch),
            base_ref=base.name,
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
    _make_worktree(store, request, place, base.commit)
    reached("stage.worktree-made")
    return store.append(lambda snapshot: started(snapshot, place.branch))


def _refuse_dependencies(request: StartRequest) -> None:
    if any(other >= request.number or other < 1 for other in request.depends_on):
        raise DependencyUnknown(
            f"stage {request.number} can only depend on earlier stages",
            hint="list lower stage numbers with --depends-on",
        )


def one_commit(git: Git, commit: CommitId) -> tuple[str | None, str]:
    """The one-commit range that ends in `commit`."""
    facts = find_commit(git, commit)
    return (facts.parents[0] if facts and facts.parents else None), commit


def _wanted_place(task: Task, request: StartRequest, base: Named) -> PlaceReserved:
    branch = parse_branch(request.branch) if request.branch is not None else usual_branch(task, request.number)
    return PlaceReserved(
        task=task.key,
        scope=f"stage-{request.number}",
        branch=branch,
        worktree=str(request.worktree) if request.worktree else None,
        base_ref=base.name,
        adopted=request.adopt,
        phase="implementation",
    )


def _make_worktree(store: Store, request: StartRequest, place: Place, base: CommitId) -> None:
    try:
        make_worktree(store.git, request.key, request.number, place, base)
    except OkstraError:
        store.append(lambda now: release(now.state.tasks[request.key.slashed], place.scope))
        raise
