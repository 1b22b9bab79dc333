"""From the logs' tips to the folded state, doing again only what changed since the last fold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from okstra_git.errors import OkstraError
from okstra_git.git.objects import changed_files, find_blob, find_folder, read_blob, tree_of
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.records.base import MAJOR_FORMAT
from okstra_git.records.codec import decode_events
from okstra_git.records.events import Event
from okstra_git.records.states import State, Task
from okstra_git.state import layout
from okstra_git.state.cache import CachedFold, load_fold, save_fold
from okstra_git.state.fold import fold_task
from okstra_git.state.log import Head, Problem, find_tips, list_event_files, parse_head

DAMAGE = ("ref.torn", "log.unreadable", "log.damaged-file")
"""Codes of problems that hide events."""


@dataclass(frozen=True)
class Snapshot:
    """The state at one moment: folded tasks, the tips they came from, and everything that was wrong on the way."""

    state: State
    tips: Mapping[str, CommitId]
    heads: Mapping[str, Head]
    problems: tuple[Problem, ...] = ()

    @property
    def clock(self) -> int:
        """The highest Lamport clock seen in any log."""
        return max((head.clock for head in self.heads.values()), default=0)

    @property
    def is_damaged(self) -> bool:
        """Whether a log or a part of one could not be read, so that the fold may lack what others rely on."""
        return any(problem.code in DAMAGE for problem in self.problems)

    @property
    def newer(self) -> list[str]:
        """Refs of logs whose major format this release does not know."""
        return [ref for ref, head in self.heads.items() if head.major > MAJOR_FORMAT]


@dataclass
class _Gathering:
    tips: dict[str, CommitId]
    heads: dict[str, Head] = field(default_factory=dict)
    blobs: dict[str, dict[str, str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class Memory:
    """The last fold of this process, so that reading again costs no more than a look at the tips."""

    fold: CachedFold | None = None


def read_snapshot(git: Git, memory: Memory) -> Snapshot:
    """The state as all readable logs tell it; uses and refreshes the cache, never fails on a damaged log."""
    tips, torn = find_tips(git)
    path = layout.cache_file(git.private_dir)
    cached = memory.fold = memory.fold or load_fold(path)
    if cached is not None and dict(cached.tips) == tips and not torn:
        return Snapshot(cached.state, tips, {ref: Head(*head) for ref, head in cached.heads.items()},
                        tuple(_format_problems(cached.heads)))  # fmt: skip
    snapshot, gathered = _read_logs(git, tips, torn, cached)
    if not [problem for problem in snapshot.problems if problem.code != "format.newer"]:
        heads = {ref: (h.major, h.clock, h.seq) for ref, h in snapshot.heads.items()}
        memory.fold = CachedFold(snapshot.tips, heads, gathered.blobs, snapshot.state)
        save_fold(path, memory.fold)
    return snapshot


def refuse_unreadable(git: Git, ref: str, tip: str, memory: Memory) -> None:
    """Refuse (`MissingObject`) a log that nobody could read at this tip, because an older part of it is damaged."""
    _files(git, ref, CommitId(tip), memory.fold)


def read_from_scratch(git: Git) -> Snapshot:
    """The state with every event read again; the cache is neither used nor written."""
    tips, torn = find_tips(git)
    return _read_logs(git, tips, torn, None)[0]


def _read_logs(
    git: Git, tips: dict[str, CommitId], torn: list[Problem], cached: CachedFold | None
) -> tuple[Snapshot, _Gathering]:
    gathered = _gather(git, tips, cached)
    gathered.problems[:0] = torn
    tasks = dict(cached.state.tasks) if cached else {}
    for task in gathered.changed:
        _refold(git, task, gathered, tasks)
    state = State(tasks=dict(sorted(tasks.items())))
    return Snapshot(state, gathered.tips, gathered.heads, tuple(gathered.problems)), gathered


def _gather(git: Git, tips: dict[str, CommitId], cached: CachedFold | None) -> _Gathering:
    """Which event files each log has now, and which tasks that changes against the cached fold."""
    result = _Gathering({})
    for ref, tip in tips.items():
        try:
            files = _files(git, ref, tip, cached)
            head = read_head(git, tip)
        except OkstraError as refusal:
            result.problems.append(_unreadable(ref, refusal.message))
            continue
        if head is None:
            result.problems.append(_unreadable(ref, "it has no readable format entry"))
            continue
        result.tips[ref], result.heads[ref], result.blobs[ref] = tip, head, files
    result.problems += _format_problems({ref: (h.major, h.clock, h.seq) for ref, h in result.heads.items()})
    before = cached.blobs if cached else {}
    for ref in {*before, *result.blobs}:
        old, new = before.get(ref, {}), result.blobs.get(ref, {})
        result.changed |= {task for task, _ in old.items() ^ new.items()}
    return result


def _files(git: Git, ref: str, tip: str, cached: CachedFold | None) -> dict[str, str]:
    """Task -> blob id of its events in this log."""
    changes = _changes_since(git, cached.tips[ref], tip) if cached and ref in cached.tips else None
    if cached is None or changes is None or ref not in cached.blobs:
        return _task_files(list_event_files(git, tip))
    files = dict(cached.blobs[ref])
    for path, blob in changes.items():
        key = layout.task_of_path(layout.TASKS_FOLDER + path)
        if key is not None and blob is not None:
            files[key.slashed] = blob
        elif key is not None:
            files.pop(key.slashed, None)
    return files


def _changes_since(git: Git, before: str, tip: str) -> dict[str, str | None] | None:
    """Event files that changed, by their path in the tasks' folder; None where that cannot be told."""
    try:
        old, new = (find_folder(git, tree_of(git, each), layout.TASKS_FOLDER) for each in (before, tip))
        return changed_files(git, old, new) if old and new else None
    except OkstraError:
        return None


def _task_files(files: Mapping[str, str]) -> dict[str, str]:
    keyed = ((layout.task_of_path(path), blob) for path, blob in files.items())
    return {key.slashed: blob for key, blob in keyed if key is not None}


def read_head(git: Git, tip: str) -> Head | None:
    """The `format` entry of the log at `tip`, None when it is not one."""
    blob = find_blob(git, tree_of(git, tip), layout.FORMAT_ENTRY)
    return parse_head(read_blob(git, blob)) if blob else None


def _refold(git: Git, task: str, gathered: _Gathering, tasks: dict[str, Task]) -> None:
    events: list[Event] = []
    for ref, files in gathered.blobs.items():
        if task not in files:
            continue
        try:
            decoded = decode_events(read_blob(git, files[task]))
        except OkstraError as refusal:
            subject = f"{ref}:{layout.events_path(task)}"
            sentence = f"events of {task.replace('/', ':')} cannot be read from {ref}: {refusal.message}"
            gathered.problems.append(Problem("log.damaged-file", sentence, subject, "git okstra fsck"))
            continue
        events += decoded.events
        if decoded.broken:
            gathered.problems.append(
                Problem(
                    "log.broken-line",
                    f"{len(decoded.broken)} lines of {layout.events_path(task)} in {ref} are "
                    "not events; they are kept and skipped",
                    task,
                    "git okstra fsck",
                )
            )
    if events:
        tasks[task] = fold_task(task, events)
    else:
        tasks.pop(task, None)


def _unreadable(ref: str, why: str) -> Problem:
    return Problem("log.unreadable", f"the log {ref} cannot be read: {why}", ref, "git okstra fsck")


def _format_problems(heads: Mapping[str, tuple[int, int, int]]) -> list[Problem]:
    return [
        Problem(
            "format.newer",
            f"the log {ref} has format {head[0]}, this okstra knows {MAJOR_FORMAT}",
            ref,
            "upgrade git-okstra in this clone; until then nothing is written here",
        )
        for ref, head in heads.items()
        if head[0] > MAJOR_FORMAT
    ]


def read_events(git: Git, tips: Mapping[str, str], task: str) -> list[Event]:
    """All events of one task from all logs, in their total order, each once."""
    path = layout.events_path(task)
    found: dict[str, Event] = {}
    for tip in tips.values():
        blob = find_blob(git, tree_of(git, tip), path)
        if blob:
            found.update({event.id: event for event in decode_events(read_blob(git, blob)).events})
    return sorted(found.values(), key=lambda event: event.order)
