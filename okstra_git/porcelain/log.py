"""What was recorded, event by event, and which logs of others count in this clone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.git.refs import is_ref_name
from okstra_git.names import quote
from okstra_git.store import layout
from okstra_git.store.clone import look_for_writer
from okstra_git.store.log import find_tips
from okstra_git.store.registry import require_task
from okstra_git.store.repository_events import read_repository_events
from okstra_git.store.snapshot import DAMAGE, read_events
from okstra_git.store.validation import (
    accept_rewound,
    heed_log,
    ignore_log,
    is_ignored,
    list_ignored,
    spelled,
    unspelled,
    writer_of,
)

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.events import Event
    from okstra_git.records.repository_events import RepositoryEvent

LISTED = 5


class IgnoredLog(NamedTuple):
    """A writer, or the full name of a ref, that does not count here, with the refs of logs that this concerns."""

    writer: str
    refs: list[str]


class LogChoice(NamedTuple):
    """Which names changed, and everything that is ignored now."""

    changed: list[str]
    ignored: list[IgnoredLog]


def read_log(workspace: Workspace, key: TaskKey | None, *, limit: int) -> list[Event | RepositoryEvent]:
    """The last events of a task, or all events, newest first; warns of logs that could not be read in full."""
    snapshot = workspace.store.read()
    tasks = [require_task(snapshot.state, key)] if key is not None else list(snapshot.state.tasks.values())
    events: list[Event | RepositoryEvent] = []
    events += read_repository_events(workspace.git).events[::-1] if key is None else []
    for task in sorted(tasks, key=lambda task: task.clock, reverse=True):
        if len(events) >= limit and task.clock < events[limit - 1].clock:
            break  # whatever this task and those after it have is older
        events += read_events(workspace.git, snapshot, task.key)
        events.sort(key=lambda event: event.order, reverse=True)
    for problem in snapshot.problems:
        if problem.code in DAMAGE:
            workspace.warn(problem.message)
    return sorted(events, key=lambda event: event.order, reverse=True)[:limit]


def ignore_logs(workspace: Workspace, names: Iterable[str]) -> LogChoice:
    """Leave the logs of these writers, or under these refs, out of what counts in this clone."""
    return _choose(workspace, names, ignore=True)


def heed_logs(workspace: Workspace, names: Iterable[str]) -> LogChoice:
    """Count the logs of these writers, or under these refs, again; one that was rewound counts as it is now."""
    return _choose(workspace, names, ignore=False)


def list_ignored_logs(workspace: Workspace) -> list[IgnoredLog]:
    """The writers and refs that do not count here, with the logs that this concerns."""
    return _ignored(workspace.git, _log_refs(workspace.git))


def _choose(workspace: Workspace, names: Iterable[str], *, ignore: bool) -> LogChoice:
    git = workspace.git
    refs = _log_refs(git)
    spellings = (*refs, *map(writer_of, refs), *list_ignored(git))
    names = [unspelled(name, spellings) for name in names]
    for name in names:
        _refuse_no_log(git, name, refs, ignore=ignore)
    change = ignore_log if ignore else _heed
    changed = [name for name in names if change(git, name)]
    ignored = _ignored(git, refs)
    if changed:
        workspace.warn(workspace.store.catch_up().warning if look_for_writer(git)[0] else "")
    return LogChoice(changed, ignored)


def _ignored(git: Git, refs: Sequence[str]) -> list[IgnoredLog]:
    return [IgnoredLog(name, [ref for ref in refs if is_ignored(ref, [name])]) for name in list_ignored(git)]


def _heed(git: Git, name: str) -> bool:
    """Count the log again, and as it is now if it was rewound."""
    was_ignored, was_rewound = heed_log(git, name), accept_rewound(git, name)
    return was_ignored or was_rewound


def _log_refs(git: Git) -> list[str]:
    """Every ref below which logs stand, damaged ones included."""
    tips, torn = find_tips(git)
    return sorted({*tips, *(problem.subject for problem in torn)})


def _refuse_no_log(git: Git, name: str, refs: list[str], *, ignore: bool) -> None:
    """Refuse what cannot name a log, and a name that no log here has, unless it is ignored already."""
    if not is_ref_name(name if name.startswith("refs/") else f"{layout.REMOTE_LOGS}x/{name}"):
        raise refuse("usage", f"{quote(name)} is not the name of a log", hint="git okstra log --ignored")
    writer, _ = look_for_writer(git)
    own = layout.log_ref(writer) if writer else ""
    named = [ref for ref in refs if is_ignored(ref, [name])]
    if ignore and named == [own]:
        raise refuse("log.own", f"{own} is the log of this clone, and always counts", hint=command("git okstra fsck"))
    if not named and name not in list_ignored(git):
        others = list(dict.fromkeys(writer_of(ref) for ref in refs if ref != own))
        offered = ", ".join(map(spelled, others[:LISTED])) + (" …" if len(others) > LISTED else "")
        hint = f"logs of others here: {offered}" if others else "git okstra status"
        raise refuse("log.unknown", f"there is no log of {quote(name)} here", hint=hint, writer=name)
