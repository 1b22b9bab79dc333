"""Follow-up rows of a report, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_git.commands import word
from okstra_git.porcelain.brief_edits import check_command
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import follow_ups as shapes
    from okstra_git.porcelain.follow_ups import FollowUps
    from okstra_git.stages.follow_ups import FollowUp

STATES: dict[str, tuple[str, Tone]] = {
    "to-open": ("to be opened", "warn"),
    "open": ("open", "good"),
    "closed": ("closed", "faint"),
    "taken": ("another task", "plain"),
    "by-hand": ("by hand", "plain"),
    "wrong": ("wrong", "bad"),
}


def listed_json(seen: FollowUps) -> shapes.FollowUps:
    return {
        "task": str(seen.report.parent),
        "report": seen.report.path,
        "source": seen.source,
        "rows": [_row_json(seen, row) for row in seen.rows],
    }


def spawned_json(seen: FollowUps, *, dry_run: bool) -> shapes.SpawnedFollowUps:
    return {**listed_json(seen), "opened": [str(key) for key in seen.opened], "dry_run": dry_run}


def _row_json(seen: FollowUps, follow_up: FollowUp) -> shapes.FollowUp:
    row, key = follow_up.row, follow_up.key
    return {
        "place": row.place,
        "origin": row.origin,
        "task": str(key) if key is not None else None,
        "name": row.name,
        "suggested_task_type": row.task_type,
        "scope": row.scope,
        "reason": row.reason,
        "ticket": row.ticket or None,
        "auto_spawn": row.spawn,
        "state": follow_up.standing,
        "brief": seen.briefs.get(key) if key is not None else None,
        "problems": [
            {"rule": each.rule, "place": each.place, "message": each.message, "hint": each.hint}
            for each in follow_up.problems
        ],
    }


def listed_page(seen: FollowUps) -> Page:
    page = _rows_page(seen)
    waiting = sum(row.standing == "to-open" for row in seen.rows)
    if waiting:
        page.line(Cell(f"next: git okstra followups spawn {word(seen.source)}", "faint"))
    return page


def spawned_page(seen: FollowUps, *, dry_run: bool) -> Page:
    page = _rows_page(seen)
    if seen.problems:
        return page
    number = sum(row.standing == "to-open" for row in seen.rows) if dry_run else len(seen.opened)
    if dry_run:
        page.line(f"would open {counted(number, 'task')}; nothing was changed")
    elif number:
        page.line(f"opened {counted(number, 'task')}")
    elif seen.rows:
        page.line("nothing new to open")
    for key in seen.opened:
        if key in seen.briefs:
            page.line(Cell(f"next: complete {seen.briefs[key]}, then {check_command(seen.briefs[key])}", "faint"))
    return page


def _rows_page(seen: FollowUps) -> Page:
    page = Page()
    page.line("follow-ups of ", Cell(str(seen.report.parent), "strong"), f", from {seen.source}")
    if not seen.rows:
        page.line("none")
    rows = [
        (Cell(str(row.key or row.row.name), "strong"), Cell(*STATES[row.standing]), row.row.task_type, row.title)
        for row in seen.rows
    ]
    page.table(("task", "state", "begins with", "about"), rows)
    for problem in seen.problems:
        hint = f"; {problem.hint}" if problem.hint else ""
        page.line(Cell(f"{problem.place}: ", "warn"), problem.message, Cell(hint, "faint"))
    return page
