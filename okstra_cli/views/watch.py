"""What is going on, as JSON, as a page, and as a screen of a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from okstra_cli.page import Page, clean
from okstra_cli.views.moments import age_of
from okstra_cli.views.workers import worker_json
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from okstra_cli.answers import watch as shapes
    from okstra_git.porcelain.at_work import AtWork, WatchedRun
    from okstra_git.porcelain.workers.look import SeenWorker

LOOKS = {"running": "bold", "starting": "bold", "completed": "green"}
MOST_NEEDS = 5
COLUMNS: tuple[tuple[str, int, int | None], ...] = (
    ("worker", 14, 3),
    ("state", 9, None),
    ("age", 7, None),
    ("tokens", 9, None),
    ("last heard", 10, 8),
)
"""Headings of the table of workers, the least width of each, and its share of what is left, if any."""


def watched_json(seen: AtWork) -> shapes.Watched:
    """Everything at one moment."""
    return {
        "project": seen.project or None,
        "needs": [
            {"urgency": need.urgency, "code": need.code, "message": need.message, "command": need.command or None,
             "task": need.task, "stage": need.stage}
            for need in seen.needs
        ],
        "runs": [
            {"run": each.run.id, "task": str(each.task.key), "task_type": each.run.task_type, "stage": each.run.stage,
             "life": each.life, "workers": [worker_json(worker) for worker in each.workers]}
            for each in seen.runs
        ],
        "tasks": [
            {"key": str(task.key), "stages": [{"number": number, "title": stage.title, "state": stage.status}
                                              for number, stage in sorted(task.stages.items())],
             "tokens": seen.spending[str(task.key)].tokens if str(task.key) in seen.spending else 0,
             "over": seen.spending[str(task.key)].over or None if str(task.key) in seen.spending else None}
            for task in seen.tasks
        ],
    }  # fmt: skip


def watched_page(seen: AtWork, now: datetime) -> Page:
    """The same as plain lines, for one look."""
    page = Page()
    for line in _lines(seen, now):
        page.line(line)
    return page


def screen(seen: AtWork, now: datetime, *, width: int, height: int, top: int = 0, problem: str = "") -> Group:
    """As much as fits: what needs a person, workers, then tasks from the line `top` on; the keys at the bottom."""
    needs = [_cut(f"! {need.message}", width, "bold red" if need.urgency == "decide" else "yellow")
             for need in seen.needs[:MOST_NEEDS]]  # fmt: skip
    more = len(seen.needs) - len(needs)
    needs += [_cut(f"  and {more} more: git okstra status", width, "yellow")] if more > 0 else []
    head = _cut(_title(seen, now), width, "reverse")
    table, rows = _workers_table(seen, now, width, max(3, (height - len(needs) - 4) * 2 // 3))
    left = max(0, height - 2 - len(needs) - rows)
    tasks = [_cut(line, width, "") for line in _task_lines(seen)]
    shown = tasks[top : top + left]
    blank = [Text("")] * (left - len(shown))
    keys = problem or "q quit   j k scroll   r look again"
    return Group(head, *needs, table, *shown, *blank, _cut(keys, width, "reverse"))


def task_count(seen: AtWork) -> int:
    """How many lines there are to scroll through."""
    return sum(1 for _ in _task_lines(seen))


def _title(seen: AtWork, now: datetime) -> str:
    working = sum(worker.is_running for _, worker in seen.workers)
    people = f"{len(seen.needs)} for a person" if seen.needs else "nothing for a person"
    what = f"{counted(len(seen.runs), 'run')}, {counted(working, 'worker')} at work, {people}"
    return f" okstra {seen.project}  {what}  {now.astimezone():%H:%M:%S}"


def _workers_table(seen: AtWork, now: datetime, width: int, most: int) -> tuple[Table, int]:
    table = Table(box=None, padding=(0, 1), width=width, expand=True, show_edge=False)
    for name, least, share in COLUMNS:
        table.add_column(name, min_width=least, ratio=share, no_wrap=True, overflow="ellipsis", header_style="dim")
    members = seen.workers[:most]
    for run, worker in members:
        table.add_row(*_worker_cells(run, worker, now))
    if not members:
        table.add_row(Text("nobody", style="dim"), "", "", "", "")
    return table, max(1, len(members)) + 1


def _worker_cells(run: WatchedRun, worker: SeenWorker, now: datetime) -> tuple[Text, ...]:
    from datetime import UTC, datetime

    status = worker.status
    word = "orphaned" if worker.life.is_orphaned else status.status or status.state
    began = datetime.fromtimestamp(status.started, UTC)
    heard = datetime.fromtimestamp(status.last.at, UTC) if status.last.at else began
    age = age_of(began, now) or f"{max(0, int((now - began).total_seconds()))} s"
    since = age_of(heard, now)
    last = clean(f"{status.last.kind} {status.last.text}").strip() if worker.is_running else clean(status.message)
    name = status.worker if status.worker != "lead" else f"lead {run.run.task_type}"
    return (
        Text(clean(name)), Text(word, style=LOOKS.get(word, "red")), Text(age), Text(f"{status.tokens:,}"),
        Text(f"{since} ago: {last}" if since and worker.is_running else last),
    )  # fmt: skip


def _task_lines(seen: AtWork) -> Iterator[str]:
    led = {str(each.task.key): each for each in reversed(seen.runs)}
    for task in seen.tasks:
        spent = seen.spending.get(str(task.key))
        run = led.get(str(task.key))
        told = f"  {run.run.task_type} ({run.life})" if run is not None else ""
        tokens = f"  {spent.tokens:,} tokens" if spent is not None else ""
        over = f"  OVER BUDGET: {spent.over}" if spent is not None and spent.over else ""
        yield f"{task.key}{told}{tokens}{over}"
        for number, stage in sorted(task.stages.items()):
            yield f"  {number} {stage.status:<9} {stage.title}"


def _lines(seen: AtWork, now: datetime) -> Iterator[str]:
    yield _title(seen, now).strip()
    for need in seen.needs:
        yield f"! {need.message}"
        if need.command:
            yield f"    {need.command}"
    for run, worker in seen.workers:
        yield "  ".join(cell.plain for cell in _worker_cells(run, worker, now))
    yield from _task_lines(seen)


def _cut(text: str, width: int, style: str) -> Text:
    line = Text(clean(text), style=style, no_wrap=True, overflow="ellipsis")
    line.truncate(width, overflow="ellipsis", pad=True)
    return line
