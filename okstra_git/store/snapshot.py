"""From the logs' tips to the folded state, doing again only what changed since the last fold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.history import contains
from okstra_git.git.objects import read_blob
from okstra_git.git.repo import Git
from okstra_git.names import CommitId, TaskKey, WriterId, key_of_slashed
from okstra_git.records.events import Event
from okstra_git.records.grammar import MAJOR_FORMAT
from okstra_git.records.states import State, Task
from okstra_git.store import layout
from okstra_git.store.clone import look_for_writer
from okstra_git.store.fold import fold_task
from okstra_git.store.log import (
    MOST_BYTES,
    Head,
    NotALog,
    Problem,
    event_files,
    find_events_blob,
    find_tips,
    require_head,
)
from okstra_git.store.private_files import CachedFold, load_fold, save_fold
from okstra_git.store.validation import (
    BROKEN,
    FAR_CLOCK,
    NO_NAMES,
    Criteria,
    Defects,
    ProblemWriter,
    add_up,
    filter_events,
    find_horizon,
    find_ignored,
    is_ignored,
    is_own,
    writer_of,
)


class Logs(NamedTuple):
    """What there is to be read: tips by ref, refs that are damaged, and the ref of this clone's own log."""

    tips: Mapping[str, CommitId]
    torn: tuple[Problem, ...]
    own: str


@dataclass
class LogContents:
    tips: dict[str, CommitId] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    blobs: dict[str, dict[str, str]] = field(default_factory=dict)
    unread: dict[str, tuple[str, str]] = field(default_factory=dict)
    rewound: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def find_logs(git: Git, writer: WriterId | None) -> Logs:
    own = layout.log_ref(writer) if writer else ""
    tips, torn = find_tips(git)
    names = (
        find_ignored(git) if any(ref != own for ref in (*tips, *(problem.subject for problem in torn))) else NO_NAMES
    )
    if names:
        tips = {ref: tip for ref, tip in tips.items() if ref == own or not is_ignored(ref, names)}
        torn = [problem for problem in torn if problem.subject == own or not is_ignored(problem.subject, names)]
    return Logs(tips, tuple(torn), own)


def read_logs(git: Git, logs: Logs, cached: CachedFold | None) -> LogContents:
    """Which event files each log has now."""
    result = LogContents()
    words = ProblemWriter(logs.tips, Criteria(logs.own))
    for ref, tip in logs.tips.items():
        if cached is not None and ref in cached.unread and cached.unread[ref][0] == tip:
            result.unread[ref] = cached.unread[ref]
            continue
        try:
            head = require_head(git, tip)
            files = files_of(git, ref, tip, cached, is_own=ref == logs.own)
        except NotALog as verdict:
            result.unread[ref] = (tip, verdict.message)
            continue
        except OkstraError as refusal:
            result.problems.append(words.unreadable(ref, refusal.message))
            continue
        result.tips[ref], result.heads[ref], result.blobs[ref] = tip, head, files
    if cached is not None:
        result.rewound = find_rewound(git, cached, result.tips, logs.own)
    return result


def files_of(git: Git, ref: str, tip: str, cached: CachedFold | None, *, is_own: bool) -> dict[str, str]:
    """Task -> blob id of its events in this log."""
    before = (cached.tips[ref], cached.blobs[ref]) if cached and ref in cached.tips and ref in cached.blobs else None
    if before is not None and before[0] == tip:
        return dict(before[1])
    return event_files(git, tip, before=before, is_own=is_own)


def find_rewound(git: Git, cached: CachedFold, tips: Mapping[str, str], own: str) -> dict[str, str]:
    """Logs of others that do not contain what was read from them last (ref -> the tip they had)."""
    rewound: dict[str, str] = {}
    for ref, tip in tips.items():
        was = cached.rewound.get(ref) or cached.tips.get(ref)
        if ref != own and was and was != tip and not contains(git, tip, was):
            rewound[ref] = was
    return rewound


def list_changed(before: Mapping[str, Mapping[str, str]], now: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Tasks of which some log holds other events than before."""
    changed: set[str] = set()
    for ref in {*before, *now}:
        changed |= {task for task, _ in before.get(ref, {}).items() ^ now.get(ref, {}).items()}
    return changed


def refold(
    git: Git,
    task: TaskKey,
    gathered: LogContents,
    sieve: Criteria,
    words: ProblemWriter,
    tasks: dict[TaskKey, Task],
    notes: dict[str, dict[str, Defects]],
) -> None:
    """Put the task as the logs have it now into `tasks`, and what was odd about its events into `notes`."""
    name = task.slashed
    blobs = {ref: files[name] for ref, files in gathered.blobs.items() if name in files}
    files, problems = read_files(git, task, blobs, words)
    gathered.problems += problems
    sifted = filter_events(task, files, sieve)
    tasks.pop(task, None)
    if sifted.events:
        try:
            tasks[task] = fold_task(task, sifted.events)
        except Exception:  # of whichever log it is, the others' events of this task and all other tasks still count
            tasks[task], unfolded = _fold_by_log(task, sifted.events, {writer_of(ref): ref for ref in blobs}, words)
            gathered.problems += unfolded
    if sifted.odd:
        notes[name] = sifted.odd


def read_files(
    git: Git, task: TaskKey, blobs: Mapping[str, str], words: ProblemWriter
) -> tuple[list[tuple[str, bytes]], list[Problem]]:
    """The bytes of a task's events by ref, copies of one writer's log only once, and what could not be read."""
    files: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    copies: set[tuple[str, str]] = set()
    for ref, blob in blobs.items():
        copy = writer_of(ref), blob
        if copy in copies:
            continue
        copies.add(copy)
        try:
            files.append((ref, read_blob(git, blob, limit=MOST_BYTES)))
        except OkstraError as refusal:
            problems.append(words.damaged_file(ref, layout.events_path(task.slashed), task, refusal.message))
    return files, problems


DAMAGE = ("ref.torn", "log.unreadable", "log.damaged-file", "log.not-folded")
"""Codes of problems that hide events."""


@dataclass(frozen=True)
class Snapshot:
    """The state at one moment: folded tasks, the tips they came from, and everything that was wrong on the way.

    `own` is the ref of this clone's log, empty where its writer is not known; `horizon` the highest clock believed.
    """

    state: State
    tips: Mapping[str, CommitId]
    heads: Mapping[str, Head]
    problems: tuple[Problem, ...] = ()
    own: str = ""
    horizon: int = FAR_CLOCK

    @property
    def clock(self) -> int:
        """The highest Lamport clock in any log, of those that are believed."""
        claimed = (head.clock for head in self.heads.values() if head.clock <= self.horizon)
        return max([*claimed, *(task.clock for task in self.state.tasks.values())], default=0)

    @property
    def is_damaged(self) -> bool:
        """Whether this clone's own log, or a part of it, could not be read: then nothing is derived."""
        return any(is_own(_ref_of(problem), self.own) for problem in self._hiding)

    @property
    def hides_events(self) -> bool:
        """Whether some log could not be read, or not be understood, in full: what is extra may be explained there.

        Of single lines that are broken those of this clone's own log alone: whoever likes can write such a line.
        """
        lost_own = any(problem.code == BROKEN and problem.subject == self.own for problem in self.problems)
        return bool(self._hiding or self.newer or lost_own)

    @property
    def _hiding(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.code in DAMAGE]

    @property
    def newer(self) -> list[str]:
        """Refs of logs whose major format this release does not know."""
        return [ref for ref, head in self.heads.items() if head.major > MAJOR_FORMAT]

    @property
    def marks(self) -> dict[str, str]:
        """What refs and notes are derived from: the tips, and whether something was hidden then."""
        return {**self.tips, **({"hidden": "yes"} if self.hides_events else {})}


@dataclass
class Memory:
    """The last fold of this process, so that reading again costs no more than a look at the tips."""

    fold: CachedFold | None = None
    writer: WriterId | None = None
    """This clone's id, once somebody has read it."""


def read_snapshot(git: Git, memory: Memory, *, now: datetime | None = None) -> Snapshot:
    """The state as all readable logs tell it; uses and refreshes the cache, never fails on a damaged log.

    Times that lie in the future are reported if `now` is given.
    """
    memory.writer = memory.writer or look_for_writer(git)[0]
    logs = find_logs(git, memory.writer)
    cached = memory.fold = memory.fold or load_fold(layout.cache_file(git.private_dir))
    if cached is not None and cached.own == logs.own and not logs.torn and cached.seen == logs.tips:
        return _snapshot(cached, logs, [], now)
    fold, problems = _read_logs(git, logs, cached if cached and cached.own == logs.own else None, now)
    if not logs.torn and not problems:
        memory.fold = fold
        save_fold(layout.cache_file(git.private_dir), fold)
    return _snapshot(fold, logs, problems, now)


def read_from_scratch(git: Git, *, now: datetime | None = None) -> Snapshot:
    """The state with every event read again; the cache is not written, and only asked what was there before."""
    logs = find_logs(git, look_for_writer(git)[0])
    fold, problems = _read_logs(git, logs, None, now)
    before = load_fold(layout.cache_file(git.private_dir))
    rewound = find_rewound(git, before, fold.tips, logs.own) if before else {}
    return _snapshot(replace(fold, rewound=rewound), logs, problems, now)


def refuse_unreadable(git: Git, ref: str, tip: str, memory: Memory) -> None:
    """Refuse (`MissingObject`) a log that nobody could read at this tip, because an older part of it is damaged."""
    files_of(git, ref, tip, memory.fold, is_own=True)


def read_events(git: Git, snapshot: Snapshot, task: TaskKey) -> list[Event]:
    """The events of one task that count, from all logs, in their total order; what cannot be read is
    among the snapshot's problems."""
    blob_by_ref = {ref: find_events_blob(git, tip, task.slashed) for ref, tip in snapshot.tips.items()}
    blobs = {ref: blob for ref, blob in blob_by_ref.items() if blob}
    words = ProblemWriter(snapshot.tips, Criteria(snapshot.own))
    files, _ = read_files(git, task, blobs, words)
    return filter_events(task, files, Criteria(snapshot.own, snapshot.horizon)).events


def _fold_by_log(
    task: TaskKey, events: Sequence[Event], refs: Mapping[str, str], words: ProblemWriter
) -> tuple[Task, list[Problem]]:
    """The task without the logs whose events make the fold fail, this clone's own log tried first."""
    own = writer_of(words.sieve.own)
    kept: list[Event] = []
    problems: list[Problem] = []
    for writer in sorted({event.writer for event in events}, key=lambda name: (name != own, name)):
        more = [*kept, *(event for event in events if event.writer == writer)]
        try:
            fold_task(task, more)
            kept = more
        except Exception as error:  # whatever it is, it is reported with the log that it comes from
            problems.append(words.unfolded(refs[writer], task, f"{type(error).__name__}: {error}"))
    return fold_task(task, kept), problems


def _snapshot(fold: CachedFold, logs: Logs, problems: Iterable[Problem], now: datetime | None) -> Snapshot:
    heads = {ref: Head(*head) for ref, head in fold.heads.items()}
    if not (logs.torn or problems or fold.unread or fold.notes or fold.rewound) and _are_plain(heads):
        reported: tuple[Problem, ...] = ()
    else:
        words = ProblemWriter(logs.tips, Criteria(logs.own, fold.horizon, now))
        reported = (
            *logs.torn,
            *(words.unreadable(ref, why) for ref, (_, why) in fold.unread.items()),
            *problems,
            *words.heads(heads),
            *words.rewound(fold.rewound),
            *words.lines(add_up(fold.notes.values())),
        )
    tips = {ref: CommitId(tip) for ref, tip in fold.tips.items()}
    return Snapshot(fold.state, tips, heads, reported, logs.own, fold.horizon)


def _are_plain(heads: Mapping[str, Head]) -> bool:
    return all(head.major <= MAJOR_FORMAT and head.clock <= FAR_CLOCK for head in heads.values())


def _read_logs(
    git: Git, logs: Logs, cached: CachedFold | None, now: datetime | None
) -> tuple[CachedFold, list[Problem]]:
    """The fold of these logs, going on from an earlier one, and the problems that another reading may not meet."""
    gathered = read_logs(git, logs, cached)
    horizon = find_horizon({ref: head.clock for ref, head in gathered.heads.items()}, logs.own)
    if cached is not None and cached.horizon != horizon:
        cached = None
    changed = list_changed(cached.blobs if cached else {}, gathered.blobs)
    tasks = dict(cached.state.tasks) if cached else {}
    notes = {task: dict(odd) for task, odd in cached.notes.items() if task not in changed} if cached else {}
    sieve, words = Criteria(logs.own, horizon, now), ProblemWriter(logs.tips, Criteria(logs.own, horizon, now))
    for task in changed:
        refold(git, key_of_slashed(task), gathered, sieve, words, tasks, notes)
    heads = {ref: (head.major, head.clock, head.seq) for ref, head in gathered.heads.items()}
    state = State(tasks=dict(sorted(tasks.items(), key=lambda item: item[0].slashed)))
    fold = CachedFold(
        gathered.tips, heads, gathered.blobs, state, logs.own, horizon, gathered.unread, notes, gathered.rewound
    )
    return fold, gathered.problems


def _ref_of(problem: Problem) -> str:
    """The ref that a problem is about, also where its subject is a file in it."""
    return problem.subject.partition(":")[0]
