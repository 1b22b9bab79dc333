"""The documents that a run was prepared from, and whether they still are what they were."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.git.objects import name_of_blob
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.context import RunContext
from okstra_git.runs.left_files import Disk, size_of

Now = Literal["same", "changed", "gone"]
READ_LIMIT = 8 << 20
"""Bytes; nothing of that size is a document."""


class SourceSeen(NamedTuple):
    """A document by what it is to the run: its path, the blob id it had, and how it stands; None = nobody can tell."""

    what: str
    path: str
    blob: str | None
    now: Now | None


def list_sources(disk: Disk, task: Task, run: Run, context: RunContext | None) -> Iterator[SourceSeen]:
    """Brief, plan and carried-in answers, as far as records and context name them."""
    if run.brief is not None:
        yield _seen(disk, "brief", run.brief.path, run.brief.blob)
    if run.plan is not None:
        path = _plan_path(task, run, context)
        yield _seen(disk, "plan", path, run.plan) if path else SourceSeen("plan", "", run.plan, None)
    if context is not None and context.options.clarification_source:
        copy = disk.place(context.paths.clarification)
        blob = blob_of(copy) if copy else None
        yield _seen(disk, "clarification", context.options.clarification_source, blob)


def _plan_path(task: Task, run: Run, context: RunContext | None) -> str:
    """Where the plan with that content stood; empty when no record says so any more."""
    if context is not None and context.plan is not None and context.plan.blob == run.plan:
        return context.plan.path
    return task.plan.path if task.plan is not None and task.plan.blob == run.plan else ""


def _seen(disk: Disk, what: str, path: str, blob: str | None) -> SourceSeen:
    return SourceSeen(what, path, blob, judge_file(disk.root / path, blob) if "\0" not in path else None)


def judge_file(path: Path, blob: str | None) -> Now | None:
    """Whether the file still has that content; None when there is nothing to compare with, or it cannot be read."""
    try:
        if not path.exists():
            return "gone"
    except OSError:
        return None
    found = blob_of(path)
    return None if blob is None or found is None else ("same" if found == blob else "changed")


def blob_of(path: Path) -> str | None:
    """The blob id of a plain file's content; None for what is no document or cannot be read."""
    size = size_of(path)
    if size is None or size > READ_LIMIT:
        return None
    try:
        return name_of_blob(path.read_bytes())
    except OSError:
        return None
