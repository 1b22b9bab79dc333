"""What changed in the logs since the state was last folded, and those tasks folded anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.git.history import contains
from okstra_git.git.objects import read_blob
from okstra_git.git.repo import Git
from okstra_git.names import CommitId, TaskKey, WriterId
from okstra_git.records.events import Event
from okstra_git.records.states import Task
from okstra_git.store import layout
from okstra_git.store.cache import CachedFold
from okstra_git.store.fold import fold_task
from okstra_git.store.foreign_logs import NO_NAMES, find_ignored, is_ignored, writer_of
from okstra_git.store.log import MOST_BYTES, Head, NotALog, Problem, event_files, find_tips, require_head
from okstra_git.store.validation import Criteria, Defects, ProblemWriter, filter_events


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
