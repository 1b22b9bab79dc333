"""Registry rows beside the worktrees that git has, and which of them may go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.git.history import contains
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.repo import Git
from okstra_git.git.upstreams import branch_tips
from okstra_git.git.worktrees import Worktree, is_clean, list_worktrees, remove_worktree
from okstra_git.names import TaskKey
from okstra_git.records.handoff import Group
from okstra_git.records.states import Place, Stage, State, Task


@dataclass(frozen=True)
class PlaceRow:
    """One registry row and what git knows at its path: `here` is None when there is no such worktree (any more)."""

    task: str
    place: Place
    here: Worktree | None
    tip: str | None

    @property
    def exists(self) -> bool:
        """Whether the worktree is registered and its directory is there."""
        return self.here is not None and self.here.path.is_dir()


@dataclass(frozen=True)
class Pruned:
    """What became of one worktree: removed (or would be), or kept for a reason."""

    row: PlaceRow
    removed: bool
    reason: str


def list_places(git: Git, state: State, *, only: TaskKey | None, with_released: bool) -> list[PlaceRow]:
    """Rows in key order; released ones on request."""
    known = {worktree.path.resolve(): worktree for worktree in list_worktrees(git)}
    return [
        PlaceRow(
            task.key,
            place,
            known.get(Path(place.worktree).resolve()) if place.worktree else None,
            find_ref(git, f"refs/heads/{place.branch}") if place.branch else None,
        )
        for task, place in _rows(state, only)
        if with_released or place.status == "active"
    ]


def _rows(state: State, only: TaskKey | None) -> Iterator[tuple[Task, Place]]:
    for task in state.tasks.values():
        if only is None or task.key == only.slashed:
            yield from ((task, place) for _, place in sorted(task.places.items()))


def prune_places(git: Git, state: State, *, only: TaskKey | None, dry_run: bool, here: Path) -> list[Pruned]:
    """Remove every worktree whose work is provably elsewhere; `here` is never removed under our feet."""
    found: list[Pruned] = []
    for row in list_places(git, state, only=only, with_released=True):
        if row.here is None:
            continue
        why = ("landed" if row.place.branch else "its run is over") if row.place.status == "active" else "released"
        done = f"{why}, clean" if row.exists else f"{why}, its directory is gone"
        reason = _why_keep(git, state, row, here)
        if reason is None and not dry_run:
            reason = _remove(git, row.here)
        kept = "and its commits are on a branch" if row.place.branch else "and what it was made of is on record"
        found.append(Pruned(row, reason is None, reason or f"{done}, {kept}"))
    return found


def _why_keep(git: Git, state: State, row: PlaceRow, here: Path) -> str | None:
    """The reason why a worktree must stay, or None; asked again at the moment of removal by git itself."""
    worktree = row.here
    if worktree is None:
        return "it is gone already"
    if not row.place.branch:
        return _why_keep_detached(state.tasks[row.task], row.place, worktree, here)
    held = _why_held(git, state.tasks[row.task], row.place, worktree) if row.place.status == "active" else None
    if held is not None:
        return held
    if here.resolve().is_relative_to(worktree.path.resolve()):
        return "you are in it"
    if worktree.branch is None or find_ref(git, f"refs/heads/{worktree.branch}") != worktree.head:
        return "its commits are on no branch"
    if not worktree.path.is_dir():
        return None if worktree.path.parent.is_dir() else "its directory cannot be reached"
    return None if is_clean(worktree.path) else "it has changes that are not committed"


def _why_keep_detached(task: Task, place: Place, worktree: Worktree, here: Path) -> str | None:
    """Why the worktree must stay in which a run looks at stages together; what was put together is on record."""
    runs = [run for run in task.runs.values() if run.assembled is not None and run.worktree == place.worktree]
    run = max(runs, key=lambda one: one.id, default=None)
    if place.status == "active" and (run.is_active if run is not None else _is_being_prepared(task, place)):
        return "its run is not over"
    if here.resolve().is_relative_to(worktree.path.resolve()):
        return "you are in it"
    made_at = run.assembled.commit if run is not None and run.assembled is not None else worktree.head
    if worktree.branch is not None or worktree.head != made_at:
        return "something else is checked out in it"
    if not worktree.path.is_dir():
        return None if worktree.path.parent.is_dir() else "its directory cannot be reached"
    return None if is_clean(worktree.path) else "it has changes that are not committed"


def _is_being_prepared(task: Task, place: Place) -> bool:
    number = place.scope.rpartition("-")[2]
    return any(run.is_active and run.task_type == place.phase and str(run.seq) == number for run in task.runs.values())


def _why_held(git: Git, task: Task, place: Place, worktree: Worktree) -> str | None:
    """Why a claim that nobody gave up is still of use; None where everything that it was for has landed."""
    group = task.groups.get(place.scope.removeprefix("group-")) if place.scope.startswith("group-") else None
    if group is not None:
        members = [task.stages.get(number) for number in group.stages]
        if not members or not all(stage is not None and stage.landed for stage in members):
            return "its group has not landed"
        if _is_awaited(git, task, group, [stage for stage in members if stage is not None]):
            return "its group has not landed where it goes to"
        arrived = [group.range.head, *_arrived(git, [stage for stage in members if stage is not None])]
    else:
        stage = task.stages.get(_stage_of(place))
        if stage is None or not stage.landed:
            return "its group still holds it" if place.scope.startswith("group-") else "its stage still holds it"
        arrived = _arrived(git, [stage])
    if any(contains(git, commit, worktree.head or "") for commit in arrived):
        return None
    return "its branch has commits that have not landed"


def _is_awaited(git: Git, task: Task, group: Group, members: Sequence[Stage]) -> bool:
    """Whether the branch that the group goes to is there and lacks what its stages landed as."""
    own = {stage.branch for stage in task.stages.values()} | {other.branch for other in task.groups.values()}
    tips = branch_tips(git, group.base_ref) if group.base_ref.removeprefix("refs/heads/") not in own else []
    landings = [stage.landing.commit for stage in members if stage.landing is not None]
    return bool(tips) and not all(any(contains(git, tip, commit) for tip in tips) for commit in landings)


def _arrived(git: Git, stages: Sequence[Stage]) -> list[str]:
    """Commits that hold nothing but what has landed: as recorded, as it was proven to be before, and the targets."""
    found: list[str] = []
    for stage in stages:
        found += [stage.range.head] if stage.range else []
        for trail in reversed(stage.trail):
            if trail.proof == "user":
                break
            found.append(trail.range.head)
        there = stage.landing.commit if stage.landing is not None else stage.range.head if stage.range else ""
        named = [stage.base_ref, *([stage.landing.target] if stage.landing is not None else [])]
        tips = [find_quietly(git, f"refs/{kind}/{name}") for name in named if name for kind in ("heads", "remotes")]
        found += [there, *(tip for tip in tips if tip and contains(git, tip, there))]
    return found


def _stage_of(place: Place) -> int:
    text = place.scope.removeprefix("stage-")
    return int(text) if text.isdigit() else 0


def _remove(git: Git, worktree: Worktree) -> str | None:
    try:
        remove_worktree(git, worktree.path)
    except OkstraError as refusal:
        return refusal.message
    return None
