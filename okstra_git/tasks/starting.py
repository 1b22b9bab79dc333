"""Starting a stage: its branch, its worktree and, the first time, the anchor of its task."""

from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.history import contains, find_commit, merge_base
from okstra_git.git.refs import find_ref, resolve_commit
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import WorktreeFailed, add_worktree, list_worktrees
from okstra_git.names import CommitId, TaskKey, shown
from okstra_git.records.events import AnchorSet, AnyFact, PlaceReserved, StageStarted
from okstra_git.records.states import Task
from okstra_git.state.prints import take_prints
from okstra_git.state.reading import Snapshot
from okstra_git.state.registry import release, reserve
from okstra_git.state.store import Appended, Store
from okstra_git.tasks.checks import BranchExists, BranchMissing, DependencyUnknown, require_commit, require_open
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
        branch = _check_branch(store.git, request, request.branch or usual_branch(task, request.number))
        worktree = str(request.worktree) if request.worktree else None
        place = PlaceReserved(
            task=task.key,
            scope=f"stage-{request.number}",
            branch=branch,
            worktree=worktree,
            base_ref=request.base,
            adopted=request.adopt,
            phase="implementation",
        )
        start = _start_of(store.git, request, base, branch)
        started = StageStarted(
            task=task.key,
            stage=request.number,
            branch=branch,
            base=start,
            base_ref=request.base,
            title=request.title,
            depends_on=request.depends_on,
        )
        fixed = [] if task.anchor else [AnchorSet(task=task.key, range=anchor, ref=request.base)]
        return [reserve(snapshot.state, place), *fixed, started]

    appended = store.append(decide)
    if request.worktree is not None:
        _make_worktree(store, request, appended.snapshot, base)
    return appended


def _above(git: Git, commit: CommitId) -> tuple[str | None, str]:
    """The one-commit range that ends in `commit`."""
    facts = find_commit(git, commit)
    return (facts.parents[0] if facts and facts.parents else None), commit


def _check_branch(git: Git, request: StartRequest, branch: str) -> str:
    tip = find_ref(git, f"refs/heads/{branch}")
    if request.adopt and tip is None:
        hint = "create it first, or leave --no-worktree out to get a branch and a worktree"
        raise BranchMissing(f"there is no branch {shown(branch)} to adopt", branch=branch[:200], hint=hint)
    if not request.adopt and tip is not None and not _is_left_over(git, tip, request):
        raise BranchExists(
            f"branch {branch} exists already and holds other work",
            branch=branch,
            hint="adopt it with --branch and --no-worktree, or name another one",
        )
    return branch


def _is_left_over(git: Git, tip: str, request: StartRequest) -> bool:
    """A branch of ours from a released attempt that holds nothing beyond its base may be used again."""
    base = resolve_commit(git, request.base)
    return base is not None and contains(git, base, tip)


def _start_of(git: Git, request: StartRequest, base: CommitId, branch: str) -> str:
    tip = find_ref(git, f"refs/heads/{branch}") if request.adopt else None
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
