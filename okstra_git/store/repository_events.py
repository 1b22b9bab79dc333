"""What is on record of the repository itself: events that belong to no task, and the approvals that stand."""

from collections.abc import Iterable
from typing import NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.objects import find_blob, read_blob, tree_of
from okstra_git.git.repo import Git
from okstra_git.records.repository_events import ChangeApproved, RepositoryEvent
from okstra_git.store import layout
from okstra_git.store.clone import look_for_writer
from okstra_git.store.log import MOST_BYTES, require_head
from okstra_git.store.snapshot import find_logs
from okstra_git.store.validation import Criteria, filter_repository_events, find_horizon


class RepositoryRecord(NamedTuple):
    """The events that belong to no task, in their total order, and the refs of logs that could not be read."""

    events: list[RepositoryEvent]
    unread: tuple[str, ...] = ()


def read_repository_events(git: Git) -> RepositoryRecord:
    """Those of every log that counts here; reads no event of a task, and writes no cache."""
    logs = find_logs(git, look_for_writer(git)[0])
    files: list[tuple[str, bytes]] = []
    clocks: dict[str, int] = {}
    unread = [problem.subject for problem in logs.torn]
    for ref, tip in logs.tips.items():
        try:
            clocks[ref] = require_head(git, tip).clock
            blob = find_blob(git, tree_of(git, tip), layout.REPOSITORY_EVENTS)
            files += [(ref, read_blob(git, blob, limit=MOST_BYTES))] if blob is not None else []
        except OkstraError:
            unread.append(ref)
    criteria = Criteria(logs.own, find_horizon(clocks, logs.own))
    return RepositoryRecord(filter_repository_events(files, criteria).events, tuple(unread))


def standing_approvals(events: Iterable[RepositoryEvent]) -> list[RepositoryEvent]:
    """The last approval of each reviewer under each name, oldest first; a later one takes the place of an earlier."""
    last: dict[tuple[str, str, str], RepositoryEvent] = {}
    for event in events:
        if isinstance(event.fact, ChangeApproved):
            # by a commit nothing is named that could move, so the commit is its name
            key = (event.fact.reviewer, event.fact.ref, "" if event.fact.ref else event.fact.range.head)
            last.pop(key, None)
            last[key] = event
    return list(last.values())
