"""Histories as JSON and as text: open tasks in short, and the time line of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.moments import age_of, local_time, told_time
from okstra_cli.views.task import origin_json, origin_words
from okstra_git.commands import word
from okstra_git.porcelain.inspect.history import TaskHistory
from okstra_git.records.grammar import show_time
from okstra_git.runs.progress import named_stages

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import inspecting as shapes
    from okstra_cli.answers import parts
    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.inspect.history import OpenTasks, TaskSeen
    from okstra_git.records.runs import Run
    from okstra_git.runs.history import EntryFacts, TimelineEntry

SHORT = 10
ID_SHOWN = 12
"""Characters of a run's id on a page: those of its time and two more, which name it alone."""

TONES: dict[str, Tone] = {"finished": "good", "failed": "bad", "abandoned": "faint", "dead": "warn"}


def life_json(life: Liveness | None) -> parts.Life | None:
    """Whether a process lives; null for a run that ended."""
    return {"state": life.state, "why": life.why or None} if life is not None else None


def run_in_short(run: Run, life: Liveness | None) -> shapes.RunInShort:
    """The few facts that tell a run from others, and how it stands."""
    at = run.ended or run.touched
    return {
        "id": run.id,
        "task_type": run.task_type,
        "number": run.seq,
        "stage": run.stage,
        "status": run.status,
        "life": life_json(life),
        "at": show_time(at) if at else None,
        "report": run.report or None,
        "reason": run.reason or None,
    }


def task_json(seen: TaskSeen) -> shapes.SeenTask:
    """A task and how far it has come."""
    task, standing = seen.task, seen.standing
    return {
        "key": str(task.key),
        "title": task.title or None,
        "category": task.category,
        "open": task.is_open,
        "at": show_time(seen.at) if seen.at else None,
        "origin": origin_json(task.origin),
        "last_run": run_in_short(standing.last, seen.life) if standing.last is not None else None,
        "open_runs": len(standing.open_runs),
        "next_phase": standing.next_phase,
        "next_phase_from": standing.ground,
        "work_status": standing.work_status,
        "left": list(standing.left),
        "stages": {state: list(numbers) for state, numbers in standing.stages.items()},
    }


def entry_json(entry: TimelineEntry, writer: str | None) -> shapes.HistoryEvent:
    """One thing that happened; which further keys there are depends on `event`."""
    return {
        "at": show_time(entry.at),
        "event": entry.event,
        "stage": entry.stage,
        "run": entry.run,
        **entry.facts,
        "by": entry.by or None,
        "here": entry.writer == writer,
        "too_late": entry.is_late,
    }


def history_json(history: OpenTasks | TaskHistory) -> shapes.OpenTasks | shapes.TaskHistory:
    """The tasks, or the task and its events; `count` is how many there are, shown or not."""
    if not isinstance(history, TaskHistory):
        tasks = [task_json(task) for task in history.tasks]
        return {"count": history.count, "tasks": tasks, "notes": list(history.notes)}
    return {
        "task": task_json(history.task),
        "count": history.count,
        "events": [entry_json(entry, history.writer) for entry in history.events],
        "notes": list(history.notes),
    }


def history_page(history: OpenTasks | TaskHistory, since: str | None, now: datetime) -> Page:
    """`since` is as it was written on the line, for the line that shows more."""
    page = Page()
    if isinstance(history, TaskHistory):
        _time_line(page, history, since, now)
    else:
        _open_tasks(page, history, since, now)
    tell_notes(page, history.notes)
    return page


def _open_tasks(page: Page, history: OpenTasks, since: str | None, now: datetime) -> None:
    count, older = history.count, history.older
    if not history.tasks:
        nothing_new = f"nothing happened since then; {older} open: git okstra inspect history"
        page.line(nothing_new if older else "no open task")
    for task in history.tasks:
        _task(page, task, now)
    if count > len(history.tasks):
        more = f"--limit {count}{_since(since)}"
        page.line(Cell(f"and {count - len(history.tasks)} more: git okstra inspect history {more}", "faint"))


def _time_line(page: Page, history: TaskHistory, since: str | None, now: datetime) -> None:
    _task(page, history.task, now)
    page.line()
    events_table(page, history.events, now)
    if not history.events:
        page.line("nothing happened since then")
    count, key = history.count, str(history.task.task.key)
    if count > len(history.events):
        more = f"--task-key {key} --limit {count}{_since(since)}"
        page.line(Cell(f"and {count - len(history.events)} earlier: git okstra inspect history {more}", "faint"))


def _since(since: str | None) -> str:
    return "" if since is None else f" --since {word(since)}"


def events_table(page: Page, entries: Sequence[TimelineEntry], now: datetime) -> None:
    """A row for each event; run ids are cut to what names a run, since a table has little room."""
    rows = [
        (Cell(local_time(entry.at), "faint"), Cell(age_of(entry.at, now) or "now", "faint"), _what(entry),
         (entry.run or "")[:ID_SHOWN], details(entry))
        for entry in entries
    ]  # fmt: skip
    page.table(("when", "ago", "what", "run", ""), rows)


def tell_notes(page: Page, notes: Sequence[str]) -> None:
    """What could not be determined, and why."""
    for note in notes:
        page.line(Cell("note: ", "warn"), note)


def _task(page: Page, seen: TaskSeen, now: datetime) -> None:
    task, standing = seen.task, seen.standing
    title = f"  {task.title}" if task.title else ""
    closed = "" if task.is_open else "  (closed)"
    page.line(Cell(str(task.key), "strong"), title, closed, Cell(f"  {told_time(seen.at, now)}", "faint"))
    if task.origin is not None:
        page.line(f"  from      {origin_words(task.origin)}")
    if standing.last is not None:
        page.line("  last run  ", *run_words(standing.last, seen.life))
    if standing.next_phase is not None:
        page.line(f"  next      {standing.next_phase}")
    if standing.left:
        page.line(f"  left      {', '.join(standing.left)}")


def run_words(run: Run, life: Liveness | None, *, with_id: bool = True) -> list[str | Cell]:
    """A run in one line: `implementation 001, stage 1, dead: its process ended (01J9ZKQ2V7AB)`."""
    stage = f", stage {run.stage}" if run.stage is not None else ""
    state = "dead" if life is not None and not life.is_live else run.status
    why = f": {life.why}" if life is not None and life.why else ""
    id = f" ({run.id[:ID_SHOWN]})" if with_id else ""
    return [f"{run.task_type} {run.seq:03}{stage}, ", Cell(state, TONES.get(state, "plain")), f"{why}{id}"]


def _what(entry: TimelineEntry) -> Cell:
    """The event in words; a run's end says how it ended."""
    words = entry.event.replace(".", " ").replace("pr ", "pull request ")
    outcome = entry.facts.get("outcome")
    return Cell(f"run {outcome}", TONES.get(outcome, "plain")) if outcome else Cell(words)


def details(entry: TimelineEntry) -> str:
    """What matters of one event besides its kind and its run, in one line."""
    facts = entry.facts
    words = [f"{facts['task_type']} {facts['number']:03}"] if facts.get("task_type") else []
    words += [f"stage {entry.stage}"] if entry.stage is not None else []
    words += [_commits(facts)] if facts.get("commit") else []
    words += [named_stages(facts["stages"])] if facts.get("stages") else []
    values = (facts.get("verdict"), facts.get("direction"), facts.get("target"), facts.get("url"), facts.get("status"),
              facts.get("subject"), facts.get("path"), facts.get("title"))  # fmt: skip
    words += [value for value in values if value]
    words += [f"next: {facts['next_phase']}"] if facts.get("next_phase") else []
    words += [PurePosixPath(report).name] if (report := facts.get("report")) else []
    words += [str(facts["branch"])] if facts.get("branch") and entry.run is None else []
    words += [str(facts["reason"])] if facts.get("reason") else []
    words += ["too late: the run had ended"] if entry.is_late else []
    return ", ".join(words)


def _commits(facts: EntryFacts) -> str:
    """A commit, and for a move where it came from and by which proof."""
    commit = str(facts["commit"])[:SHORT]
    return f"{str(facts['from'])[:SHORT]} → {commit} ({facts['proof']})" if facts.get("from") else commit
