"""Folds one task anew from the logs that have events of it, each log by itself where one of them makes that fail."""

from collections.abc import Mapping, Sequence

from okstra_git.errors import OkstraError
from okstra_git.git.objects import read_blob
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey
from okstra_git.records.events import Event
from okstra_git.records.states import Task
from okstra_git.state import layout
from okstra_git.state.event_files import MOST_BYTES
from okstra_git.state.fold import fold_task
from okstra_git.state.gathering import Gathering
from okstra_git.state.heeding import writer_of
from okstra_git.state.log import Problem
from okstra_git.state.oddities import Wording
from okstra_git.state.sifting import Odd, Sieve, sift


def refold(
    git: Git,
    task: TaskKey,
    gathered: Gathering,
    sieve: Sieve,
    words: Wording,
    tasks: dict[TaskKey, Task],
    notes: dict[str, dict[str, Odd]],
) -> None:
    """Put the task as the logs have it now into `tasks`, and what was odd about its events into `notes`."""
    name = task.slashed
    blobs = {ref: files[name] for ref, files in gathered.blobs.items() if name in files}
    files, problems = read_files(git, task, blobs, words)
    gathered.problems += problems
    sifted = sift(task, files, sieve)
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
    task: TaskKey, events: Sequence[Event], refs: Mapping[str, str], words: Wording
) -> tuple[Task, list[Problem]]:
    """The task without the logs whose events make the fold fail, this clone's own log tried first."""
    own = writer_of(words.sieve.own)
    kept: list[Event] = []
    problems: list[Problem] = []
    for writer in sorted({event.writer for event in events}, key=lambda one: (one != own, one)):
        more = [*kept, *(event for event in events if event.writer == writer)]
        try:
            fold_task(task, more)
            kept = more
        except Exception as error:  # whatever it is, it is told with the log that it comes from
            problems.append(words.unfolded(refs[writer], task, f"{type(error).__name__}: {error}"))
    return fold_task(task, kept), problems


def read_files(
    git: Git, task: TaskKey, blobs: Mapping[str, str], words: Wording
) -> tuple[list[tuple[str, bytes]], list[Problem]]:
    """The bytes of a task's events by ref, copies of one writer's log only once, and what could not be read."""
    files: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    copies: set[tuple[str, str]] = set()
    for ref, blob in blobs.items():
        if (writer_of(ref), blob) in copies:
            continue
        copies.add((writer_of(ref), blob))
        try:
            files.append((ref, read_blob(git, blob, limit=MOST_BYTES)))
        except OkstraError as refusal:
            problems.append(words.damaged_file(ref, layout.events_path(task.slashed), task, refusal.message))
    return files, problems
