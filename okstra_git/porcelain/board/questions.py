"""Questions of reports that nobody has answered yet, of the tasks that were touched last."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.commands import command
from okstra_git.errors import OkstraError
from okstra_git.pages.board import Need
from okstra_git.porcelain.report_files import ReportPlace, find_report
from okstra_git.porcelain.task_lookup import Identity
from okstra_git.reports.clarifications import list_clarifications

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from okstra_git.porcelain.report_files import ReportFile
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task

READ = 40
"""Reports that are looked into; reading one takes as long as a dozen tasks."""


class RunQuestions(NamedTuple):
    """What the newest report of a task asks: its path from the project's root, and a line for each open question."""

    report: str
    needs: tuple[Need, ...]


def read_questions(workspace: Workspace, tasks: Iterable[Task]) -> dict[str, RunQuestions]:
    """By the id of its run, what each task's newest report asks, where it is here and can be read."""
    begun = [task for task in tasks if task.runs]
    by_run: dict[str, RunQuestions] = {}
    for task in sorted(begun, key=lambda task: task.clock, reverse=True)[:READ]:
        with suppress(OkstraError):
            report = find_report(workspace, Identity(task=task.key), None)
            by_run[report.run or ""] = RunQuestions(report.name, tuple(_open_questions(report)))
    return by_run


def _open_questions(report: ReportFile) -> Iterator[Need]:
    place = ReportPlace.of(report)
    for row in list_clarifications(report.document):
        if row.is_unanswered:
            line = place.answer_command(row.id)
            form = command("git okstra report view --open", ("--task-key", place.key))
            statement = f"{row.id}: {row.statement}"
            yield Need("decide", "question.open", statement, line, instead=form, task=str(place.key))
