"""The worktrees that stages and groups have reserved, beside those that git has; damaged ones are repaired."""

import errno
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.git.binary import run_git
from okstra_git.git.checkouts import Checkout, see_all_files, see_head
from okstra_git.git.discovery import Link, find_entry, inspect_link, read_pointer
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_recorded
from okstra_git.git.worktrees import Worktree, add_detached, add_no_checkout, add_worktree, list_worktrees
from okstra_git.names import TaskKey
from okstra_git.paths import real_path
from okstra_git.records.events import AnyFact, PlaceReleased, PlaceReserved
from okstra_git.records.states import Reservation, Stage, State, Task
from okstra_git.store.clone import OwnWorktrees, find_made, find_writer
from okstra_git.store.drift import Astray, find_astray, named, release_line
from okstra_git.store.registry import require_task
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Store

MAX_READ = 64
"""Worktrees whose files one look at everything reads; of more it reads only what is checked out."""

Key = tuple[TaskKey, int]
"""A task and the number of one of its stages."""


@dataclass(frozen=True)
class ReservedWorktree:
    """A reservation and what git knows at its path: `here` is None when there is no such worktree (any more).

    `is_own`: this clone reserved it. `is_made`: okstra made `here` in this repository for this reservation. A path
    that another clone recorded is not looked at, unless it is that.
    """

    task: TaskKey
    place: Reservation
    here: Worktree | None
    tip: str | None
    is_own: bool = True
    is_made: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether the row names a directory that another clone has."""
        return self.place.worktree is not None and self.here is None and not self.is_own

    @property
    def exists(self) -> bool:
        """Whether the worktree is registered and its directory is there."""
        return self.here is not None and self.here.path.is_dir()


def list_reserved_worktrees(
    git: Git, state: State, *, only: TaskKey | None, with_released: bool, trees: Sequence[Worktree] | None = None
) -> list[ReservedWorktree]:
    """Reservations in key order; released ones on request. `trees` are git's worktrees, when they are known already."""
    trees, own = list_worktrees(git) if trees is None else trees, OwnWorktrees(git)
    by_path = {real_path(worktree.path): worktree for worktree in trees}
    rows: list[ReservedWorktree] = []
    for task, place in list_reservations(state, only):
        if with_released or place.status == "active":
            path, made = own.path(place), find_made(trees, task, place)
            worktree_here = by_path.get(real_path(path)) if path is not None else made
            tip = find_ref(git, f"refs/heads/{place.branch}") if place.branch else None
            rows.append(
                ReservedWorktree(
                    task.key, place, worktree_here, tip, is_own=own.is_own(place), is_made=made is not None
                )
            )
    return rows


def list_reservations(state: State, only: TaskKey | None) -> Iterator[tuple[Task, Reservation]]:
    for task in state.tasks.values():
        if only is None or task.key == only:
            yield from ((task, place) for _, place in sorted(task.places.items()))


def see_stages(git: Git, tasks: Sequence[Task]) -> dict[Key, Checkout]:
    """The worktree of every stage that has one and has not landed: the registry's, else where git has its branch."""
    stages = [(task, stage) for task in tasks for stage in task.stages.values() if not stage.landed and stage.branch]
    if not stages:
        return {}
    trees = [see_head(tree) for tree in list_worktrees(git) if not tree.is_bare and tree.path.is_dir()]
    by_stage = dict(_pairs(OwnWorktrees(git), stages, trees))
    unique = list({tree.path: tree for tree in by_stage.values()}.values())
    read = {tree.path: tree for tree in see_all_files(unique[:MAX_READ])}
    return {key: read.get(tree.path, tree) for key, tree in by_stage.items()}


def see_reserved(rows: Sequence[ReservedWorktree]) -> list[Checkout | None]:
    """The worktree of each reservation, all of them read; None where there is none."""
    heads = [see_head(row.here) if row.here is not None and row.exists else None for row in rows]
    read = {tree.path: tree for tree in see_all_files([tree for tree in heads if tree is not None])}
    return [read[tree.path] if tree is not None else None for tree in heads]


@dataclass(frozen=True)
class RepairedWorktree:
    """One reservation and what became of it: `done` says it in words; `is_settled` is False where a person has to."""

    row: Astray
    done: str
    is_settled: bool = True


def repair_worktrees(store: Store, *, only: TaskKey | None, scope: str | None, dry_run: bool) -> list[RepairedWorktree]:
    """Settle every row whose worktree is not where it belongs, or say what would be done; existing files stay."""
    state = store.read().state
    astray = [
        row
        for row in find_astray(store.git, state, find_writer(store.git))
        if (only is None or row.task.key == only) and (scope is None or row.place.scope == scope)
    ]
    return [_repair(store, row, dry_run=dry_run) for row in astray]


def _pairs(
    places: OwnWorktrees, stages: Sequence[tuple[Task, Stage]], trees: Sequence[Checkout]
) -> Iterator[tuple[Key, Checkout]]:
    by_path = {real_path(tree.path): tree for tree in trees}
    by_branch = {tree.works_on: tree for tree in reversed(trees)}
    for task, stage in stages:
        path = places.active_path(task.places.get(f"stage-{stage.number}"))
        own = by_path.get(real_path(path)) if path is not None else None
        if own is not None and not own.is_linked and own.works_on != stage.branch:
            own = None  # the main worktree is on other branches at times
        checkout = own or by_branch.get(stage.branch)
        if checkout is not None:
            yield (task.key, stage.number), checkout


def _repair(store: Store, row: Astray, *, dry_run: bool) -> RepairedWorktree:
    path = Path(row.place.worktree or "")
    if row.trouble == "foreign":
        return RepairedWorktree(row, f"{path} is left as it is; to give up the claim: {row.line}", is_settled=False)
    if row.trouble in ("moved", "in-main"):
        where = row.found if row.trouble == "moved" else None
        if not dry_run:
            _repair_links(store.git, where)
            _record(store, row, where)
        return RepairedWorktree(
            row, f"recorded in {where}" if where else f"recorded on branch {row.place.branch} alone"
        )
    if row.trouble == "cut":
        if not dry_run:
            _link_again(store.git, row, path)
        return RepairedWorktree(row, f"linked to this repository again: {path}")
    if not dry_run:
        _make_anew(store.git, row, path)
    return RepairedWorktree(row, f"made anew{f' from branch {row.place.branch}' if row.place.branch else ''}: {path}")


def _repair_links(git: Git, where: Path | None) -> None:
    """A worktree that was moved by hand, and in which the command runs, is where git finds it, too."""
    if where is not None and inspect_link(git.common_dir, where) is Link.UNKNOWN:
        run_git(["worktree", "repair"], cwd=where)


def _record(store: Store, row: Astray, where: Path | None) -> None:
    """Give the row up and take it again as it is now, in one append; clones of any release understand that."""
    key, scope = row.task.key, row.place.scope

    def decide(snapshot: Snapshot) -> Sequence[AnyFact]:
        task = require_task(snapshot.state, key)
        place = task.places.get(scope)
        if place is None or place.status != "active" or place.worktree != row.place.worktree:
            return []
        facts = place.model_dump(include={"branch", "base_ref", "phase", "stages"})
        adopted = place.adopted or where is None
        now = PlaceReserved(task=key, scope=scope, worktree=str(where) if where else None, adopted=adopted, **facts)
        return [PlaceReleased(task=key, scope=scope, branch=place.branch), now]

    store.append(decide)


def _make_anew(git: Git, row: Astray, path: Path) -> None:
    """Through git's own entry where it still has one, which keeps what was staged and where HEAD was."""
    entry = find_entry(git.common_dir, path)
    if entry is None and not row.place.branch:
        add_detached(git, path, commit=_commit_of(git, row.task, row.place), reason=_reason(row))
        return
    if entry is None:
        base = None if find_quietly(git, f"refs/heads/{row.place.branch}") else _commit_of(git, row.task, row.place)
        add_worktree(git, path, branch=row.place.branch, base=base, reason=_reason(row))
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise FileExistsError(errno.ENOTEMPTY, "something is in it by now")
        (path / ".git").write_text(f"gitdir: {entry}\n")
    except OSError as error:
        raise refuse(
            "worktree.failed",
            f"the directory {path} cannot be made: {error.strerror}",
            hint=release_line(row.task, row.place),
            path=str(path),
        ) from error
    if not (entry / "index").exists():
        run_git(["read-tree", "HEAD"], cwd=path)
    run_git(["checkout-index", "-a", "-q"], cwd=path, accept=(0, 1))  # overwrites nothing; 1 = some are half merged


def _commit_of(git: Git, task: Task, place: Reservation) -> str:
    """Where a branch that is gone is made again: at what was recorded of it, else where it began."""
    scope, _, id = place.scope.partition("-")
    runs = [run for run in task.runs.values() if run.worktree == place.worktree and run.assembled is not None]
    if not place.branch and runs and runs[-1].assembled is not None:
        return runs[-1].assembled.commit
    group = task.groups.get(id) if scope == "group" else None
    stage = task.stages.get(int(id)) if scope == "stage" else None
    recorded = group.range.head if group else stage.range.head if stage and stage.range else stage.base if stage else ""
    commit = find_recorded(git, recorded or place.base_ref) if recorded or place.base_ref else None
    if commit is None:
        hint = release_line(task, place)
        raise refuse("worktree.failed", f"branch {place.branch} of {named(task, place)} is gone as well", hint=hint)
    return commit


def _link_again(git: Git, row: Astray, path: Path) -> None:
    """Give a directory that has lost its entry a new one; its files stay, and show as changes where they differ."""
    if find_entry(git.common_dir, path) is not None:
        run_git(["worktree", "repair"], cwd=git.top)
        return
    if not row.place.branch:
        message = f"{path} was on no branch, and git's entry of it is gone"
        raise refuse("worktree.failed", message, hint=release_line(row.task, row.place), path=str(path))
    beside = path.parent / f".okstra-{os.getpid()}" / path.name
    try:
        add_no_checkout(git, beside, branch=row.place.branch, reason=_reason(row))
        entry = read_pointer(beside / ".git")
        if entry is None:
            raise refuse(
                "worktree.failed", f"git made no entry for {beside}", hint="git worktree list", path=str(beside)
            )
        (entry / "gitdir").write_text(f"{real_path(path)}/.git\n")
        (path / ".git").write_text(f"gitdir: {entry}\n")
        (beside / ".git").unlink()
        beside.rmdir()
        beside.parent.rmdir()
    except OSError as error:
        raise refuse(
            "worktree.failed", f"{path} cannot be written: {error.strerror}", hint="git worktree list"
        ) from error
    run_git(["read-tree", "HEAD"], cwd=path)


def _reason(row: Astray) -> str:
    kind, _, id = row.place.scope.partition("-")
    return f"okstra task={row.task.key}" + (f" {kind}={id}" if kind else "")
