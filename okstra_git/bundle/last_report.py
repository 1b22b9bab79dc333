"""Which run of a task reported last, and on which brief; what the report says is not read here."""

from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.bundle.run_files import Disk
from okstra_git.records.runs import Run
from okstra_git.records.states import Task

LOOKED_THROUGH = 20
"""Runs, the newest ones, that are asked for a report."""


class Reported(NamedTuple):
    """A run with the report that it recorded, or that stands where its own belongs; `is_here` says whether it does."""

    run: Run
    report: str
    is_here: bool


def find_last_report(disk: Disk, task: Task, *, task_type: str | None = None) -> Reported | None:
    """The report of the run that ended last, of this task type where one is named; it may be recorded and not here.

    A run that nobody has ended counts by when its report was last changed.
    """
    named = [run for run in task.runs.values() if task_type in (None, run.task_type)]
    newest = sorted(named, key=_touched, reverse=True)[:LOOKED_THROUGH]
    by_moment = [(_moment(disk, each), each) for each in _reported(disk, newest)]
    return max(by_moment, key=lambda pair: (pair[0], pair[1].run.id))[1] if by_moment else None


def last_brief(task: Task, writer: str) -> str:
    """The path of the brief that the last run of this clone had, as it was recorded; empty where none had one.

    Another clone's path would mean another file here. "Last" is by when a run was claimed, since ids may lie.
    """
    own = [run for run in task.runs.values() if run.brief is not None and run.writer == writer]
    newest = max(own, key=lambda run: (run.claimed.timestamp() if run.claimed else 0.0, run.id), default=None)
    return newest.brief.path if newest is not None and newest.brief is not None else ""


def _touched(run: Run) -> tuple[float, str]:
    last = run.ended or run.touched
    return last.timestamp() if last else 0.0, run.id


def _reported(disk: Disk, runs: list[Run]) -> Iterator[Reported]:
    for run in runs:
        context = disk.context(run) if not run.report else None
        report = run.report or (context.paths.report if context is not None else "")
        is_here = bool(report) and disk.see(report).bytes is not None
        if is_here or run.report:
            yield Reported(run, report, is_here)


def _moment(disk: Disk, reported: Reported) -> float:
    ended = reported.run.ended
    return ended.timestamp() if ended is not None else disk.changed(reported.report) or 0.0
