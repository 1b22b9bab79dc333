"""Whether the documents that a run was prepared from are as they were, and which of a task's are gone."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.last_report import last_brief
from okstra_git.bundle.run_files import Disk
from okstra_git.fs.refusals import NotAFolder, PathRefused
from okstra_git.git.objects import name_of_blob
from okstra_git.names import quote, quote_path
from okstra_git.records.runs import Run
from okstra_git.records.states import Task

Now = Literal["same", "changed", "gone"]
READ_LIMIT = 8 << 20
"""Bytes; nothing of that size is a document."""


class InputState(NamedTuple):
    """A document by what it is to the run: its path, the blob id it had, and how it stands; None = unknown."""

    what: str
    path: str
    blob: str | None
    now: Now | None


def list_sources(disk: Disk, task: Task, run: Run, context: RunContext | None) -> Iterator[InputState]:
    """Brief, plan and carried-in answers, as far as records and context name them."""
    if run.brief is not None:
        yield _seen(disk, "brief", run.brief.path, run.brief.blob)
    if run.plan is not None:
        path = _plan_path(task, run, context)
        yield _seen(disk, "plan", path, run.plan) if path else InputState("plan", "", run.plan, None)
    if context is not None and context.options.clarification_source:
        blob = blob_of(disk, context.paths.clarification)
        yield _seen(disk, "clarification", context.options.clarification_source, blob)


def _plan_path(task: Task, run: Run, context: RunContext | None) -> str:
    """Where the plan with that content stood; empty when no record says so any more."""
    if context is not None and context.plan is not None and context.plan.blob == run.plan:
        return context.plan.path
    return task.plan.path if task.plan is not None and task.plan.blob == run.plan else ""


def _seen(disk: Disk, what: str, path: str, blob: str | None) -> InputState:
    return InputState(what, path, blob, judge_file(disk, path, blob))


def judge_file(disk: Disk, path: str, blob: str | None) -> Now | None:
    """Whether the file still has that content; None when there is nothing to compare with, it cannot be read, or it
    is elsewhere and is not looked at."""
    files = disk.files
    if not files.has_place_for(path):
        return None
    try:
        if files.require_seen(path) is None:
            return "gone"
    except NotAFolder:
        return "gone"
    except PathRefused:
        return None
    current = blob_of(disk, path)
    return None if blob is None or current is None else ("same" if current == blob else "changed")


def blob_of(disk: Disk, path: str) -> str | None:
    """The blob id of a plain file's content; None for what is not a document or cannot be read."""
    try:
        data = disk.files.find_bytes(path, READ_LIMIT)
    except PathRefused:
        return None
    return None if data is None else name_of_blob(data)


def find_missing(disk: Disk, task: Task, *, writer: str) -> tuple[str, str]:
    """The paths of the brief that the next run would begin on and of the approved plan, as far as the files are gone;
    each of these is noted."""
    brief, plan = last_brief(task, writer), task.plan.path if task.plan is not None else ""
    brief = brief if brief and judge_file(disk, brief, None) == "gone" else ""
    plan = plan if plan and judge_file(disk, plan, None) == "gone" else ""
    if brief:
        disk.note(f"the brief {quote_path(brief)} is not here; put it back, or name another one with --brief-path")
    if plan:
        approve = f"git okstra plan approve FILE --task-key {task.key}"
        back = "put it back as it was approved, or approve another"
        disk.note(f"the plan {quote(plan)} is not here; {back}: {approve}")
    return brief, plan
