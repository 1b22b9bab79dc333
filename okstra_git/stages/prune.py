"""Removes the worktrees of stages and groups that are of no more use and hold nothing that is nowhere else."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.faults import fault_point
from okstra_git.git.history import contains
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import branch_tips, default_branches
from okstra_git.git.repo import Git
from okstra_git.git.revisions import branch_refs
from okstra_git.git.unsaved_work import NO_CACHES, CachesSeen, UnsavedItem, in_words, read_unsaved_work
from okstra_git.git.worktree_changes import WorktreeHolds, remove_worktree
from okstra_git.git.worktrees import Worktree, is_own_lock, list_worktrees
from okstra_git.names import TaskKey
from okstra_git.paths import real_path
from okstra_git.records.handoff import Group
from okstra_git.records.states import Reservation, Stage, State, Task
from okstra_git.stages.worktrees import ReservedWorktree, list_reservations, list_reserved_worktrees
from okstra_git.store.clone import OwnWorktrees

Holders = defaultdict[Path, list[tuple[TaskKey, str]]]
"""Directory, resolved -> tasks and scopes that hold it."""


@dataclass(frozen=True)
class Pruned:
    """What became of one worktree: removed (or would be), or kept for a reason.

    `holdings` are what it has that is nowhere else; `caches` go, or went, with it.
    """

    row: ReservedWorktree
    removed: bool
    reason: str
    holdings: tuple[UnsavedItem, ...] = ()
    caches: CachesSeen = NO_CACHES


@dataclass(frozen=True)
class PruneContext:
    """What prune needs to know of the world outside the repository.

    `here` is the directory we are in; `runs` says which live runs work in a directory; `processes` which processes
    stand in or below it; `progress` is called with how many of how many have been looked at. `unseen` are stages of
    which only another clone says that they landed.
    """

    here: Path
    runs: Callable[[Path], Sequence[str]] = lambda _: ()
    processes: Callable[[Path], Sequence[str]] = lambda _: ()
    progress: Callable[[int, int], None] = lambda *_: None
    unseen: Collection[tuple[TaskKey, int]] = ()


def prune_worktrees(
    git: Git, state: State, *, only: TaskKey | None, dry_run: bool, context: PruneContext
) -> list[Pruned]:
    """Remove every worktree whose work is provably elsewhere; each answer says what it holds that is not.

    What another clone recorded makes no worktree go: that its claim was given up, that its stage has landed, that its
    run is over. Such a one stays until this clone has seen the same, or gives up the claim itself.

    A dry run and the removal judge in the same way; the removal looks again at its own moment.
    """
    everything, holders = list_worktrees(git), _read_holders(git, state)
    reserved = list_reserved_worktrees(git, state, only=only, with_released=True, trees=everything)
    rows = [row for row in reserved if row.here is not None]
    pruned: list[Pruned] = []
    gone: set[Path] = set()
    for number, row in enumerate(rows, 1):
        context.progress(number, len(rows))
        assert row.here is not None
        if row.here.path in gone:
            continue  # another row names the same directory
        judged = _judge(git, state, row, everything, holders, context)
        fault_point("worktree.judged")
        done = judged if dry_run or not judged.removed else _remove(git, judged, everything, context)
        pruned.append(done)
        gone |= {row.here.path} if done.removed else set()
    return pruned


def _judge(
    git: Git,
    state: State,
    row: ReservedWorktree,
    everything: Sequence[Worktree],
    holders: Holders,
    context: PruneContext,
) -> Pruned:
    """Whether the worktree of one row may go, and why not."""
    worktree = row.here
    assert worktree is not None
    reason = _why_keep(git, state, row, worktree, everything, holders, context)
    if reason is not None:
        return Pruned(row, removed=False, reason=reason)
    contents = read_unsaved_work(git, worktree, others=everything)
    holdings = (*contents.keeping, *_occupants(worktree, context))
    if holdings:
        return Pruned(row, removed=False, reason=in_words(holdings), holdings=holdings, caches=contents.caches)
    return Pruned(row, removed=True, reason=_why_gone(row), caches=contents.caches)


def _why_gone(row: ReservedWorktree) -> str:
    over = "landed" if row.place.branch else "its run is over"
    reason = over if row.place.status == "active" else "released"
    rest = "its commits are on a branch" if row.place.branch else "what was put together there is on record"
    return f"{reason}, {'clean' if row.exists else 'its directory is gone'}, and {rest}"


def _remove(git: Git, judged: Pruned, everything: Sequence[Worktree], context: PruneContext) -> Pruned:
    """Remove what was judged so, unless it holds more by now."""
    worktree = judged.row.here
    assert worktree is not None
    try:
        contents = remove_worktree(git, worktree, others=everything, also=lambda: _occupants(worktree, context))
    except WorktreeHolds as refusal:
        return Pruned(judged.row, removed=False, reason=in_words(refusal.found), holdings=tuple(refusal.found))
    except OkstraError as refusal:
        return Pruned(judged.row, removed=False, reason=refusal.message)
    return Pruned(judged.row, removed=True, reason=judged.reason, caches=contents.caches)


def _occupants(worktree: Worktree, context: PruneContext) -> list[UnsavedItem]:
    """Live runs and processes in the directory."""
    path = worktree.path
    return [
        *(UnsavedItem("occupied", f"{run} works in it") for run in context.runs(path)),
        *(UnsavedItem("occupied", f"{process} stands in it") for process in context.processes(path)),
    ]


def _why_keep(
    git: Git,
    state: State,
    row: ReservedWorktree,
    worktree: Worktree,
    everything: Sequence[Worktree],
    holders: Holders,
    context: PruneContext,
) -> str | None:
    """Why a worktree stays whatever it contains; None where its contents decide."""
    task = state.tasks[row.task]
    if row.place.status == "active":
        reason = _why_held(git, task, row.place, worktree, context.unseen)
    else:
        reason = _given_up_elsewhere(git, task, row.place)
    reason = reason or _claimed(holders, row, worktree)
    if reason is not None:
        return reason
    if worktree.path == everything[0].path:
        return "it is the main worktree"
    if not _is_ours(row, worktree):
        return "okstra did not make it"
    if real_path(context.here).is_relative_to(real_path(worktree.path)):
        return "you are in it"
    if not worktree.path.is_dir() and not worktree.path.parent.is_dir():
        return "its directory cannot be reached"
    return None


def _read_holders(git: Git, state: State) -> Holders:
    """Who holds which directory, by the rows of this clone that were not given up."""
    own, holders = OwnWorktrees(git), Holders(list)
    for task, place in list_reservations(state, None):
        path = own.active_path(place)
        if path is not None:
            holders[real_path(path)].append((task.key, place.scope))
    return holders


def _claimed(holders: Holders, row: ReservedWorktree, worktree: Worktree) -> str | None:
    """Who else holds the directory."""
    others = [holder for holder in holders.get(real_path(worktree.path), ()) if holder != (row.task, row.place.scope)]
    return next((f"{key} {scope}".strip() + " holds it" for key, scope in others), None)


def _is_ours(row: ReservedWorktree, worktree: Worktree) -> bool:
    """Whether okstra made it: it locks those that it makes, and the lock says what for.

    One that is not locked any more is still okstra's where the row is this clone's and adopted nothing.
    """
    is_locked = worktree.is_locked and is_own_lock(worktree.lock_reason)
    return row.is_made or (row.is_own and (is_locked or not row.place.adopted))


def _given_up_elsewhere(git: Git, task: Task, place: Reservation) -> str | None:
    """Why a released claim still counts: this clone did not give it up. None where it did."""
    if place.released_by == OwnWorktrees(git).writer:
        return None
    return f"clone {place.released_by} gave up its claim, this one did not{_ask_release(task, place)}"


def _ask_release(task: Task, place: Reservation) -> str:
    """The command by which a person says that the worktree may go, where there is one."""
    kind, _, name = place.scope.partition("-")
    if kind not in ("stage", "group"):
        return ""
    what = ("--stage", name) if kind == "stage" else ("--group", name)
    line = command("git okstra worktree release", ("--task-key", str(task.key)), what)
    return f"; if it may go: {line}"


def _why_run_holds(git: Git, task: Task, place: Reservation) -> str | None:
    """Whether the run goes on for which stages were put together there; the place's name has the run's number."""
    number, own = place.scope.rpartition("-")[2], OwnWorktrees(git).writer
    runs = [run for run in task.runs.values() if run.task_type == place.phase and str(run.seq) == number]
    if any(run.is_active for run in runs):
        return "its run is not over"
    ended = {run.ended_by for run in runs if run.writer == place.writer} - {own}
    return next((f"only clone {writer} says that its run is over" for writer in sorted(ended)), None)


def _why_held(
    git: Git, task: Task, place: Reservation, worktree: Worktree, unseen: Collection[tuple[TaskKey, int]]
) -> str | None:
    """Why a claim that was not given up is still of use; None where everything that it was for has landed.

    A place without a branch is of use until its run is over.
    """
    if not place.branch:
        return _why_run_holds(git, task, place)
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
        members = [stage]
        arrived = _arrived(git, [stage])
    if any(_is_doubtful(git, task, stage, unseen) for stage in members if stage is not None):
        own_base = [place.base_ref] if OwnWorktrees(git).is_own(place) and place.base_ref != place.branch else []
        arrived = [tip for name in (*own_base, *default_branches(git)) for tip in branch_tips(git, name)]
        if not any(contains(git, tip, worktree.head or "") for tip in arrived):
            return f"only another clone says that its work has landed{_ask_release(task, place)}"
        return None
    if any(contains(git, commit, worktree.head or "") for commit in arrived):
        return None
    return "its branch has commits that have not landed"


def _is_doubtful(git: Git, task: Task, stage: Stage, unseen: Collection[tuple[TaskKey, int]]) -> bool:
    """Whether another clone says what the stage is, or that it landed, and this one has not seen it."""
    return (task.key, stage.number) in unseen or stage.recorded_by != OwnWorktrees(git).writer


def _is_awaited(git: Git, task: Task, group: Group, members: Sequence[Stage]) -> bool:
    """Whether the branch that the group goes to is there and lacks what its stages landed as."""
    own = {stage.branch for stage in task.stages.values()} | {other.branch for other in task.groups.values()}
    tips = branch_tips(git, group.base_ref) if group.base_ref.removeprefix("refs/heads/") not in own else []
    landings = [stage.landing.commit for stage in members if stage.landing is not None]
    return bool(tips) and not all(any(contains(git, tip, commit) for tip in tips) for commit in landings)


def _arrived(git: Git, stages: Sequence[Stage]) -> list[str]:
    """Commits that hold nothing but what has landed: as recorded, as it was proven to be before, and the targets."""
    commits: list[str] = []
    for stage in stages:
        commits += [stage.range.head] if stage.range else []
        for trail in reversed(stage.trail):
            if trail.proof == "user":
                break
            commits.append(trail.range.head)
        landed = stage.landing.commit if stage.landing is not None else stage.range.head if stage.range else ""
        named = [stage.base_ref, *([stage.landing.target] if stage.landing is not None else [])]
        tips = [find_quietly(git, ref) for name in named for ref in branch_refs(name)]
        commits += [landed, *(tip for tip in tips if tip and contains(git, tip, landed))]
    return commits


def _stage_of(place: Reservation) -> int:
    text = place.scope.removeprefix("stage-")
    return int(text) if text.isdigit() else 0
