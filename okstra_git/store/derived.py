"""Refs, notes and the hooks' watch list, derived from the fold: rebuilt at will, never the truth."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from okstra_git.digest import fingerprint_of
from okstra_git.errors import OkstraError
from okstra_git.faults import fault_point
from okstra_git.git.git_directory import read_own, replace_own
from okstra_git.git.history import find_commit, independent
from okstra_git.git.notes import Edit, edit_notes, list_notes
from okstra_git.git.objects import read_blob
from okstra_git.git.refs import (
    LostRace,
    RefLocked,
    RefUpdate,
    TornRef,
    WriteFailed,
    find_quietly,
    find_ref,
    is_torn,
    list_ref_names,
    swap_refs,
)
from okstra_git.git.repo import Git
from okstra_git.git.settings import Settings, read_settings
from okstra_git.names import CommitId, TaskKey, find_task_key
from okstra_git.records.states import Stage, State, Task
from okstra_git.store import layout
from okstra_git.wording import widen

BATCH = 500
MARK_BYTES = 1024
NOTES_MESSAGE = widen("okstra: notes follow the log\n")


@dataclass(frozen=True)
class Derived:
    """What a refresh changed: numbers of refs and notes."""

    refs: int = 0
    notes: int = 0


def wanted_refs(task: Task) -> dict[str, str]:
    """Stage, group and anchor refs as the fold has them; of stages put together the commit while it has a place."""
    refs: dict[str, str] = {layout.stage_ref(task.key, s.number): s.range.head for s in task.stages.values() if s.range}
    refs |= {layout.group_ref(task.key, group.id): group.range.head for group in task.groups.values()}
    for run in task.runs.values():
        place = task.places.get(f"verification-{run.seq}") if run.assembled is not None else None
        if run.assembled is not None and place is not None and place.status == "active":
            refs[layout.verification_ref(task.key, run.id)] = run.assembled.commit
    if task.anchor is not None:
        refs[layout.anchor_ref(task.key)] = task.anchor.range.head
    return refs


def refresh(git: Git, state: State, tasks: Iterable[TaskKey], *, when: datetime, drop: bool = True) -> Derived:
    """Bring refs, keeps, notes and watch list of these tasks in line with the fold.

    Each of them is tried, whatever becomes of the others; the first failure is raised at the end. Without `drop` no ref
    is deleted: a log that cannot be read may explain it.
    """
    chosen = [state.tasks[key] for key in tasks if key in state.tasks]
    steps: tuple[tuple[str, Callable[[], int | None]], ...] = (
        ("kept", lambda: _keep_old_commits(git, chosen, when)),
        ("refs", lambda: _refresh_refs(git, chosen, drop=drop)),
        ("notes", lambda: _refresh_notes(git, chosen, when)),
        ("watch", lambda: write_watch(git, state)),
    )
    done: dict[str, int] = {}
    failed: Exception | None = None
    for name, step in steps:
        try:
            done[name] = step() or 0
        except (LostRace, RefLocked):
            raise
        except Exception as error:  # one bad record must not keep the rest from being derived
            failed = failed or error
        fault_point(f"views.{name}")
    if failed is not None:
        raise failed
    return Derived(done["refs"], done["notes"])


def is_derived(git: Git, tips: Mapping[str, str]) -> bool:
    """Whether refs and notes were brought in line with exactly these log tips (`Snapshot.marks`)."""
    mark = read_own(layout.derived_file(git.private_dir), MARK_BYTES)
    return not tips if mark is None else mark == _mark(tips)


def mark_derived(git: Git, tips: Mapping[str, str]) -> None:
    """Remember that refs and notes are in line with these log tips."""
    replace_own(layout.derived_file(git.private_dir), _mark(tips))


def _mark(tips: Mapping[str, str]) -> bytes:
    return fingerprint_of(dict(tips)).encode() + b"\n"


def _refresh_refs(git: Git, tasks: Iterable[Task], *, drop: bool) -> int:
    updates: list[RefUpdate] = []
    for task in tasks:
        wanted = wanted_refs(task)
        key = task.key.slashed
        existing = list_ref_names(git, *(f"{kind}{key}/" for kind in layout.PER_TASK))
        for name in {*wanted, *existing} if drop else wanted:
            updates += _difference(git, name, wanted.get(name))
    for start in range(0, len(updates), BATCH):
        _swap(git, updates[start : start + BATCH], "okstra: derived")
    return len(updates)


def _swap(git: Git, updates: Sequence[RefUpdate], message: str) -> None:
    """All updates at once; where git refuses that, one by one, so that a bad one costs no other, then the refusal."""
    try:
        swap_refs(git, updates, message=message)
    except (LostRace, RefLocked):
        raise
    except Exception as refused:
        if len(updates) == 1:
            raise
        for update in updates:
            with suppress(WriteFailed, ValueError):
                swap_refs(git, [update], message=message)
        raise refused from None


def _difference(git: Git, name: str, wanted: str | None) -> list[RefUpdate]:
    """The update that brings one derived ref in line; a torn ref is left for fsck, a missing commit gets no ref."""
    try:
        tip = find_ref(git, name)
    except TornRef:
        return []
    if tip == wanted or (wanted is not None and find_commit(git, wanted) is None):
        return []
    return [RefUpdate(name, tip, CommitId(wanted) if wanted else None)]


def _keep_old_commits(git: Git, tasks: Iterable[Task], when: datetime) -> None:
    """Commits from before a rewrite stay alive through keep refs: only those that no other kept one contains."""
    old = wanted_keeps(tasks, since=when - keep_time(git))
    missing = [oid for oid in independent(git, old) if _is_absent(git, layout.keep_ref(oid))]
    for start in range(0, len(missing), BATCH):
        chunk = missing[start : start + BATCH]
        _swap(git, [RefUpdate(layout.keep_ref(oid), None, CommitId(oid)) for oid in chunk], "okstra: keep")


def wanted_keeps(tasks: Iterable[Task], *, since: datetime) -> list[str]:
    """The last commit each stage was known by before it moved, unless that is longer ago."""
    last = [trail for task in tasks for stage in task.stages.values() for trail in stage.trail[-1:]]
    return [trail.range.head for trail in last if trail.at is None or trail.at >= since]


def keep_time(git: Git) -> timedelta:
    """How long okstra.keepDays says that old commits are kept; its default where it says nothing sensible."""
    try:
        return timedelta(days=read_settings(git).keep_days)
    except OkstraError:
        return timedelta(days=Settings.keep_days.default)


def _is_absent(git: Git, name: str) -> bool:
    return not is_torn(git, name) and find_ref(git, name) is None


def note_lines(task: Task) -> dict[str, list[str]]:
    """Commit -> one JSON line per fact that is recorded of it now."""
    lines: dict[str, list[str]] = {}
    for stage in task.stages.values():
        if stage.range is not None:
            fact = {"okstra": 1, "task": str(task.key), "stage": stage.number, "status": stage.status}
            details = {"verified": _verified(stage), "pr": stage.pr, "title": stage.title}
            line = fact | {name: value for name, value in details.items() if value}
            lines.setdefault(stage.range.head, []).append(json.dumps(line, ensure_ascii=False))
    return lines


def _verified(stage: Stage) -> str:
    """Whether the verification on record stands for this commit: `here`, `carried`, `stale`, or nothing."""
    verified = stage.verified
    if verified is None or stage.range is None:
        return ""
    if not stage.is_verified:
        return "stale"
    return "here" if verified.commit == stage.range.head else "carried"


def crooked_notes(git: Git, state: State) -> dict[str, set[TaskKey]]:
    """Commit -> tasks whose lines in its note are not what the fold says; lines of tasks we do not know do not count.

    `notes.rewriteRef` of a user copies notes to commits that no record stands on.
    """
    wanted: dict[str, dict[TaskKey, list[str]]] = {}
    for task in state.tasks.values():
        for commit, lines in note_lines(task).items():
            wanted.setdefault(commit, {})[task.key] = lines
    notes = {commit: _own_lines(read_blob(git, blob), state) for commit, blob in list_notes(git, layout.NOTES)}
    crooked: dict[str, set[TaskKey]] = {}
    for commit in {*wanted, *notes}:
        here, due = notes.get(commit, {}), wanted.get(commit, {})
        wrong = {key for key in {*here, *due} if here.get(key, []) != due.get(key, [])}
        if wrong:
            crooked[commit] = wrong
    return crooked


def straighten_notes(git: Git, state: State, crooked: Mapping[str, Iterable[TaskKey]], *, when: datetime) -> int:
    """Make these tasks' lines in the notes of these commits what the fold says; other lines stay byte for byte."""
    edits = {
        commit: _edit({str(key): note_lines(state.tasks[key]).get(commit, []) for key in keys if key in state.tasks})
        for commit, keys in crooked.items()
    }
    return edit_notes(git, layout.NOTES, edits, message=NOTES_MESSAGE, when=when)


def _own_lines(note: bytes, state: State) -> dict[TaskKey, list[str]]:
    lines: dict[TaskKey, list[str]] = {}
    for line in note.split(b"\n"):
        key = find_task_key(task_of_line(line) or "")
        if key is not None and key in state.tasks:
            lines.setdefault(key, []).append(line.decode(errors="surrogateescape"))
    return lines


def _refresh_notes(git: Git, tasks: Iterable[Task], when: datetime) -> int:
    wanted: dict[str, dict[str, list[str]]] = {}
    for task in tasks:
        here = note_lines(task)
        former = [trail.range.head for stage in task.stages.values() for trail in stage.trail]
        for commit in {*here, *former}:
            wanted.setdefault(commit, {})[str(task.key)] = here.get(commit, [])
    edits = {commit: _edit(by_task) for commit, by_task in wanted.items()}
    return edit_notes(git, layout.NOTES, edits, message=NOTES_MESSAGE, when=when)


def _edit(by_task: Mapping[str, list[str]]) -> Edit:
    """Replaces the lines of these tasks and leaves every other line, okstra's or not, as it is."""

    def edit(before: bytes) -> bytes:
        kept = [line for line in before.split(b"\n") if line and task_of_line(line) not in by_task]
        fresh = [line.encode() for lines in by_task.values() for line in lines]
        return b"\n".join([*kept, *fresh]) + b"\n" if kept or fresh else b""

    return edit


def task_of_line(line: bytes) -> str | None:
    """The task that a note line of okstra's is about, None for anything else."""
    try:
        fact = json.loads(line)
    except (ValueError, RecursionError):
        return None
    task = fact.get("task") if isinstance(fact, dict) and fact.get("okstra") == 1 else None
    return task if isinstance(task, str) else None


def write_watch(git: Git, state: State) -> bool:
    """Write the hooks' list anew; False when the file system refuses."""
    return replace_own(layout.watch_file(git.private_dir), render_watch(git, state))


def render_watch(git: Git, state: State) -> bytes:
    """The hooks' list: `c <commit>` for what is recorded, `b <ref> <tip>` for branches as they are now."""
    commits: dict[str, None] = {}
    branches: dict[str, None] = {}
    for task in state.tasks.values():
        if not task.is_open:
            continue
        if task.anchor is not None:
            commits[task.anchor.range.head] = None
        for stage in task.stages.values():
            if stage.range is not None:
                commits[stage.range.head] = None
                branches[f"refs/heads/{stage.branch}"] = None
    lines = [f"c {oid}" for oid in commits]
    lines += [f"b {name} {tip}" for name in branches if (tip := find_quietly(git, name))]
    return ("\n".join(lines) + "\n").encode()
