"""What is going on at this moment: what waits for a person, who leads, who works, where tasks and stages stand.

A live view asks again and again. Judging history is the dear part, so it is done anew only when a ref has moved, and
now and then; the status files of workers are read every time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.porcelain.board.needs import list_needs
from okstra_git.porcelain.board.questions import read_questions
from okstra_git.porcelain.current_state import LivenessChecker
from okstra_git.porcelain.lead.start import lead_files
from okstra_git.porcelain.project_files import project_root
from okstra_git.porcelain.status import Survey, survey_all
from okstra_git.porcelain.usage import budget_of, read_prices, used_by_task
from okstra_git.porcelain.workers.files import workers_of_run
from okstra_git.porcelain.workers.look import SeenWorker, look_at

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.names import TaskKey
    from okstra_git.pages.board import Need
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

ANEW_AFTER = 20.0
"""Seconds after which history is judged again although no ref has moved: processes die, files change."""


class WatchedRun(NamedTuple):
    """A run that has not ended; `life` says of the process behind it: alive, dead or unknown."""

    task: Task
    run: Run
    life: str
    workers: tuple[SeenWorker, ...]


class TaskSpending(NamedTuple):
    """What a task used so far, those at work included, and why it may use no more; empty while it may."""

    tokens: int
    over: str


@dataclass(frozen=True)
class AtWork:
    """Everything at one moment; `spending` is by task."""

    project: str
    needs: tuple[Need, ...]
    runs: tuple[WatchedRun, ...]
    tasks: tuple[Task, ...]
    spending: dict[str, TaskSpending]

    @property
    def workers(self) -> list[tuple[WatchedRun, SeenWorker]]:
        """The workers of all runs, those that are at work first."""
        every = [(run, worker) for run in self.runs for worker in run.workers]
        return sorted(every, key=lambda each: (not each[1].is_running, -each[1].status.started))


@dataclass
class Watcher:
    """Looks again and again; keeps what is dear to find out until something has changed."""

    workspace: Workspace
    only: TaskKey | None = None
    _survey: Survey | None = None
    _needs: tuple[Need, ...] = ()
    _marks: tuple[object, ...] = ()
    _judged: float = field(default=0.0)

    def look(self) -> AtWork:
        """What is going on now."""
        marks = _marks(self.workspace)
        if self._survey is None or marks != self._marks or time.monotonic() - self._judged > ANEW_AFTER:
            self.workspace = replace(self.workspace)
            self._survey = survey_all(self.workspace, only=self.only, with_closed=False)
            self._needs = tuple(list_needs(self._survey, read_questions(self.workspace, self._survey.tasks)))
            self._marks, self._judged = marks, time.monotonic()
        return _gather(self.workspace, self._survey, self._needs)


def _gather(workspace: Workspace, seen: Survey, needs: tuple[Need, ...]) -> AtWork:
    alive = LivenessChecker(workspace)
    runs = tuple(
        WatchedRun(task, run, alive.life_of(run).state, tuple(_workers(workspace, run)))
        for task in seen.tasks
        for run in sorted(task.runs.values(), key=lambda each: each.id, reverse=True)
        if run.is_active and run.prepared is not None
    )
    return AtWork(seen.project or "", needs, runs, tuple(seen.tasks), _spending(workspace, seen.tasks, runs))


def _workers(workspace: Workspace, run: Run) -> list[SeenWorker]:
    lead = lead_files(project_root(workspace), run)
    files = workers_of_run(workspace, run)
    return look_at(workspace, [*([lead] if lead.read() is not None else []), *files])


def _spending(workspace: Workspace, tasks: list[Task], runs: tuple[WatchedRun, ...]) -> dict[str, TaskSpending]:
    prices, budget = read_prices(workspace), budget_of(workspace)
    found = {}
    for task in tasks:
        tokens, dollars = used_by_task(task, prices)
        working = [each for run in runs if run.task.key == task.key for each in run.workers if each.is_running]
        live = sum(each.status.tokens for each in working)
        if tokens or live:
            found[str(task.key)] = TaskSpending(tokens + live, budget.why_over(tokens + live, dollars))
    return found


def _marks(workspace: Workspace) -> tuple[object, ...]:
    """What changes when a ref moves, as far as files tell; one that is missed is seen when history is judged anew."""
    git = workspace.git.common_dir
    names = ("HEAD", "packed-refs", "refs/heads", "refs/okstra", "refs/okstra/log", "refs/remotes", "logs/HEAD")
    files = (*(git / name for name in names), *sorted((git / "refs/okstra/log").glob("*")))
    return tuple(_mark(file) for file in files)


def _mark(file: Path) -> tuple[str, int, int] | None:
    try:
        seen = file.stat()
    except OSError:
        return None
    return str(file), seen.st_mtime_ns, seen.st_size
