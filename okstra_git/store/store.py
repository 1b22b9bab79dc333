"""The one way state is written: read, decide, build, and move the log only if nobody moved it meanwhile.

Several processes, and hooks of git among them, write to one clone's log at the same time. So nobody writes what was
decided on an older state: an append reads the state, lets its caller decide on exactly that, builds the next commit of
the log, and moves the log's ref from the tip that was read to the new commit, which git refuses if anybody moved it
since. Then everything begins again, the decision included.

Example: two agents reserve stage 1 at once. Both read tip A, where nobody has it, and both build a commit on A. The
ref goes from A to B for the first. The second is refused (`LostRace`), reads B, and decides again: there stage 1 is
taken, so `registry.reserve` refuses with the sentence that the person should see. Nothing of it was written but a
commit that no ref names. Without the second decision there would be two reservations of one stage.

The log is the truth, and its ref is the last thing that moves. What comes after, journal, refs and notes, can be made
anew from it: a failure there is a warning, and the next append, or `catch_up`, makes good for it.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.git.config import NOBODY
from okstra_git.git.objects import durable_writes, write_commit
from okstra_git.git.refs import LostRace, RefLocked, RefUpdate, find_ref, swap_refs
from okstra_git.git.repo import Git
from okstra_git.host.locks import hold_lock
from okstra_git.names import CommitId, TaskKey, WriterId, mint_ulid
from okstra_git.records.events import AnyFact, Event
from okstra_git.records.grammar import LARGEST, MAX_NAME
from okstra_git.records.repository_events import AnyRepositoryFact, RepositoryEvent
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.store import layout
from okstra_git.store.clone import find_writer, require_writer
from okstra_git.store.derived import Derived, is_derived, mark_derived, refresh
from okstra_git.store.log import Head, build_tree, describe_batch, lines_by_task, list_without_secrets
from okstra_git.store.private_files import add_batch, last_mark, level_journal, missing_lines
from okstra_git.store.snapshot import DAMAGE, Memory, Snapshot, read_snapshot, refuse_unreadable

DERIVE_PATIENCE = 3.0
"""Seconds; what is derived can be derived again, so nobody waits long for it."""

_T = TypeVar("_T")

Decide = Callable[[Snapshot], Sequence[AnyFact]]
"""Looks at the state and returns the facts to record, or refuses; called again after every lost race."""


@dataclass(frozen=True)
class Decision(Generic[_T]):
    """What was decided on one state: the facts to record, and what the caller has to know of the decision that counted.

    `attach` are files (path -> blob id) that the log's tree gets in the same commit; `moves` are refs that move in the
    same transaction as the log or not at all. Without facts none of them moves.
    """

    facts: Sequence[AnyFact | AnyRepositoryFact]
    result: _T
    attach: Mapping[str, str] = field(default_factory=dict)
    moves: Sequence[RefUpdate] = ()


@dataclass(frozen=True)
class Appended:
    """What an append recorded: the events, in order, the state after them, and a warning about derived refs if any.

    `of_repository` are the events that belong to no task. `taken_out` says how many secrets of each kind were left out
    of the texts.
    """

    events: tuple[Event, ...]
    snapshot: Snapshot
    warning: str = ""
    taken_out: Mapping[str, int] = field(default_factory=dict)
    of_repository: tuple[RepositoryEvent, ...] = ()

    def task_after(self, key: TaskKey) -> Task:
        """The task as it is now; refuses where the log, read again, does not know what was just recorded."""
        task = self.snapshot.state.tasks.get(key)
        if task is None:
            raise _lost(f"task {key}")
        return task

    def run_after(self, key: TaskKey, run: str) -> Run:
        """The run as it is now; refuses as `task_after` does."""
        after = self.task_after(key).runs.get(run)
        if after is None:
            raise _lost(f"run {run}")
        return after


def _lost(what: str) -> OkstraError:
    """What was written is not what is read: the object store gives back another object than the one that was put in."""
    return refuse("log.damaged", f"{what} is not in the log when it is read again", hint="git okstra fsck")


def _leave_locks(_: Git, __: Sequence[str]) -> None:
    """Without a way to look at processes, a lock is left to its owner."""


def _notify_nobody(_: "Appended") -> None:
    """Where nobody keeps views of the state, nobody is notified of what was recorded."""


@dataclass(frozen=True)
class Store:
    """A repository's state for reading and appending.

    `now` is the caller's clock; `unlock` removes the locks of these refs where their owners are proven dead; `notify`
    is called with every append that recorded something.
    """

    git: Git
    now: Callable[[], datetime]
    unlock: Callable[[Git, Sequence[str]], object] = _leave_locks
    patience: float = 10.0
    memory: Memory = field(default_factory=Memory)
    notify: Callable[["Appended"], object] = _notify_nobody

    def require_writer(self) -> WriterId:
        """This clone's id, read once; refuses before `init`."""
        self.memory.writer = self.memory.writer or require_writer(self.git)
        return self.memory.writer

    def read(self) -> Snapshot:
        """The state as of now."""
        return read_snapshot(self.git, self.memory, now=self.now())

    def append(
        self,
        decide: Decide,
        *,
        queued: bool = True,
        attach: Mapping[str, str] | None = None,
    ) -> Appended:
        """Record the facts that `decide` returns: `append_decision` for whoever needs no more than the events.

        `attach` is the decision's.
        """

        def plain(snapshot: Snapshot) -> Decision[None]:
            return Decision(decide(snapshot), None, attach or {})

        return self.append_decision(plain, queued=queued)[0]

    def append_decision(
        self, decide: Callable[[Snapshot], Decision[_T]], *, queued: bool = True
    ) -> tuple[Appended, _T]:
        """Record what `decide` decides, exactly once, whatever other processes do meanwhile; with its result.

        `decide` is called again after every lost race and has to look at nothing but its snapshot and the repository:
        the result is that of the call whose facts were recorded. What it raises ends the append, and nothing is
        recorded. `queued=False` skips the advisory lock and relies on compare-and-set alone. Refuses when the
        repository is read-only or full, when another writer stays in the way (`store.busy`), and where the log is
        damaged (`log.damaged`) or of a newer format (`format.newer`).
        """
        appended, result = self.attempt(lambda: self._append_once(decide), queued=queued)
        if appended.events or appended.of_repository:
            self.notify(appended)
        return appended, result

    def catch_up(self) -> Appended:
        """Record nothing, but derive what an interrupted command left underived."""
        snapshot = self.read()
        if is_derived(self.git, snapshot.marks) or (self.memory.writer or find_writer(self.git)) is None:
            return Appended((), snapshot)
        return self.append(lambda _: ())

    def attempt(self, once: Callable[[], _T], *, queued: bool = True) -> _T:
        """Do `once` under this clone's lock, again after every lost race and every lock that frees itself."""
        self.require_writer()
        with hold_lock(layout.lock_file(self.git.private_dir), wait=self.patience) if queued else nullcontext():
            return self._retry(once, self.patience)

    def _retry(self, once: Callable[[], _T], patience: float) -> _T:
        give_up = time.monotonic() + patience
        pause = 0.001
        while True:
            try:
                return once()
            except (LostRace, RefLocked) as held:
                if time.monotonic() >= give_up:
                    raise _too_busy(held, patience) from held
                if isinstance(held, RefLocked):
                    self.unlock(self.git, [held.facts["ref"]])
            time.sleep(random.uniform(0, pause))
            pause = min(pause * 2, 0.1)

    def _append_once(self, decide: Callable[[Snapshot], Decision[_T]]) -> tuple[Appended, _T]:
        writer = self.require_writer()
        ref = layout.log_ref(writer)
        tip = find_ref(self.git, ref)
        snapshot = self.read()
        self._refuse_damage(snapshot, ref, tip)
        fault_point("log.tip-read")
        taken: Counter[str] = Counter()
        decision = decide(snapshot)
        facts = list_without_secrets(decision.facts, taken)
        if not facts:
            return Appended((), snapshot, self._derive(snapshot, snapshot, ())), decision.result
        _refuse_newer(snapshot)
        events = self._number(facts, snapshot, writer, snapshot.heads.get(ref, Head()))
        head = Head(clock=events[-1].clock, seq=events[-1].seq)
        with durable_writes():
            tree = build_tree(self.git, tip, lines_by_task(events), head, decision.attach)
            fault_point("log.tree-written")
            message, when = describe_batch(events), events[-1].at
            new = write_commit(self.git, tree=tree, parents=[tip] if tip else [], message=message, when=when)
            refuse_unreadable(self.git, ref, new, self.memory)
            fault_point("log.commit-written")
            swap_refs(self.git, [RefUpdate(ref, tip, new), *decision.moves], message="okstra: append")
        fault_point("log.appended")
        unwritten = self._keep_journal(writer, tip, events, new)
        fault_point("journal.written")
        after = self.read()
        warning = unwritten or self._derive(snapshot, after, events)
        of_tasks = tuple(event for event in events if isinstance(event, Event))
        of_none = tuple(event for event in events if isinstance(event, RepositoryEvent))
        return Appended(of_tasks, after, warning, dict(taken), of_none), decision.result

    def _derive(self, before: Snapshot, after: Snapshot, events: Sequence[Event | RepositoryEvent]) -> str:
        """Derive what these events touched, or everything after an interruption; a failure is returned, not raised."""
        if after.is_damaged:
            message = next(problem.message for problem in after.problems if problem.code in DAMAGE)
            return f"refs and notes stay as they are: {message}"
        level = is_derived(self.git, before.marks)
        if level and not events:
            return ""
        try:
            touched = {event.fact.task for event in events if isinstance(event, Event)}
            self.derive(after, touched if level else after.state.tasks)
        except Exception as failed:  # what is derived can be derived again, and the events are on record
            return f"refs or notes could not be brought up to date: {_message_of(failed)}"
        return ""

    def derive(self, snapshot: Snapshot, tasks: Iterable[TaskKey]) -> Derived:
        """Bring refs, notes and watch list of these tasks in line with the fold; the caller holds the clone's lock."""
        wanted, again = sorted(tasks), False

        def once() -> Derived:
            nonlocal again
            current, again = self.read() if again else snapshot, True
            done = refresh(self.git, current.state, wanted, when=self.now(), drop=not current.hides_events)
            mark_derived(self.git, current.marks)
            return done

        return self._retry(once, min(self.patience, DERIVE_PATIENCE))

    def _number(
        self, facts: Sequence[AnyFact | AnyRepositoryFact], snapshot: Snapshot, writer: str, head: Head
    ) -> list[Event | RepositoryEvent]:
        by = (self.git.author or NOBODY).text[:MAX_NAME]
        at = self.now().astimezone(UTC)
        stamp = int(at.timestamp() * 1000)
        clock = snapshot.clock
        events: list[Event | RepositoryEvent] = []
        for step, fact in enumerate(facts, start=1):
            identity: dict[str, Any] = {
                "id": mint_ulid(stamp), "at": at, "clock": min(clock + step, LARGEST), "seq": head.seq + step,
                "writer": writer, "by": by,
            }  # fmt: skip
            is_of_none = isinstance(fact, AnyRepositoryFact)
            events.append(RepositoryEvent(**identity, fact=fact) if is_of_none else Event(**identity, fact=fact))
        return events

    def _keep_journal(
        self, writer: str, tip: CommitId | None, events: Sequence[Event | RepositoryEvent], new: CommitId
    ) -> str:
        """Write the events down a second time; the log is the truth already, so a failure is returned, not raised."""
        path = layout.journal_file(self.git.private_dir, writer)
        try:
            if last_mark(path) != tip:
                level_journal(self.git, writer, new)
            else:
                add_batch(path, events, new)
        except (OkstraError, ValueError) as failed:
            return f"the journal, the second copy of the log, could not be written: {_message_of(failed)}"
        return ""

    def _refuse_damage(self, snapshot: Snapshot, ref: str, tip: CommitId | None) -> None:
        missing = missing_lines(self.git, ref, tip)
        if missing and find_ref(self.git, ref) != tip:
            raise LostRace(f"{ref} moved while its journal was read", ref=ref)
        if (tip is not None and ref not in snapshot.heads) or missing:
            raise refuse(
                "log.damaged",
                f"the log {ref} no longer holds everything this clone wrote; nothing was recorded",
                hint="git okstra fsck --repair",
                ref=ref,
                missing=len(missing),
            )


def _refuse_newer(snapshot: Snapshot) -> None:
    newer = next((problem for problem in snapshot.problems if problem.code == "format.newer"), None)
    if newer is not None:
        raise refuse(
            "format.newer",
            f"{newer.subject} was written by a newer major release, so this clone only reads",
            hint=newer.hint,
            refs=snapshot.newer,
        )


def _message_of(failed: Exception) -> str:
    return failed.message if isinstance(failed, OkstraError) else f"{type(failed).__name__}: {failed}"


def _too_busy(held: OkstraError, waited: float) -> OkstraError:
    return refuse(
        "store.busy",
        f"the log stayed locked by another process for {waited:g} s",
        hint="git okstra doctor",
        **held.facts,
    )
