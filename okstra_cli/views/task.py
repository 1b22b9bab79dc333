"""Tasks as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.stage import stage_cells, stage_json
from okstra_git.commands import word
from okstra_git.records.states import recorded_and_planned

if TYPE_CHECKING:
    from okstra_cli.answers import tasks as shapes
    from okstra_git.records.states import Task, TaskOrigin
    from okstra_git.runs.leases import Lease


def task_status(task: Task) -> str:
    """`closed`, `open` (nothing started), `in-progress`, or `done` when every stage is."""
    if not task.is_open:
        return "closed"
    if not task.stages:
        return "open"
    finished = all(stage.status in ("done", "verified", "in-pr", "landed") for stage in recorded_and_planned(task))
    return "done" if finished else "in-progress"


def task_phase(task: Task) -> str | None:
    """The phase a task is in, as far as its events tell: that of its last run."""
    last = max(task.runs.values(), key=lambda run: run.id, default=None)
    if last is not None:
        return last.task_type
    return "implementation" if task.stages else None


def task_json(task: Task, leases: Sequence[Lease] = ()) -> shapes.Task:
    """One task with its stages as recorded and planned, without looking at history."""
    return {
        "key": str(task.key),
        "category": task.category,
        "title": task.title,
        "tickets": list(task.tickets),
        "phase": task_phase(task),
        "status": task_status(task),
        "origin": origin_json(task.origin),
        "anchor": {"commit": task.anchor.range.head, "ref": task.anchor.ref} if task.anchor else None,
        "stages": [stage_json(task, stage, leases) for stage in recorded_and_planned(task)],
    }


def origin_json(origin: TaskOrigin | None) -> shapes.Origin | None:
    """Where a task came from; null for one that somebody opened."""
    if origin is None:
        return None
    return {
        "parent": str(origin.parent),
        "report": origin.report,
        "run": origin.run or None,
        "row": origin.row or None,
        "suggested_task_type": origin.task_type or None,
    }


def origin_words(origin: TaskOrigin) -> str:
    """The same in a line: `follow-up of shop:web:login (E-003), report.md`."""
    row = f" ({origin.row})" if origin.row else ""
    return f"follow-up of {origin.parent}{row}, {origin.report}"


def opened_page(task: Task, *, changed: bool) -> Page:
    page = Page()
    key = str(task.key)
    page.line("task ", Cell(key, "strong"), " is open" if changed else " was open already")
    number = max(task.stages, default=0) + 1
    _, group, name = task.key
    if not task.stages:
        page.line(Cell(f"next: git okstra brief new {word(group)} {word(name)}, for runs of agents", "faint"))
    page.line(Cell(f"{'next' if task.stages else '  or'}: git okstra stage start {number} --task-key {key}", "faint"))
    return page


def closed_page(task: Task) -> Page:
    page = Page()
    page.line("task ", Cell(str(task.key), "strong"), " is closed; its records stay")
    return page


def list_page(tasks: Sequence[Task]) -> Page:
    page = Page()
    if not tasks:
        page.line("no tasks yet")
        page.line(Cell("next: git okstra task open <project>:<group>:<task>", "faint"))
    page.table(("task", "status", "stages", "title"), [_row(task) for task in tasks])
    return page


def _row(task: Task) -> list[Cell]:
    stages = recorded_and_planned(task)
    done = sum(stage.range is not None for stage in stages)
    return [
        Cell(str(task.key), "strong"),
        Cell(task_status(task)),
        Cell(f"{done} of {len(stages)} done" if stages else "-"),
        Cell(task.title),
    ]


def show_page(task: Task) -> Page:
    page = Page()
    page.line(Cell(str(task.key), "strong"), f"  {task_status(task)}, {task.category}")
    if task.title:
        page.line(task.title)
    if task.tickets:
        page.line("tickets: ", ", ".join(task.tickets))
    if task.origin is not None:
        page.line("from: ", origin_words(task.origin))
    if task.anchor is not None:
        page.line("anchor: ", Cell(task.anchor.range.head[:10], "strong"), f" on {task.anchor.ref}")
    page.table(
        ("stage", "state", "commit", "branch", "title"),
        [stage_cells(task, stage) for stage in recorded_and_planned(task)],
    )
    return page
