"""Checks that refs, notes, keeps and the watch list equal the fold."""

from collections.abc import Iterator
from datetime import datetime

from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.git.git_directory import read_own
from okstra_git.git.history import find_commit, independent
from okstra_git.git.refs import find_ref, is_torn, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.health.findings import HealthFinding
from okstra_git.health.stored import REPAIR
from okstra_git.records.events import Event, StageDone, StageMoved
from okstra_git.store import layout
from okstra_git.store.derived import crooked_notes, is_derived, keep_time, render_watch, wanted_keeps, wanted_refs
from okstra_git.store.snapshot import Snapshot, read_events
from okstra_git.wording import widen

SHORT = 12


HIDDEN = "it may be explained by a log that cannot be read; git okstra log ignore leaves that one out"


def check_refs(git: Git, snapshot: Snapshot) -> Iterator[HealthFinding]:
    """Stage and anchor refs against the fold, and torn refs in all of refs/okstra/ and in the notes."""
    wanted = {name: oid for task in snapshot.state.tasks.values() for name, oid in wanted_refs(task).items()}
    present = set(list_ref_names(git, layout.ROOT))
    kinds = (*layout.PER_TASK, layout.ANCHORS)
    for name in sorted({*wanted, *(name for name in present if name.startswith(kinds))}):
        if not is_torn(git, name):
            yield from _compare(git, snapshot, name, wanted.get(name))
    logs = (layout.LOGS, layout.REMOTE_LOGS)
    for name in sorted({*present, layout.NOTES}):
        if not name.startswith(logs) and is_torn(git, name):
            ours = name.startswith((*kinds, layout.KEEPS, layout.NOTES))
            hint = REPAIR if ours else "git okstra does not know this ref; restore it where it comes from"
            if name.startswith(layout.SNAPSHOTS):
                subject = widen("okstra: snapshot")
                hint = f"git fsck --lost-found lists commits; a snapshot's subject begins with {word(subject)}"
            yield HealthFinding("ref.torn", "error", name, f"{name} is damaged", hint, repairable=ours)


def _compare(git: Git, snapshot: Snapshot, name: str, wanted: str | None) -> Iterator[HealthFinding]:
    current = find_ref(git, name)
    if wanted == current or (wanted is not None and find_commit(git, wanted) is None):
        return  # a commit that is not here can have no ref; check_commits speaks of it
    if wanted is None and not any(f"/{task.slashed}" in name for task in snapshot.state.tasks):
        message = f"{name} names a task that is in no log; it may be the last trace of it"
        yield HealthFinding("ref.unknown-task", "warning", name, message, "fetch the log of the clone that recorded it")
        return
    if current is None:
        code, message = "ref.missing", f"{name} is missing; the log says {str(wanted)[:SHORT]}"
    elif wanted is None and snapshot.hides_events:
        yield HealthFinding("ref.extra", "info", name, f"{name} belongs to no record that can be read", HIDDEN)
        return
    elif wanted is None:
        code, message = "ref.extra", f"{name} belongs to no record"
    else:
        code, message = "ref.differs", f"{name} is at {current[:SHORT]}, the log says {wanted[:SHORT]}"
    yield HealthFinding(code, "warning", name, message, REPAIR, repairable=True)


def check_commits(git: Git, snapshot: Snapshot, writer: str | None) -> Iterator[HealthFinding]:
    """Recorded commits that are not in this repository: lost, cut off by a shallow clone, or never fetched."""
    for task in snapshot.state.tasks.values():
        key = str(task.key)
        gone = {number: s.range.head for number, s in task.stages.items() if s.range and _is_gone(git, s.range.head)}
        events = read_events(git, snapshot, task.key) if gone else []
        for number, head in gone.items():
            named = f"the commit {head[:SHORT]} of stage {number} of {key} is not in this repository"
            yield _gone(git, f"{key} stage {number}", named, key, is_ours=_recorder(events, number) == writer)
        if task.anchor is not None and _is_gone(git, task.anchor.range.head):
            named = f"the anchor {task.anchor.range.head[:SHORT]} of {key} is not in this repository"
            yield _gone(git, f"{key} anchor", named, key, is_ours=False)


def _is_gone(git: Git, oid: str) -> bool:
    return find_commit(git, oid) is None


def _gone(git: Git, subject: str, named: str, key: str, *, is_ours: bool) -> HealthFinding:
    if git.is_shallow:
        message = f"{named}: this clone is shallow"
        return HealthFinding("commit.shallow", "info", subject, message, "git fetch --unshallow")
    if not is_ours:
        return HealthFinding(
            "commit.not-fetched", "info", subject, f"{named}: another clone recorded it", "git fetch --all"
        )
    return HealthFinding("commit.missing", "error", subject, named, f"git okstra reconcile --task-key {key} --check")


def _recorder(events: list[Event], number: int) -> str | None:
    """Who recorded the stage's commit last."""
    writers = [e.writer for e in events if isinstance(e.fact, StageDone | StageMoved) and e.fact.stage == number]
    return writers[-1] if writers else None


def check_notes(git: Git, snapshot: Snapshot) -> Iterator[HealthFinding]:
    """okstra's lines in refs/notes/okstra against the fold; lines of others are left alone."""
    if is_torn(git, layout.NOTES):
        return
    try:
        crooked = crooked_notes(git, snapshot.state)
    except OkstraError as refusal:
        message = f"{layout.NOTES} cannot be read in full: {refusal.message}"
        yield HealthFinding(
            "note.unreadable", "error", layout.NOTES, message, "git fsck; notes of others may be in there"
        )
        return
    for commit, keys in sorted(crooked.items()):
        tasks = ", ".join(str(key) for key in sorted(keys))
        message = f"the note on {commit[:SHORT]} does not say what the log says of {tasks}"
        if snapshot.hides_events:
            yield HealthFinding("note.differs", "info", commit, message, HIDDEN)
        else:
            yield HealthFinding("note.differs", "warning", commit, message, REPAIR, repairable=True)


def check_keeps(git: Git, snapshot: Snapshot, *, now: datetime) -> Iterator[HealthFinding]:
    """Keep refs: those the fold wants, and those that are covered by another or older than okstra.keepDays."""
    oldest = now - keep_time(git)
    names = [name for name in list_ref_names(git, layout.KEEPS) if not is_torn(git, name)]
    kept = {name.removeprefix(layout.KEEPS) for name in names if find_ref(git, name) == name[len(layout.KEEPS) :]}
    wanted = independent(git, wanted_keeps(snapshot.state.tasks.values(), since=oldest))
    needed = set(independent(git, sorted(kept | set(wanted))))
    for oid in sorted(needed - kept):
        message = f"the commit {oid[:SHORT]} from before a rewrite is not kept"
        yield HealthFinding("keep.missing", "warning", layout.keep_ref(oid), message, REPAIR, repairable=True)
    left = _last_left(git, snapshot) if names else {}
    for name in names:
        oid = name.removeprefix(layout.KEEPS)
        yield from _judge_keep(name, left.get(oid), oldest, is_true=oid in kept, is_needed=oid in needed)


def _judge_keep(
    name: str, left: datetime | None, oldest: datetime, *, is_true: bool, is_needed: bool
) -> Iterator[HealthFinding]:
    if left is None:
        yield HealthFinding("keep.unknown", "info", name, f"{name} keeps a commit that no record ever left")
    elif not is_true and not is_needed:
        yield HealthFinding(
            "keep.void", "info", name, f"{name} points elsewhere and its own commit is gone", REPAIR, repairable=True
        )
    elif is_true and not is_needed:
        yield HealthFinding(
            "keep.covered", "info", name, f"{name} is contained in another kept commit", REPAIR, repairable=True
        )
    elif left < oldest:
        message = f"{name} was left on {left:%Y-%m-%d}, longer ago than okstra.keepDays"
        yield HealthFinding("keep.expired", "info", name, message, REPAIR, repairable=True)


def _last_left(git: Git, snapshot: Snapshot) -> dict[str, datetime]:
    """Commit -> when a record last moved away from it."""
    left: dict[str, datetime] = {}
    for task in snapshot.state.tasks:
        for event in read_events(git, snapshot, task):
            if isinstance(event.fact, StageMoved):
                left[event.fact.old] = max(event.at, left.get(event.fact.old, event.at))
    return left


def check_marks(git: Git, snapshot: Snapshot) -> Iterator[HealthFinding]:
    """Private files that follow the fold: the mark of what was derived, and the hooks' watch list."""
    if not is_derived(git, snapshot.marks):
        message = "refs and notes were last derived from other logs: a fetch, or an interrupted command"
        yield HealthFinding(
            "derived.stale", "info", layout.derived_file(git.private_dir).name, message, REPAIR, repairable=True
        )
    watch = layout.watch_file(git.private_dir)
    lines = set((read_own(watch) or b"").splitlines())
    missing = {line for line in render_watch(git, snapshot.state).splitlines() if line.startswith(b"c ")} - lines
    if missing:
        message = f"the hooks do not watch {len(missing)} recorded commits"
        yield HealthFinding("watch.stale", "warning", watch.name, message, REPAIR, repairable=True)
