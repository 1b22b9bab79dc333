"""Events to lines of JSON and back; lines that this release does not know are kept apart from broken ones."""

import gc
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic_core import PydanticSerializationError

from okstra_git.errors import OkstraError, refuse
from okstra_git.names import is_commit_id, is_slashed_key, is_ulid
from okstra_git.records.events import Event
from okstra_git.records.grammar import LARGEST, MAX_LINE
from okstra_git.records.repository_events import RepositoryEvent

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in a string of JSON: it can occur there only as an escape, behind an even number of backslashes."""


AnyEvent = TypeVar("AnyEvent", Event, RepositoryEvent)


@dataclass
class Decoded(Generic[AnyEvent]):
    """A log file as read: events in file order, how many were of unknown type, and 1-based numbers of broken lines."""

    events: list[AnyEvent] = field(default_factory=list)
    unknown: int = 0
    broken: list[int] = field(default_factory=list)


def encode_event(event: Event | RepositoryEvent) -> bytes:
    """One line, newline included."""
    try:
        return event.model_dump_json(exclude_defaults=False).encode() + b"\n"
    except (PydanticSerializationError, UnicodeEncodeError) as error:
        raise _unreadable(event, "a text in it is not UTF-8") from error


def encode_readable(event: Event | RepositoryEvent) -> bytes:
    """One line, newline included; refuses (`record.refused`) what nobody would read again."""
    line = encode_event(event)
    read = decode_events(line).events if isinstance(event, Event) else decode_repository_events(line).events
    if not read:
        raise _unreadable(
            event, "a text in it has a zero byte" if holds_nul(line) else "a value in it is out of bounds"
        )
    return line


def _unreadable(event: Event | RepositoryEvent, why: str) -> OkstraError:
    subject = event.fact.task if isinstance(event, Event) else "the repository"
    message = f"{event.fact.type} of {subject} cannot be recorded: {why}"
    return refuse("record.refused", message, hint="change it, then repeat the line", record=event.fact.type)


def decode_events(data: bytes) -> Decoded[Event]:
    """All events of one `events.jsonl` of a task.

    Each line is decoded by itself, so that a broken one neither hides nor changes what its neighbours say.
    """
    with _without_collecting():
        return _decode(data, _line_validator(Event), KNOWN_TYPES)


def decode_repository_events(data: bytes) -> Decoded[RepositoryEvent]:
    """The same of the events that belong to no task."""
    return _decode(data, _line_validator(RepositoryEvent), REPOSITORY_TYPES)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Records hold no cycles; looking for some among a hundred thousand of them takes longer than reading them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _decode(data: bytes, decode: Callable[[bytes], AnyEvent], known: frozenset[str]) -> Decoded[AnyEvent]:
    decoded = Decoded[AnyEvent]()
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line:
            continue
        try:
            event = decode(line if len(line) <= MAX_LINE else b"")
        except ValueError:
            _count_other(decoded, number, line, known)
            continue
        if b"\\" in line and holds_nul(line):
            decoded.broken.append(number)
        else:
            decoded.events.append(event)
    return decoded


def _line_validator(kind: type[AnyEvent]) -> Callable[[bytes], AnyEvent]:
    """The validator of one line, built when the first one is read; without the detour through a method of the model."""
    kind.model_rebuild()  # nothing, when it is built
    return kind.__pydantic_validator__.validate_json


def holds_nul(text: bytes) -> bool:
    """Whether a string in this JSON has a zero byte, which no path, ref or command line can have."""
    return b"\\u0000" in text and _NUL.search(text) is not None


class LineFacts(NamedTuple):
    """What is read of any event line, of this release's types or not: identity, task and place in the order.

    The task (slashed key) is empty for what belongs to the repository.
    """

    id: str
    task: str
    clock: int
    seq: int


def identify_line(line: bytes) -> LineFacts | None:
    """The identity of an event line, or None for a line that is not an event."""
    event = _load(line)
    try:
        facts = LineFacts(event["id"], event["fact"].get("task", ""), event["clock"], event["seq"])
    except (TypeError, KeyError, AttributeError):
        return None
    sound = isinstance(facts.id, str) and are_counts(facts.clock, facts.seq)
    return facts if sound and isinstance(facts.task, str) and (not facts.task or is_slashed_key(facts.task)) else None


def archive_of_line(line: bytes) -> tuple[str, str] | None:
    """(run, tree) of an event line by which a run ended and was archived, or None."""
    event = _load(line)
    try:
        run, tree = event["fact"]["run"], event["fact"]["archive"]
    except (TypeError, KeyError):
        return None
    sound = isinstance(run, str) and isinstance(tree, str) and is_ulid(run) and is_commit_id(tree)
    return (run, tree) if sound else None


def are_counts(*values: object) -> bool:
    """Whether these are numbers that clocks and sequences may have."""
    return all(type(value) is int and 0 <= value <= LARGEST for value in values)


def _load(line: bytes) -> Any:
    """The JSON of a line, None for what is not JSON or is beyond reason."""
    try:
        return json.loads(line.decode()) if len(line) <= MAX_LINE else None
    except (ValueError, RecursionError):
        return None


def _count_other(decoded: Decoded[AnyEvent], number: int, line: bytes, known: frozenset[str]) -> None:
    """A line that is not an event of a known type: blank, of a type unknown to this release, or broken."""
    if line.isspace():
        return
    if _is_foreign(_load(line), known):
        decoded.unknown += 1
    else:
        decoded.broken.append(number)


def _is_foreign(event: Any, known: frozenset[str]) -> bool:
    try:
        kind = event["fact"]["type"]
        return isinstance(kind, str) and isinstance(event["id"], str) and kind not in known
    except (TypeError, KeyError):
        return False


KNOWN_TYPES = frozenset(
    {
        "task.opened", "task.closed", "task.spawned", "anchor.set", "anchor.moved", "place.reserved", "place.released",
        "stage.started", "stage.done", "stage.moved", "stage.verified", "stage.landed",
        "stage.unlanded", "group.verified",
        "group.assembled", "group.superseded", "pr.recorded", "pr.closed",
        "plan.approved", "run.claimed", "run.prepared", "run.resumed", "run.concluded", "run.finished", "run.abandoned",
        "run.validated", "run.replayed", "run.led", "worker.ended", "usage.recorded",
    }
)  # fmt: skip

REPOSITORY_TYPES = frozenset({"change.approved"})
