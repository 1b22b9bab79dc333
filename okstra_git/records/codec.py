"""Events to lines of JSON and back; lines that this release does not know are told apart from broken ones."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError

from okstra_git.names import is_ulid
from okstra_git.records.events import Event

_EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event], config=ConfigDict(defer_build=True))


@dataclass
class Decoded:
    """A log file as read: events in file order, how many were of unknown type, and 1-based numbers of broken lines."""

    events: list[Event] = field(default_factory=list)
    unknown: int = 0
    broken: list[int] = field(default_factory=list)


def encode_event(event: Event) -> bytes:
    """One line, newline included."""
    return event.model_dump_json(exclude_defaults=False).encode() + b"\n"


def decode_events(data: bytes) -> Decoded:
    """All events of one `events.jsonl`. The usual case, every line known and sound, is decoded in one call."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    try:
        return Decoded(_EVENTS.validate_json(b"[" + b",".join(lines) + b"]"))
    except ValidationError:
        return _decode_each(lines)


class LineFacts(NamedTuple):
    """What is read of any event line, of this release's types or not: identity, task and place in the order."""

    id: str
    task: str
    clock: int
    seq: int


def identify_line(line: bytes) -> LineFacts | None:
    """The identity of an event line, or None for a line that is no event."""
    try:
        event = json.loads(line)
        facts = LineFacts(event["id"], event["fact"]["task"], event["clock"], event["seq"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    sound = isinstance(facts.id, str) and isinstance(facts.task, str)
    return facts if sound and isinstance(facts.clock, int) and isinstance(facts.seq, int) else None


def archive_of_line(line: bytes) -> tuple[str, str] | None:
    """(run, tree) of an event line by which a run ended and was archived, or None."""
    try:
        fact = json.loads(line)["fact"]
        run, tree = fact["run"], fact["archive"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (run, tree) if isinstance(run, str) and is_ulid(run) and isinstance(tree, str) and tree else None


def _decode_each(lines: Iterable[bytes]) -> Decoded:
    found = Decoded()
    for number, line in enumerate(lines, start=1):
        try:
            found.events.append(Event.model_validate_json(line))
        except ValidationError:
            if _is_foreign(line):
                found.unknown += 1
            else:
                found.broken.append(number)
    return found


def _is_foreign(line: bytes) -> bool:
    """Whether the line is a well-formed event of a type this release has never heard of."""
    try:
        event = json.loads(line)
        kind = event["fact"]["type"]
        return isinstance(kind, str) and isinstance(event["id"], str) and kind not in KNOWN_TYPES
    except (ValueError, TypeError, KeyError, RecursionError):
        return False


KNOWN_TYPES = frozenset(
    {
        "task.opened", "task.closed", "anchor.set", "anchor.moved", "place.reserved", "place.released",
        "stage.started", "stage.done", "stage.moved", "stage.verified", "stage.landed",
        "stage.unlanded", "group.verified",
        "group.assembled", "group.superseded", "pr.recorded", "pr.closed",
        "plan.approved", "run.claimed", "run.prepared", "run.resumed", "run.finished", "run.abandoned",
    }
)  # fmt: skip
