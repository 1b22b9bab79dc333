"""Waits for workers, and stops them."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from okstra_git.host.machine import ancestors
from okstra_git.host.process_tree import end_marked, is_same, marked
from okstra_git.porcelain.workers.look import SeenWorker, judge, look_at, write_autopsy
from okstra_git.workers.supervisor import GRACE, MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from okstra_git.porcelain.workers.files import WorkerFiles
    from okstra_git.porcelain.workspace import Workspace

POLL = 0.5
_PATIENCE = 4 * GRACE


def wait_for(
    workspace: Workspace,
    workers: Sequence[WorkerFiles],
    seconds: float | None,
    tell: Callable[[Sequence[SeenWorker]], None],
) -> list[SeenWorker]:
    """Look at the workers until all have ended, or the time is over; `tell` hears of every look."""
    until = time.monotonic() + seconds if seconds is not None else None
    while True:
        seen = look_at(workspace, workers)
        tell(seen)
        left = POLL if until is None else min(POLL, until - time.monotonic())
        if not any(each.is_running and not each.life.is_orphaned for each in seen) or left <= 0:
            return seen
        time.sleep(left)


def stop_workers(workspace: Workspace, workers: Sequence[WorkerFiles]) -> list[SeenWorker]:
    """End the workers and everything they started; the supervisor does it, or we, where it is gone.

    Only processes that bear the worker's mark in their environment are ended: a status file is a document, and what it
    says of processes may be another's.
    """
    before = [each for each in look_at(workspace, workers) if each.is_running]
    asked: set[str] = set()

    def ask(seen: Sequence[SeenWorker]) -> None:
        for each in seen:
            if each.files.prompt not in asked and each.life.is_live and _is_ours(each):
                asked.add(each.files.prompt)
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(each.status.supervisor.pid, signal.SIGTERM)

    wait_for(workspace, [each.files for each in before], _PATIENCE, ask)
    for each in look_at(workspace, [each.files for each in before]):
        if each.is_running and each.status.mark and not each.life.is_elsewhere:
            end_marked(MARK, each.status.mark, GRACE)
            if not judge(each.status).is_live:
                write_autopsy(workspace, each.files, each.status)
    return look_at(workspace, workers)


def _is_ours(worker: SeenWorker) -> bool:
    """Whether the process that is called the supervisor is one: something that bears the mark descends from it."""
    mark = worker.status.supervisor
    if not worker.status.mark or not is_same(mark.pid, mark.born):
        return False
    return any(mark.pid in {each.pid for each in ancestors(pid)} for pid in marked(MARK, worker.status.mark))
