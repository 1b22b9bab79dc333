"""Logs as git holds them: which files of events a writer's log holds, and the bytes that are added to it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from okstra_git.errors import OkstraError
from okstra_git.git.objects import (
    ObjectTooLarge,
    changed_files,
    find_blob,
    find_folder,
    is_commit,
    list_blobs,
    list_children,
    read_blob,
    tree_of,
    write_blob,
    write_tree,
)
from okstra_git.git.refs import TornRef, find_ref, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.codec import are_counts, encode_readable
from okstra_git.records.events import AnyFact, Event
from okstra_git.records.grammar import MAJOR_FORMAT, Record
from okstra_git.records.repository_events import AnyRepositoryFact, RepositoryEvent
from okstra_git.redaction.late import NO_HOME, redact
from okstra_git.store import layout
from okstra_git.wording import widen


@dataclass(frozen=True)
class Problem:
    """Something about the stored state that a person should know: a stable code, a sentence, the subject."""

    code: str
    message: str
    subject: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Head:
    """The `format` entry of a log: its major format, and the clock and sequence number it has come to."""

    major: int = MAJOR_FORMAT
    clock: int = 0
    seq: int = 0


def find_tips(git: Git) -> tuple[dict[str, CommitId], list[Problem]]:
    """The tips of our own and of all fetched logs, by ref name; torn ones become problems."""
    tips: dict[str, CommitId] = {}
    problems: list[Problem] = []
    for name in list_ref_names(git, layout.LOGS, layout.REMOTE_LOGS):
        try:
            tip = find_ref(git, name)
        except TornRef as torn:
            problems.append(Problem(torn.code, torn.message, name, torn.hint))
            continue
        if tip is not None:
            tips[name] = tip
    return tips, problems


def parse_head(data: bytes) -> Head | None:
    """The `format` entry, or None when it is not one."""
    try:
        raw = json.loads(data.decode())
        head = Head(raw["okstra-log"], raw["clock"], raw["seq"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return head if are_counts(head.major, head.clock, head.seq) and head.major >= 1 else None


def show_head(head: Head) -> bytes:
    """The bytes of a `format` entry."""
    return json.dumps({"okstra-log": head.major, "clock": head.clock, "seq": head.seq}).encode() + b"\n"


def build_tree(
    git: Git, tip: str | None, lines: Mapping[str, bytes], head: Head, attached: Mapping[str, str] | None = None
) -> str:
    """The tree of a log with these lines (by task) behind those it has; older bytes are carried over unchanged.

    `attached` are further files, path -> blob id.
    """
    base = tree_of(git, tip) if tip else None
    changes: dict[str, str | None] = {layout.FORMAT_ENTRY: write_blob(git, show_head(head)), **(attached or {})}
    for task, added in lines.items():
        path = layout.events_path(task)
        blob = find_blob(git, base, path) if base else None
        before = read_blob(git, blob) if blob else b""
        joint = b"" if not before or before.endswith(b"\n") else b"\n"
        changes[path] = write_blob(git, before + joint + added)
    return write_tree(git, base, changes)


def list_event_files(git: Git, tip: str) -> dict[str, str]:
    """Path -> blob id of the event files at a log's tip; archives are not looked into."""
    folder = find_folder(git, tree_of(git, tip), layout.TASKS_FOLDER)
    of_tasks = list_blobs(git, folder, under=layout.TASKS_FOLDER) if folder else {}
    of_none = find_blob(git, tree_of(git, tip), layout.REPOSITORY_EVENTS)
    return of_tasks | ({layout.REPOSITORY_EVENTS: of_none} if of_none else {})


def lines_by_task(events: Iterable[Event | RepositoryEvent]) -> dict[str, bytes]:
    """The bytes of these events, by slashed task key, those of no task under an empty one.

    Refuses what nobody would read again (`record.refused`).
    """
    lines: dict[str, bytes] = {}
    for event in events:
        task = _task_of(event)
        lines[task] = lines.get(task, b"") + encode_readable(event)
    return lines


def _task_of(event: Event | RepositoryEvent) -> str:
    return event.fact.task.slashed if isinstance(event, Event) else ""


def describe_batch(events: Sequence[Event | RepositoryEvent]) -> str:
    """A commit message for a batch, a line for each event, in letters that `:/text` does not find (`widen`)."""
    lines = list(dict.fromkeys(_describe(event) for event in events))
    head = f"okstra: {lines[0]}" + (f" (and {len(events) - 1} more)" if len(events) > 1 else "")
    body = ["", *lines] if len(lines) > 1 else []
    return widen("\n".join([head, *body])) + "\n"


def _describe(event: Event | RepositoryEvent) -> str:
    stage = getattr(event.fact, "stage", None)
    return f"{event.fact.type} {_task_of(event)}".rstrip() + (f" stage {stage}" if stage else "")


MOST_FOLDERS = 50_000
"""Folders of a log that are looked into: a tree that names itself again and again is small and endless."""

MOST_BYTES = 512 << 20
"""Of one task's events in one log."""

LONGEST_FORMAT = 4096
LAST_MAJOR = 1000
"""No release will ever have a format beyond; whoever claims one is not taken for a newer release."""


class NotALog(OkstraError):
    """What a ref names is not a log, and never will be: the verdict on this tip is final."""

    code = "log.not-a-log"


def read_head(git: Git, tip: str) -> Head | None:
    """The `format` entry of the log at `tip`, None when it is not one."""
    blob = find_blob(git, tree_of(git, tip), layout.FORMAT_ENTRY)
    try:
        return parse_head(read_blob(git, blob, limit=LONGEST_FORMAT)) if blob else None
    except ObjectTooLarge:
        return None


def require_head(git: Git, tip: str) -> Head:
    """The same, refused (`NotALog`) where the tip is not that of a log; refuses otherwise what cannot be read."""
    if is_commit(git, tip) is False:
        raise NotALog("it does not point at a commit")
    head = read_head(git, tip)
    if head is None or head.major > LAST_MAJOR:
        raise NotALog("it has no readable format entry")
    return head


def find_events_blob(git: Git, tip: str, task: str) -> str | None:
    """The blob of a task's events (slashed key) in the log at this tip; None also where its tree cannot be read."""
    try:
        return find_blob(git, tree_of(git, tip), layout.events_path(task))
    except OkstraError:
        return None


def event_files(git: Git, tip: str, *, before: tuple[str, Mapping[str, str]] | None, is_own: bool) -> dict[str, str]:
    """Task -> blob of its events in the log at `tip`.

    `before` is an earlier tip with what it held, so that only what changed is looked at. Refuses (`NotALog`) a log with
    more folders than anybody has tasks.
    """
    if before is None:
        return _apply({}, _difference(git, None, tip))
    try:
        changes = _own_difference(git, before[0], tip) if is_own else _difference(git, before[0], tip)
    except NotALog:
        raise
    except OkstraError:
        changes = None  # the earlier tip is gone
    return _apply({}, _difference(git, None, tip)) if changes is None else _apply(before[1], changes)


def _apply(files: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    blobs = dict(files)
    for task, blob in changes.items():
        if blob is not None:
            blobs[task] = blob
        else:
            blobs.pop(task, None)
    return blobs


def _own_difference(git: Git, old: str, new: str) -> dict[str, str | None] | None:
    """By libgit2, which is quick and descends into whatever is there; None where that cannot be told."""
    changed = changed_files(git, old, new, under=layout.TASKS_FOLDER)
    if changed is None:
        return None
    keyed = ((layout.task_of_path(layout.TASKS_FOLDER + path), blob) for path, blob in changed.items())
    return {task: blob for task, blob in keyed if task is not None}


def _difference(git: Git, old: str | None, new: str) -> dict[str, str | None]:
    sides = [find_folder(git, tree_of(git, tip), layout.TASKS_FOLDER) if tip else None for tip in (old, new)]
    changes: dict[str, str | None] = {}
    waiting: list[tuple[str, int, str | None, str | None]] = [("", 0, *sides)]  # type: ignore[list-item]
    looked = 0
    while waiting:
        path, depth, before, now = waiting.pop()
        looked += 1
        if looked > MOST_FOLDERS:
            raise NotALog(f"it has more than {MOST_FOLDERS} folders")
        was, has = (list_children(git, side) if side else {} for side in (before, now))
        for name in {*was, *has} if depth < 3 else {layout.EVENTS_FILE}:
            a, b = was.get(name), has.get(name)
            if a == b:
                continue
            if depth < 3:
                folders = [entry[0] if entry and entry[1] else None for entry in (a, b)]
                waiting.append((f"{path}{name}/", depth + 1, folders[0], folders[1]))
            elif (task := layout.task_of_path(f"{layout.TASKS_FOLDER}{path}{name}")) is not None:
                changes[task] = b[0] if b and not b[1] else None
    return changes


TEXTS = frozenset({"title", "tickets", "reason", "subject", "command"})
"""Fields of facts, at whatever depth, typed or found: home directories go as well."""

NAMES = frozenset({"report", "data", "paths", "files"})
"""Names of files: secrets go, but `~` would be another file."""

_Fact = TypeVar("_Fact", bound=Record)


def list_without_secrets(
    facts: Iterable[AnyFact | AnyRepositoryFact], found: Counter[str]
) -> list[AnyFact | AnyRepositoryFact]:
    """The facts as they may be recorded; `found` counts what was taken out, by its kind."""
    return [without_secrets(fact, found) for fact in facts]


def without_secrets(fact: _Fact, found: Counter[str]) -> _Fact:
    """The fact as it may be recorded; `found` counts what was taken out, by its kind."""
    changed = {name: new for name, old in fact if (new := _value(name, old, found)) is not old}
    return fact.model_copy(update=changed) if changed else fact


def _value(name: str, value: Any, redacted: Counter[str]) -> Any:
    if isinstance(value, Record):
        return without_secrets(value, redacted)
    if isinstance(value, str) and value and (name in TEXTS or name in NAMES):
        result = redact(value, home=NO_HOME if name in TEXTS else "")
        redacted.update(result.found)
        return result.text if result.found else value
    if isinstance(value, tuple):
        new = tuple(_value(name, item, redacted) for item in value)
        return new if any(cleaned is not other for cleaned, other in zip(new, value, strict=True)) else value
    return value
