"""What a prepare remarks about its inputs without refusing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.bundle.last_report import find_last_report
from okstra_git.bundle.report_questions import open_questions
from okstra_git.bundle.run_files import Disk
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.names import parse_task_key
from okstra_git.plans.clarifications import check_clarifications, holds_up, list_clarifications
from okstra_git.store.registry import find_task

if TYPE_CHECKING:
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import State, Task


def note_of_answers(workspace: Workspace, name: str, data: bytes) -> None:
    """Say what in an answered report nobody can take up: no table of clarification items, rows that break its rules."""
    document = parse_document(decode(data, name=name))
    problems = check_clarifications(document)
    for problem in problems:
        workspace.note(f"{name}:{problem.line}: {problem.message}")
    if not problems and not list_clarifications(document):
        workspace.note(f"{name} has no clarification items, so it answers nothing")


def note_unknown_tasks(context: PrepareContext, state: State) -> None:
    """Say which related tasks are not known in this clone; they may be in another one."""
    unknown = [key for key in context.request.related_tasks if find_task(state, parse_task_key(key)) is None]
    if unknown:
        they = "it is" if len(unknown) == 1 else "they are"
        context.workspace.note(f"not known here: {', '.join(unknown)}; {they} named as related all the same")


def note_open_questions(context: PrepareContext, task: Task) -> None:
    """Say which questions of the last report hold up the next phase, unless its answers are being carried in."""
    disk = Disk(context.project.root)
    last = find_last_report(disk, task) if context.request.clarification is None else None
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    waiting = [row.id for row in asked.rows if holds_up(row, "next-phase")] if asked is not None else []
    if asked is not None and waiting:
        context.workspace.note(
            f"{asked.report} has open questions that hold up the next phase: "
            f"{', '.join(waiting)}; answer them there and add --clarification-response"
        )
