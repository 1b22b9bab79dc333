"""What a run is prepared from: its documents, whether they are still as they were, and the last report of its task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from okstra_git.bundle.context import BriefPart, GroupPart, PlanPart, RunContext, StageRow
from okstra_git.bundle.run_files import Disk
from okstra_git.fs.refusals import NotAFolder, PathRefused
from okstra_git.git.objects import name_of_blob
from okstra_git.names import quote, quote_path
from okstra_git.records.runs import Run
from okstra_git.records.states import Task

if TYPE_CHECKING:
    from okstra_git.bundle.task_documents import KnownRun, ScheduledStage

LOOKED_THROUGH = 20
"""Runs, the newest ones, that are asked for a report."""

Now = Literal["same", "changed", "gone"]
READ_LIMIT = 8 << 20
"""Bytes; nothing of that size is a document."""


@dataclass(frozen=True)
class SourceText:
    """A document that the run's readers may need in full; `title` says what it is, `path` where it stands."""

    title: str
    path: str
    text: str


@dataclass(frozen=True)
class PromptDocuments:
    """Everything that a bundle is made of besides the request; None and empty for what there is not.

    `brief` and `plan` are what the context says of the documents whose texts are `brief_text` and `plan_text`,
    `clarification` and `pr_template` the paths of files that were named. `clarification_data` is copied byte for byte.
    `others` is whatever else is worth having at hand, `conformance` the task's manifest. `stages` and `group` are the
    stages that a run about the task looks at; `runs` and `schedule` say how the task stands.
    """

    brief: BriefPart | None = None
    brief_text: str | None = None
    plan: PlanPart | None = None
    plan_text: str | None = None
    qa_commands: Mapping[str, str] | None = None
    clarification: str = ""
    clarification_data: bytes | None = None
    pr_template: str = ""
    others: tuple[SourceText, ...] = ()
    conformance: str | None = None
    stages: tuple[StageRow, ...] = ()
    group: GroupPart | None = None
    runs: tuple[KnownRun, ...] = ()
    schedule: tuple[ScheduledStage, ...] = ()


class Reported(NamedTuple):
    """A run with the report that it recorded, or that stands where its own belongs; `is_here` says whether it does."""

    run: Run
    report: str
    is_here: bool


def find_last_report(disk: Disk, task: Task, *, task_type: str | None = None) -> Reported | None:
    """The report of the run that ended last, of this task type where one is named; it may be recorded and not here.

    A run that has not ended counts by when its report was last changed.
    """
    named = [run for run in task.runs.values() if task_type in (None, run.task_type)]
    newest = sorted(named, key=_touched, reverse=True)[:LOOKED_THROUGH]
    by_moment = [(_moment(disk, reported), reported) for reported in _reported(disk, newest)]
    return max(by_moment, key=lambda pair: (pair[0], pair[1].run.id))[1] if by_moment else None


def last_brief(task: Task, writer: str) -> str:
    """The path of the brief that the last run of this clone had, as it was recorded; empty where none had one.

    Another clone's path would mean another file here. "Last" is by when a run was claimed, since ids may be wrong.
    """
    own = [run for run in task.runs.values() if run.brief is not None and run.writer == writer]
    newest = max(own, key=lambda run: (run.claimed.timestamp() if run.claimed else 0.0, run.id), default=None)
    return newest.brief.path if newest is not None and newest.brief is not None else ""


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


def _touched(run: Run) -> tuple[float, str]:
    last = run.ended or run.touched
    return last.timestamp() if last else 0.0, run.id


def _reported(disk: Disk, runs: list[Run]) -> Iterator[Reported]:
    for run in runs:
        context = disk.context(run) if not run.report else None
        report = run.report or (context.paths.report if context is not None else "")
        is_here = bool(report) and disk.see(report).bytes is not None
        if is_here or run.report:
            yield Reported(run, report, is_here)


def _moment(disk: Disk, reported: Reported) -> float:
    ended = reported.run.ended
    return ended.timestamp() if ended is not None else disk.changed(reported.report) or 0.0


def _plan_path(task: Task, run: Run, context: RunContext | None) -> str:
    """Where the plan with that content stood; empty when no record says so any more."""
    if context is not None and context.plan is not None and context.plan.blob == run.plan:
        return context.plan.path
    return task.plan.path if task.plan is not None and task.plan.blob == run.plan else ""


def _seen(disk: Disk, what: str, path: str, blob: str | None) -> InputState:
    return InputState(what, path, blob, judge_file(disk, path, blob))
