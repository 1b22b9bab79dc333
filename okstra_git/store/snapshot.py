"""From the logs' tips to the folded state, doing again only what changed since the last fold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from okstra_git.git.repo import Git
from okstra_git.names import CommitId, TaskKey, WriterId, key_of_slashed
from okstra_git.records.base import MAJOR_FORMAT
from okstra_git.records.events import Event
from okstra_git.records.states import State
from okstra_git.store import layout
from okstra_git.store.cache import CachedFold, load_fold, save_fold
from okstra_git.store.foreign_logs import is_own
from okstra_git.store.log import Head, Problem, find_events_blob
from okstra_git.store.refold import Logs, files_of, find_logs, find_rewound, list_changed, read_files, read_logs, refold
from okstra_git.store.validation import BROKEN, FAR_CLOCK, Criteria, ProblemWriter, add_up, filter_events, find_horizon
from okstra_git.store.writer import look_for_writer

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


def read_events(git: Git, snapshot: Snapshot, task: TaskKey) -> list[Event]:
    """The events of one task that count, from all logs, in their total order; what cannot be read is
    among the snapshot's problems."""
    blob_by_ref = {ref: find_events_blob(git, tip, task.slashed) for ref, tip in snapshot.tips.items()}
    blobs = {ref: blob for ref, blob in blob_by_ref.items() if blob}
    words = ProblemWriter(snapshot.tips, Criteria(snapshot.own))
    files, _ = read_files(git, task, blobs, words)
    return filter_events(task, files, Criteria(snapshot.own, snapshot.horizon)).events
