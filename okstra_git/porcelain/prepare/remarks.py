"""What a prepare remarks about its inputs without refusing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.documents.markdown import decode, parse_document
from okstra_git.names import parse_task_key
from okstra_git.plans.clarifications import check_clarifications, list_clarifications
from okstra_git.store.registry import find_task

if TYPE_CHECKING:
    from okstra_git.porcelain.prepare.order import Order
    from okstra_git.porcelain.workspace import Workspace


def note_of_answers(workspace: Workspace, name: str, data: bytes) -> None:
    """Say what in an answered report nobody can take up: no table of clarification items, rows that break its rules."""
    document = parse_document(decode(data, name=name))
    problems = check_clarifications(document)
    for problem in problems:
        workspace.note(f"{name}:{problem.line}: {problem.message}")
    if not problems and not list_clarifications(document):
        workspace.note(f"{name} has no clarification items, so it answers nothing")


def note_unknown_tasks(order: Order) -> None:
    """Say which related tasks are not known in this clone; they may be in another one."""
    state = order.workspace.store.read().state
    unknown = [key for key in order.request.related_tasks if find_task(state, parse_task_key(key)) is None]
    if unknown:
        they = "it is" if len(unknown) == 1 else "they are"
        order.workspace.note(f"not known here: {', '.join(unknown)}; {they} named as related all the same")
