"""Opens and closes tasks."""

from collections.abc import Sequence

from okstra_git.errors import refuse
from okstra_git.names import TaskKey, parse_slug
from okstra_git.records.events import TaskClosed, TaskOpened
from okstra_git.records.states import Task
from okstra_git.redaction.late import without_secrets
from okstra_git.store.registry import find_task, refuse_case_clash, require_task
from okstra_git.store.snapshot import Snapshot
from okstra_git.store.store import Appended, Store

MAX_TEXT = 500


def open_task(
    store: Store, key: TaskKey, *, category: str | None = None, title: str = "", tickets: Sequence[str] = ()
) -> Appended:
    """Open a task, open it again, or change what is given; what is not said anew stays, tickets are added.

    Opening an open task with nothing new records nothing.
    """
    if category is not None:
        parse_slug(category, what="category")
    refuse_text(title, what="title")
    for ticket in tickets:
        refuse_text(ticket, what="ticket")

    def decide(snapshot: Snapshot) -> list[TaskOpened]:
        refuse_case_clash(snapshot.state, key)
        before = find_task(snapshot.state, key)
        current = before or Task(key=key)
        more = [ticket for ticket in tickets if without_secrets(ticket) not in current.tickets]
        fact = TaskOpened(
            task=key,
            category=category or current.category,
            title=title or current.title,
            tickets=tuple(dict.fromkeys((*current.tickets, *more))),
        )
        now = (fact.category, without_secrets(fact.title), fact.tickets)
        is_same = before is not None and before.is_open and now == (before.category, before.title, before.tickets)
        return [] if is_same else [fact]

    return store.append(decide)


def close_task(store: Store, key: TaskKey, *, reason: str = "") -> Appended:
    """Close a task; its records stay. Closing a closed task records nothing."""
    refuse_text(reason, what="reason")

    def decide(snapshot: Snapshot) -> list[TaskClosed]:
        task = require_task(snapshot.state, key)
        return [TaskClosed(task=key, reason=reason)] if task.is_open else []

    return store.append(decide)


def refuse_text(text: str, *, what: str) -> None:
    """One printable line of at most 500 characters, or a refusal."""
    if len(text) > MAX_TEXT or not all(character.isprintable() for character in text):
        raise refuse(
            "text.refused",
            f"the {what} must be one printable line of at most {MAX_TEXT} characters",
            what=what,
            hint="write it on one line, without control characters",
        )
