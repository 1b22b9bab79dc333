"""Which events of a task count: a log speaks for its own writer alone, and an id stands for one content."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from okstra_git.names import TaskKey
from okstra_git.records.codec import decode_events, encode_event
from okstra_git.records.events import Event
from okstra_git.state.heeding import is_own, writer_of

FAR_CLOCK = 1 << 40
"""No project records so many events that its Lamport clock gets here."""

CLOCK_STEP = 1 << 20
"""Beyond that, a log is believed whose clock is at most so far from that of another one."""

AHEAD = timedelta(days=1)
"""How far ahead of this machine's clock another one's may be before it is told."""

BROKEN, FORGED, SAME_ID = "log.broken-line", "log.forged-writer", "log.same-id"
FAR, FUTURE, NOT_OURS = "log.far-clock", "log.future-time", "log.not-ours"

Odd = dict[str, int]
"""How many lines of a log are odd in which way; of times in the future the latest, in seconds since 1970."""


class Sieve(NamedTuple):
    """What events are measured by: this clone's own log, the highest clock that is believed, and the present."""

    own: str
    horizon: int = FAR_CLOCK
    now: datetime | None = None


class Sifted(NamedTuple):
    """The events that count, each once, in their total order; and what was odd, by ref."""

    events: list[Event]
    odd: dict[str, Odd]


def find_horizon(clocks: Mapping[str, int], own: str) -> int:
    """The highest clock that is believed of these logs (ref -> clock): the own one's, and what is near enough to it.

    Whoever claims a clock near the end of all numbers would otherwise take every other clone there.
    """
    horizon = max(FAR_CLOCK, clocks.get(own, 0))
    for clock in sorted(clocks.values()):
        if horizon < clock <= horizon + CLOCK_STEP:
            horizon = clock
    return horizon


def sift(task: TaskKey, files: Sequence[tuple[str, bytes]], sieve: Sieve) -> Sifted:
    """The events of one task (slashed key) out of its files in several logs, as (ref, bytes).

    An event counts if it names the writer of its log and the task of its file. Of an id with two contents this clone's
    own copy counts, else the one that sorts first by its bytes, as in every other clone; two writers with one id
    are two events.
    """
    found: dict[object, tuple[str, Event]] = {}
    odd: dict[str, Counter[str]] = {}
    copies: dict[str, set[bytes]] = {}
    shared = {writer for writer, count in Counter(writer_of(ref) for ref, _ in files).items() if count > 1}
    for ref, data in sorted(files, key=lambda one: (not is_own(one[0], sieve.own), one[0])):
        count = odd.setdefault(ref, Counter())
        writer = writer_of(ref)
        if writer in shared:
            data = _unseen(data, copies.setdefault(writer, set()))
        decoded = decode_events(data)
        count[BROKEN] += len(decoded.broken)
        for event in _plausible(decoded.events, task, writer, sieve, count):
            _put(found, ref, event, sieve.own, count)
    events = sorted((event for _, event in found.values()), key=lambda event: (event.order, event.id))
    return Sifted(events, {ref: dict(+count) for ref, count in odd.items() if +count})


def _unseen(data: bytes, seen: set[bytes]) -> bytes:
    """The lines that no other copy of the same writer's log has: those need no second decoding."""
    lines = [line for line in data.split(b"\n") if line not in seen]
    seen.update(lines)
    return b"\n".join(lines)


def _plausible(events: Iterable[Event], task: TaskKey, writer: str, sieve: Sieve, count: Counter[str]) -> list[Event]:
    """Those of the events that may stand in this file of this writer's log; the others are counted."""
    kept = []
    edge = sieve.now + AHEAD if sieve.now else None
    for event in events:
        if event.writer != writer:
            count[FORGED] += 1
        elif event.fact.task != task:
            count[BROKEN] += 1
        elif event.clock > sieve.horizon:
            count[FAR] += 1
        else:
            kept.append(event)
            if edge is not None and event.at > edge:
                count[FUTURE] = max(count[FUTURE], int(event.at.timestamp()))
    return kept


def _put(found: dict[object, tuple[str, Event]], ref: str, event: Event, own: str, count: Counter[str]) -> None:
    key: object = event.id
    before = found.get(key)
    if before is not None and before[1].writer != event.writer:
        count[SAME_ID] += 1
        key = (event.writer, event.id)
        before = found.get(key)
    if before is None:
        found[key] = ref, event
        count[NOT_OURS] += bool(own) and ref != own and event.writer == writer_of(own)
    elif before[1] != event:
        count[SAME_ID] += 1
        if _rank(ref, event, own) < _rank(*before, own):
            found[key] = ref, event


def _rank(ref: str, event: Event, own: str) -> tuple[bool, bytes]:
    return ref != own, encode_event(event)


def add_up(notes: Iterable[Mapping[str, Odd]]) -> dict[str, Odd]:
    """What is odd about each log altogether."""
    total: dict[str, Odd] = {}
    for by_ref in notes:
        for ref, odd in by_ref.items():
            sums = total.setdefault(ref, {})
            for code, number in odd.items():
                join: Callable[[int, int], int] = max if code == FUTURE else int.__add__
                sums[code] = join(sums.get(code, 0), number)
    return total
