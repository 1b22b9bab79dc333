"""Prunes worktrees: brings together what the records, git, live runs and this machine's processes say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.host.processes import processes_in
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.landings import landed_state, note_landings
from okstra_git.porcelain.liveness import LivenessChecker
from okstra_git.real_paths import real_path
from okstra_git.store.drift import find_astray, is_over
from okstra_git.store.ownership import OwnWorktrees
from okstra_git.store.writer import find_writer
from okstra_git.tasks.finishing import release_place
from okstra_git.tasks.places import Pruned, Watch, prune_places

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.names import TaskKey

TELL_EVERY = 2.0
"""Seconds between two lines of progress on a terminal."""


def prune_here(session: Session, only: TaskKey | None, *, dry_run: bool) -> list[Pruned]:
    """Remove, or foretell, and give up the claims of what was removed."""
    if not dry_run:
        note_landings(session.workspace, only)
    state = landed_state(session.workspace, only) if dry_run else standing_state(session.workspace)
    watch = Watch(
        here=session.cwd,
        runs=lambda path: list(_live_runs(session, path)),
        processes=processes_in,
        progress=_progress(session),
    )
    pruned = prune_places(session.git, state, only=only, dry_run=dry_run, watch=watch)
    for each in pruned:
        if each.removed and each.row.place.status == "active" and not dry_run:
            release_place(session.store, each.row.task, each.row.place.scope)
    if not dry_run:
        _release_gone(session, only)
    return pruned


def _release_gone(session: Session, only: TaskKey | None) -> None:
    """Give up the claims of runs that are over on places of their own that are not there any more."""
    state = session.store.read().state
    for each in find_astray(session.git, state, find_writer(session.git)):
        is_ours = only is None or each.task.key == only
        if is_ours and each.trouble == "missing" and not each.place.branch and is_over(each.task, each.place):
            release_place(session.store, each.task.key, each.place.scope)


def _live_runs(session: Session, path: Path) -> Iterator[str]:
    """Runs that somebody leads right now and that work at or below this directory."""
    guard, own, top = LivenessChecker(session.workspace), OwnWorktrees(session.git), real_path(path)
    for task in session.store.read().state.tasks.values():
        for run in task.runs.values():
            place = own.path_of_run(task, run) if run.is_active else None
            if place is not None and real_path(place).is_relative_to(top) and guard.life_of(run).is_live:
                yield f"live run {run.id} ({run.task_type})"


def _progress(session: Session) -> Callable[[int, int], None]:
    """Says on a terminal how far it is, once it takes a while."""
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if session.around.stderr_is_terminal and time.monotonic() - last > TELL_EVERY:
            last = time.monotonic()
            session.note(f"looking at worktree {done} of {of}")

    return tell
