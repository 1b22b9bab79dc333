"""What was recorded last, newest first, as the timelines of tasks tell it."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from okstra_git.pages.board import Happening
from okstra_git.porcelain.log import read_log
from okstra_git.records.events import Event
from okstra_git.runs.history import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.repository_events import RepositoryEvent
    from okstra_git.runs.history import TimelineEntry

SHORT = 10
"""Characters of an object's name that people are shown."""

COMMITS = ("from", "commit", "base", "blob")
READ = 4
"""Events that are read for each entry that is shown: a start, for example, is made of four."""


def list_happenings(workspace: Workspace, *, limit: int) -> list[Happening]:
    """The newest events that matter to a reader, at most `limit`."""
    by_task: dict[TaskKey, list[Event]] = {}
    told: list[tuple[tuple[int, str, int], Happening]] = []
    for event in reversed(read_log(workspace, None, limit=limit * READ)):
        if isinstance(event, Event):
            by_task.setdefault(event.fact.task, []).append(event)
        else:
            told.append((event.order, _approval(event)))
    tasks = workspace.store.read().state.tasks
    for key, events in by_task.items():
        entries = timeline(events, tasks[key].runs if key in tasks else {})
        told += [(entry.order, _entry(str(key), entry)) for entry in entries if not entry.is_late]
    told.sort(key=itemgetter(0), reverse=True)
    return [happening for _, happening in told[:limit]]


def _approval(event: RepositoryEvent) -> Happening:
    fact = event.fact
    facts = {
        "reviewer": fact.reviewer,
        "ref": fact.ref,
        "commit": fact.range.head[:SHORT],
        "subject": fact.range.subject,
    }
    return Happening(event.at, fact.type, "", None, event.by, event.writer, facts)


def _entry(task: str, entry: TimelineEntry) -> Happening:
    facts = dict(_words(entry.facts))
    return Happening(entry.at, entry.event, task, entry.stage, entry.by, entry.writer, facts)


def _words(facts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The facts as text: object names short, lists with commas, what is not known left out."""
    for name, value in facts.items():
        if value is None or value is False or value == "":
            continue
        if isinstance(value, list):
            yield name, ", ".join(map(str, value))
        else:
            yield name, str(value)[:SHORT] if name in COMMITS else str(value)
