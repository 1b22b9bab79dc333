"""Which logs of others and which events of a task count, and what is wrong with those that do not, in words."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple

from okstra_git.commands import command, is_showable
from okstra_git.errors import OkstraError
from okstra_git.git.repo import Git
from okstra_git.git.settings import Settings, read_settings, unset_setting, write_setting
from okstra_git.names import TaskKey
from okstra_git.records.codec import AnyEvent, Decoded, decode_events, decode_repository_events, encode_event
from okstra_git.records.events import Event
from okstra_git.records.grammar import MAJOR_FORMAT
from okstra_git.records.repository_events import RepositoryEvent
from okstra_git.store import layout
from okstra_git.store.log import Head, Problem
from okstra_git.store.private_files import load_fold, save_fold

NO_NAMES: frozenset[str] = frozenset()


def writer_of(ref: str) -> str:
    """The writer of the log under this ref, which is its last part."""
    return ref.rpartition("/")[2]


def list_ignored(git: Git) -> tuple[str, ...]:
    """The writers, and the full names of refs, that this clone is set to ignore; refuses an unreadable setting."""
    return read_settings(git).ignore_writer


def find_ignored(git: Git) -> frozenset[str]:
    """The same for whoever reads the state: where git's configuration cannot be read, nothing is ignored."""
    try:
        return frozenset(list_ignored(git))
    except OkstraError:
        return NO_NAMES


def is_ignored(ref: str, names: Collection[str]) -> bool:
    """Whether the log under this ref is left out."""
    return writer_of(ref) in names or ref in names


def ignore_log(git: Git, name: str) -> bool:
    """Leave this writer's logs out from now on, or the log of this ref alone; False when that is so already."""
    known = list_ignored(git)
    return name not in known and write_setting(git, Settings.ignore_writer, [*known, name])


def heed_log(git: Git, name: str) -> bool:
    """Count this writer's logs again, or that of this ref; False when they were not ignored."""
    known = list_ignored(git)
    left = [ignored for ignored in known if ignored != name]
    if len(left) == len(known):
        return False
    setting = Settings.ignore_writer
    return write_setting(git, setting, left) if left else unset_setting(git, setting)


def ignore_line(ref: str, writers: Mapping[str, int], own: str) -> str:
    """The command that takes this log out: by its writer, or by its ref where other logs have the same name.

    `writers` says how many logs each one has.
    """
    writer = writer_of(ref)
    is_plain = writers.get(writer, 1) == 1 and writer != writer_of(own) and not writer.startswith("-")
    return command("git okstra log ignore", spelled(writer if is_plain else ref))


def spelled(name: str) -> str:
    """The name of a ref in letters that everybody sees and can type; git allows no backslash in one."""
    return "".join(c if is_showable(c) else c.encode("unicode_escape").decode("ascii") for c in name)


def unspelled(name: str, known: Iterable[str]) -> str:
    """Which of the known names was meant, where it was given as `spelled`; else the name as it is."""
    return name if "\\" not in name else next((candidate for candidate in known if spelled(candidate) == name), name)


def is_own(ref: str, own: str) -> bool:
    """Whether the log is this clone's: the one of its writer; any written here where the writer is not known."""
    return ref == own if own else ref.startswith(layout.LOGS)


def accept_rewound(git: Git, name: str) -> bool:
    """Forget what this writer's logs, or the log under this ref, held before; False when nothing was missing."""
    path = layout.cache_file(git.private_dir)
    cached = load_fold(path)
    left = {ref: tip for ref, tip in cached.rewound.items() if not is_ignored(ref, [name])} if cached else {}
    if cached is None or left == dict(cached.rewound):
        return False
    save_fold(path, replace(cached, rewound=left))
    return True


FAR_CLOCK = 1 << 40
"""No project records so many events that its Lamport clock gets here."""
CLOCK_STEP = 1 << 20
"""Beyond that, a log is believed whose clock is at most so far from that of another one."""
AHEAD = timedelta(days=1)
"""How far ahead of this machine's clock another one's may be before it is reported."""
BROKEN, FORGED, SAME_ID = "log.broken-line", "log.forged-writer", "log.same-id"
FAR, FUTURE, NOT_OURS = "log.far-clock", "log.future-time", "log.not-ours"
Defects = dict[str, int]
"""How many lines of a log are odd in which way; of times in the future the latest, in seconds since 1970."""


class Criteria(NamedTuple):
    """What events are measured by: this clone's own log, the highest clock that is believed, and the present."""

    own: str
    horizon: int = FAR_CLOCK
    now: datetime | None = None


class Filtered(NamedTuple, Generic[AnyEvent]):
    """The events that count, each once, in their total order; and what was odd, by ref."""

    events: list[AnyEvent]
    odd: dict[str, Defects]


def find_horizon(clocks: Mapping[str, int], own: str) -> int:
    """The highest clock that is believed of these logs (ref -> clock): the own one's, and what is near enough to it.

    Whoever claims a clock near the end of all numbers would otherwise take every other clone there.
    """
    horizon = max(FAR_CLOCK, clocks.get(own, 0))
    for clock in sorted(clocks.values()):
        if horizon < clock <= horizon + CLOCK_STEP:
            horizon = clock
    return horizon


def filter_events(task: TaskKey, files: Sequence[tuple[str, bytes]], sieve: Criteria) -> Filtered[Event]:
    """The events of one task (slashed key) out of its files in several logs, as (ref, bytes).

    An event counts if it names the writer of its log and the task of its file. Of an id with two contents this clone's
    own copy counts, else the one that sorts first by its bytes, as in every other clone; two writers with one id
    are two events.
    """
    return _filter(files, sieve, decode_events, lambda event: event.fact.task == task)


def filter_repository_events(files: Sequence[tuple[str, bytes]], sieve: Criteria) -> Filtered[RepositoryEvent]:
    """The same for the events that belong to no task."""
    return _filter(files, sieve, decode_repository_events, lambda _: True)


def _filter(
    files: Sequence[tuple[str, bytes]],
    sieve: Criteria,
    decode: Callable[[bytes], Decoded[AnyEvent]],
    belongs: Callable[[AnyEvent], bool],
) -> Filtered[AnyEvent]:
    counted: dict[object, tuple[str, AnyEvent]] = {}
    odd: dict[str, Counter[str]] = {}
    copies: dict[str, set[bytes]] = {}
    writers = {ref: writer_of(ref) for ref, _ in files}
    shared = {writer for writer, count in Counter(writers.values()).items() if count > 1}
    for ref, data in sorted(files, key=lambda file: (not is_own(file[0], sieve.own), file[0])):
        count = odd.setdefault(ref, Counter())
        writer = writers[ref]
        if writer in shared:
            data = _unseen(data, copies.setdefault(writer, set()))
        decoded = decode(data)
        count[BROKEN] += len(decoded.broken)
        for event in _plausible(decoded.events, belongs, writer, sieve, count):
            _put(counted, ref, event, sieve.own, count)
    events = sorted((event for _, event in counted.values()), key=lambda event: (event.order, event.id))
    return Filtered(events, {ref: dict(+count) for ref, count in odd.items() if +count})


def add_up(notes: Iterable[Mapping[str, Defects]]) -> dict[str, Defects]:
    """What is odd about each log altogether."""
    total: dict[str, Defects] = {}
    for by_ref in notes:
        for ref, odd in by_ref.items():
            sums = total.setdefault(ref, {})
            for code, number in odd.items():
                join: Callable[[int, int], int] = max if code == FUTURE else int.__add__
                sums[code] = join(sums.get(code, 0), number)
    return total


LOOK = "git okstra fsck"


class ProblemWriter:
    """Words problems for the logs of one moment; `refs` are all of them, readable or not."""

    def __init__(self, refs: Iterable[str], sieve: Criteria) -> None:
        self.writers, self.sieve = Counter(map(writer_of, refs)), sieve

    def way_out(self, ref: str) -> str:
        """What to do about a log: take it out, or look closer at this clone's own."""
        return LOOK if is_own(ref, self.sieve.own) else ignore_line(ref, self.writers, self.sieve.own)

    def unreadable(self, ref: str, why: str) -> Problem:
        """A log of which nothing can be read."""
        return Problem("log.unreadable", f"the log {ref} cannot be read: {why}", ref, self.way_out(ref))

    def damaged_file(self, ref: str, path: str, task: TaskKey, why: str) -> Problem:
        """The events of one task in one log that cannot be read; the subject is `ref:path`."""
        message = f"events of {task} cannot be read from {ref}: {why}"
        return Problem("log.damaged-file", message, f"{ref}:{path}", LOOK)

    def unfolded(self, ref: str, task: TaskKey, why: str) -> Problem:
        """Events that are sound one by one and yet make no sense together with those before them."""
        message = f"the events of {task} in {ref} were left out, because okstra fails on them: {why}"
        return Problem("log.not-folded", message, ref, self.way_out(ref))

    def heads(self, heads: Mapping[str, Head]) -> Iterator[Problem]:
        """Newer formats, and clocks that are not believed."""
        for ref, head in heads.items():
            if head.major > MAJOR_FORMAT:
                yield self._newer(ref, head.major)
            if head.clock > self.sieve.horizon:
                message = f"the log {ref} claims a clock that no project reaches ({head.clock}); it is not followed"
                yield Problem(FAR, message, ref, self.way_out(ref))

    def _newer(self, ref: str, major: int) -> Problem:
        message = f"the log {ref} has format {major}, this okstra knows {MAJOR_FORMAT}"
        hint = "upgrade git-okstra in this clone; until then nothing is written here"
        if not is_own(ref, self.sieve.own):
            hint += f"; where nobody works with a newer one: {self.way_out(ref)}"
        return Problem("format.newer", message, ref, hint)

    def rewound(self, was: Mapping[str, str]) -> Iterator[Problem]:
        """Logs that no longer contain what was read from them before (ref -> the tip that it had)."""
        for ref, tip in was.items():
            accept = command("git okstra log heed", ref)
            message = (
                f"the log {ref} was rewound or rewritten; what only {tip[:12]} had is gone ({accept} accepts that)"
            )
            yield Problem("log.rewound", message, ref, command("git update-ref", ref, tip))

    def lines(self, total: Mapping[str, Defects]) -> Iterator[Problem]:
        """What is odd about the lines of logs."""
        for ref, odd in total.items():
            for code, number in odd.items():
                message = self._sentence(ref, code, number)
                if message:
                    yield Problem(code, message, ref, self.way_out(ref))

    def _sentence(self, ref: str, code: str, number: int) -> str:
        if code == FUTURE:
            return self._future(ref, number)
        is_single = number == 1
        events, were = ("1 event", "it was") if is_single else (f"{number} events", "they were")
        if code == BROKEN:
            lines = "1 line" if is_single else f"{number} lines"
            return f"{lines} in the log {ref} cannot be read as events of their task; {were} skipped"
        if code == FORGED:
            name = "names" if is_single else "name"
            return f"{events} in the log {ref} {name} another writer than {writer_of(ref)}; {were} skipped"
        if code == FAR:
            return f"{events} in the log {ref} with a clock that no project reaches; {were} skipped"
        if code == NOT_OURS:
            missing = "it is" if is_single else "they are"
            return f"{events} in {ref} in the name of this clone; {missing} not in its own log {self.sieve.own}"
        if code == SAME_ID:
            return f"{events} in the log {ref} with the id of an event that has another content"
        return ""

    def _future(self, ref: str, latest: int) -> str:
        now = self.sieve.now
        if now is None or latest <= (now + AHEAD).timestamp():
            return ""
        day = datetime.fromtimestamp(latest, UTC)
        return f"the log {ref} holds times in the future, up to {day:%Y-%m-%d}: a wrong clock, or made up"


def _unseen(data: bytes, seen: set[bytes]) -> bytes:
    """The lines that no other copy of the same writer's log has: those need no second decoding."""
    lines = [line for line in data.split(b"\n") if line not in seen]
    seen.update(lines)
    return b"\n".join(lines)


def _plausible(
    events: Iterable[AnyEvent],
    belongs: Callable[[AnyEvent], bool],
    writer: str,
    sieve: Criteria,
    count: Counter[str],
) -> list[AnyEvent]:
    """Those of the events that belong in this file of this writer's log; the others are counted."""
    kept = []
    edge = sieve.now + AHEAD if sieve.now else None
    for event in events:
        if event.writer != writer:
            count[FORGED] += 1
        elif not belongs(event):
            count[BROKEN] += 1
        elif event.clock > sieve.horizon:
            count[FAR] += 1
        else:
            kept.append(event)
            if edge is not None and event.at > edge:
                count[FUTURE] = max(count[FUTURE], int(event.at.timestamp()))
    return kept


def _put(counted: dict[object, tuple[str, AnyEvent]], ref: str, event: AnyEvent, own: str, count: Counter[str]) -> None:
    key: object = event.id
    before = counted.get(key)
    if before is not None and before[1].writer != event.writer:
        count[SAME_ID] += 1
        key = (event.writer, event.id)
        before = counted.get(key)
    if before is None:
        counted[key] = ref, event
        count[NOT_OURS] += bool(own) and ref != own and event.writer == writer_of(own)
    elif before[1] != event:
        count[SAME_ID] += 1
        if _rank(ref, event, own) < _rank(*before, own):
            counted[key] = ref, event


def _rank(ref: str, event: Event | RepositoryEvent, own: str) -> tuple[bool, bytes]:
    return ref != own, encode_event(event)
