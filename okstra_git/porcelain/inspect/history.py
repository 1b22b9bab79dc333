"""The open tasks in short and how they stand, and the time line of one task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.porcelain.inspect.inspection import Inspection
from okstra_git.porcelain.task_lookup import find_key
from okstra_git.runs.history import last_recorded, newest_first, timeline
from okstra_git.runs.progress import progress_of
from okstra_git.store.registry import require_task
from okstra_git.store.snapshot import read_events

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task
    from okstra_git.runs.history import TimelineEntry
    from okstra_git.runs.progress import TaskProgress

MOST_EVENTS, MOST_TASKS = 50, 10
"""Events of a time line, and tasks, that are shown when no number is given."""


@dataclass(frozen=True)
class TaskSeen:
    """A task in short: how it stands, whether its last run lives, and when something was last recorded of it."""

    task: Task
    standing: TaskProgress
    life: Liveness | None
    at: datetime | None


@dataclass(frozen=True)
class OpenTasks:
    """The open tasks as far as they are shown; `count` of them are new enough, `older` are not."""

    tasks: tuple[TaskSeen, ...]
    count: int
    older: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TaskHistory:
    """One task's time line as far as it is shown, the newest event first, of `count`; `writer` is this clone's id."""

    task: TaskSeen
    events: tuple[TimelineEntry, ...]
    count: int
    writer: str | None
    notes: tuple[str, ...]


def history(
    workspace: Workspace, identity: Identity, *, limit: int | None, since: datetime | None
) -> OpenTasks | TaskHistory:
    """The time line of the task that is meant; where none is, every open task."""
    key = find_key(workspace, identity)
    inspection = Inspection(workspace)
    if key is None:
        return _open_tasks(inspection, limit or MOST_TASKS, since)
    return _time_line(inspection, require_task(inspection.snapshot.state, key), limit or MOST_EVENTS, since)


def _open_tasks(inspection: Inspection, most: int, since: datetime | None) -> OpenTasks:
    tasks = [task for task in inspection.snapshot.state.tasks.values() if task.is_open]
    newest = sorted(tasks, key=lambda task: task.clock, reverse=True)
    if since is not None:
        newest = [
            task for task in newest if (recorded := _recorded(inspection, task)) is not None and recorded >= since
        ]
    shown = tuple(see_task(inspection, task) for task in newest[:most])
    return OpenTasks(shown, len(newest), len(tasks) - len(newest), inspection.notes)


def _time_line(inspection: Inspection, task: Task, most: int, since: datetime | None) -> TaskHistory:
    events = read_events(inspection.workspace.git, inspection.snapshot, task.key)
    entries = newest_first(timeline(events, task.runs), since=since)
    task_seen = see_task(inspection, task)
    return TaskHistory(task_seen, tuple(entries[:most]), len(entries), inspection.writer, inspection.notes)


def see_task(inspection: Inspection, task: Task) -> TaskSeen:
    """How the task stands now."""
    standing = progress_of(task, undecided=inspection.undecided(task))
    life = inspection.life_of(standing.last) if standing.last is not None else None
    return TaskSeen(task, standing, life, _recorded(inspection, task))


def _recorded(inspection: Inspection, task: Task) -> datetime | None:
    """When something was last recorded of the task."""
    return last_recorded(inspection.workspace.git, inspection.snapshot.tips, task.key)
