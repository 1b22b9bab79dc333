"""The documents that all runs of a task share: what a run changes in them, written by one writer at a time."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.run_files import refusing, sweep_files
from okstra_git.bundle.stored_context import pretty_json
from okstra_git.faults import fault_point
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_lock
from okstra_git.names import parse_task_key
from okstra_git.paths import ProjectPaths, TaskPaths
from okstra_git.rendering import read_labels, render

SCHEMA = 1
IN_PROGRESS = "in-progress"
DONE = "done"
"""`workStatus`: anything but `done` means that something is left."""

_LOCK = ".lock"

MOST_BYTES = 64 << 20
"""Bytes of one document that all runs share."""


@dataclass(frozen=True)
class ScheduledStage:
    """A stage of the approved plan, and how it stands."""

    number: int
    title: str
    depends_on: tuple[int, ...]
    state: str


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: its status, what its report recommends next (empty = nothing), whether the task is done."""

    status: str
    at: str
    next_phase: str = ""
    is_done: bool = False


@dataclass(frozen=True)
class TaskNow:
    """How a task stands by its record: open or not, its runs, what its last run recommends, and when it was read."""

    is_open: bool
    at: str
    runs: "tuple[KnownRun, ...]" = ()
    next_phase: str = ""


@dataclass(frozen=True)
class KnownRun:
    """How an earlier run of the task stands by now."""

    id: str
    status: str


def run_row(context: RunContext) -> dict[str, Any]:
    """This run in the task manifest's list."""
    run, paths = context.run, context.paths
    return {
        "id": run.id,
        "taskType": run.task_type,
        "seq": run.seq,
        "stage": run.stage,
        "status": "prepared",
        "preparedAt": run.prepared_at,
        "folder": run.folder,
        "instructionSet": paths.instruction_set,
        "manifest": paths.run_manifest,
        "resumeScript": paths.resume_script,
        "report": paths.report,
    }


def task_manifest(context: RunContext, known: Iterable[KnownRun], before: dict[str, Any]) -> dict[str, Any]:
    """The task manifest with this run in it; runs and keys that are there already stay.

    What is recommended next is the latest run's own phase until its report says otherwise, which its end writes.
    """
    statuses = {run.id: run.status for run in known}
    row = run_row(context)
    others = [run_entry for run_entry in _rows(before.get("runs")) if run_entry.get("id") != row["id"]]
    runs = [
        {**run_entry, "status": statuses.get(str(run_entry.get("id")), run_entry.get("status"))} for run_entry in others
    ]
    runs = sorted([*runs, row], key=lambda run_entry: str(run_entry.get("preparedAt")))
    latest = runs[-1]
    task = context.task
    return {
        **before,
        "schema": SCHEMA,
        "taskKey": task.key,
        "title": task.title,
        "category": task.category,
        "tickets": list(task.tickets),
        "workStatus": IN_PROGRESS,
        "nextRecommendedPhase": latest.get("taskType"),
        "recommendedWorkers": [worker.id for worker in context.workers],
        "latestRun": latest,
        "latestResumeCommandPath": latest.get("resumeScript"),
        "updatedAt": latest.get("preparedAt"),
        "runs": runs,
    }


def ended_manifest(context: RunContext, end: RunEnd, before: dict[str, Any]) -> dict[str, Any]:
    """The task manifest after this run has ended; a run that it does not know yet is entered."""
    manifest = before if _knows(context, before) else task_manifest(context, (), before)
    row = {"status": end.status, "endedAt": end.at}
    runs = [
        {**run_entry, **row} if run_entry.get("id") == context.run.id else run_entry
        for run_entry in _rows(manifest["runs"])
    ]
    return {
        **manifest,
        "runs": runs,
        "latestRun": runs[-1],
        "workStatus": DONE if end.is_done else IN_PROGRESS,
        "nextRecommendedPhase": end.next_phase or (None if end.is_done else manifest.get("nextRecommendedPhase")),
        "updatedAt": end.at,
    }


def renewed_manifest(context: RunContext, now: TaskNow, before: dict[str, Any]) -> dict[str, Any]:
    """The task manifest as the record has it now; unchanged when it says so already."""
    task, statuses = context.task, {run.id: run.status for run in now.runs}
    rows = _rows(before.get("runs"))
    runs = [
        {**run_entry, "status": statuses.get(str(run_entry.get("id")), run_entry.get("status"))} for run_entry in rows
    ]
    following = (before.get("nextRecommendedPhase") or now.next_phase) if now.is_open else None
    after = {
        **before,
        "title": task.title,
        "category": task.category,
        "tickets": list(task.tickets),
        "workStatus": IN_PROGRESS if now.is_open else DONE,
        "nextRecommendedPhase": following,
        "runs": runs,
        "latestRun": runs[-1] if runs else before.get("latestRun"),
    }
    return before if after == before else {**after, "updatedAt": now.at}


def ended_entry(context: RunContext, manifest: dict[str, Any]) -> dict[str, Any]:
    """The task's line in the catalogue, as its manifest has it."""
    shared = ("workStatus", "nextRecommendedPhase", "updatedAt")
    return {**catalogue_entry(context), **{name: manifest[name] for name in shared}}


def catalogue_entry(context: RunContext) -> dict[str, Any]:
    """The task as pickers see it."""
    task = context.task
    return {
        "taskKey": task.key,
        "project": task.project,
        "group": task.group,
        "task": task.id,
        "title": task.title,
        "category": task.category,
        "root": task.root,
        "manifest": context.paths.task_manifest,
        "workStatus": IN_PROGRESS,
        "nextRecommendedPhase": context.run.task_type,
        "updatedAt": context.run.prepared_at,
    }


def task_catalogue(entry: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The catalogue with this entry first; others stay in their order, newest first, even those not understood."""
    listed = before.get("tasks")
    others = [
        task_entry
        for task_entry in (listed if isinstance(listed, list) else [])
        if not (isinstance(task_entry, dict) and task_entry.get("taskKey") == entry["taskKey"])
    ]
    return {**before, "schema": SCHEMA, "tasks": [entry, *others]}


def is_manifest(document: object) -> bool:
    """Whether a document can be carried on as a task manifest."""
    return isinstance(document, dict) and isinstance(document.get("runs", []), list)


def is_catalogue(document: object) -> bool:
    """Whether a document can be carried on as a catalogue of tasks."""
    return isinstance(document, dict) and isinstance(document.get("tasks", []), list)


def parse_document(data: bytes) -> object:
    """The JSON in `data`; None when it holds none."""
    try:
        document: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return document


def render_task_index(context: RunContext, manifest: dict[str, Any]) -> str:
    """`task-index.md`: the task and its runs, for people."""
    rows = [{**run_row(context), **row} for row in _rows(manifest["runs"])]
    values = {
        "task": context.task,
        "t": read_labels(context.run.language),
        "work_status": manifest["workStatus"],
        "next_phase": manifest["nextRecommendedPhase"],
        "updated_at": manifest["updatedAt"],
        "runs": rows,
    }
    return render("tasks/task-index.md.j2", values)


def render_schedule(context: RunContext, stages: Iterable[ScheduledStage]) -> str:
    """`schedule.md`: the stages of the approved plan and how they stand, for people."""
    values = {"task": context.task, "t": read_labels(context.run.language), "stages": list(stages)}
    return render("tasks/schedule.md.j2", values)


@dataclass(frozen=True)
class _Shelf:
    """Where one task's shared documents are; `aside` collects broken ones that were kept under other names."""

    files: Root
    context: RunContext
    task: TaskPaths
    catalogue: Path
    aside: list[str] = field(default_factory=list)

    def read(self, path: Path, is_one: Callable[[object], bool]) -> dict[str, Any]:
        """The document, or an empty one."""
        data = self.files.find_bytes(path, MOST_BYTES)
        if data is None:
            return {}
        document = parse_document(data)
        if isinstance(document, dict) and is_one(document):
            return document
        broken = path.with_name(f"{path.name}.broken-{self.context.run.nonce}")
        self.files.rename(path, broken)
        self.aside.append(broken.as_posix())
        return {}

    def write(self, path: Path, data: bytes, point: str) -> None:
        if not self.files.holds(path, data):
            self.files.write(path, data, nonce=self.context.run.nonce)
        fault_point(f"bundle.{point}")

    def write_manifest(self, manifest: dict[str, Any], stages: Iterable[ScheduledStage]) -> None:
        """The manifest and what people read of it."""
        task = self.task
        self.write(task.manifest, pretty_json(manifest), "task-manifest")
        self.write(task.task_index, render_task_index(self.context, manifest).encode(), "task-index")
        self.write(task.schedule, render_schedule(self.context, stages).encode(), "schedule")

    def write_entry(self, entry: dict[str, Any]) -> None:
        """The task's line in the catalogue."""
        before = self.read(self.catalogue, is_catalogue)
        self.write(self.catalogue, pretty_json(task_catalogue(entry, before)), "catalogue")


def announce_run(
    context: RunContext,
    project_root: Path,
    *,
    runs: Iterable[KnownRun] = (),
    stages: Iterable[ScheduledStage] = (),
) -> tuple[str, ...]:
    """Enter a prepared run into its task's documents; the result names broken ones that were set aside."""
    with _shelf(context, project_root) as shelf:
        before = shelf.read(shelf.task.manifest, is_manifest)
        shelf.write_manifest(task_manifest(context, runs, before), stages)
        shelf.write_entry(catalogue_entry(context))
    return tuple(shelf.aside)


def conclude_run(
    context: RunContext,
    end: RunEnd,
    project_root: Path,
    *,
    stages: Iterable[ScheduledStage] = (),
) -> tuple[str, ...]:
    """Enter how a run ended, and what its report recommends; otherwise as `announce_run`."""
    with _shelf(context, project_root) as shelf:
        before = shelf.read(shelf.task.manifest, is_manifest)
        manifest = ended_manifest(context, end, before)
        shelf.write_manifest(manifest, stages)
        shelf.write_entry(ended_entry(context, manifest))
    return tuple(shelf.aside)


def renew_task(
    context: RunContext,
    now: TaskNow,
    project_root: Path,
    *,
    stages: Iterable[ScheduledStage] = (),
) -> tuple[str, ...]:
    """Enter how a task stands by now, when something else than the end of a run has changed it; otherwise as
    `announce_run`. What says so already is not written."""
    with _shelf(context, project_root) as shelf:
        before = shelf.read(shelf.task.manifest, is_manifest)
        manifest = renewed_manifest(context, now, before)
        shelf.write_manifest(manifest, stages)
        if manifest != before:
            shelf.write_entry(ended_entry(context, manifest))
    return tuple(shelf.aside)


def _rows(listed: object) -> list[dict[str, Any]]:
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _knows(context: RunContext, manifest: dict[str, Any]) -> bool:
    return any(run_entry.get("id") == context.run.id for run_entry in _rows(manifest.get("runs")))


@contextmanager
def _shelf(context: RunContext, project_root: Path) -> Iterator[_Shelf]:
    project = ProjectPaths(project_root)
    task, catalogue = project.task(parse_task_key(context.task.key)), project.task_catalogue
    shelf = _Shelf(Root(project_root), context, task, catalogue)
    with refusing():
        shelf.files.make_folder(catalogue.parent)
        with hold_lock(catalogue.parent / _LOCK):
            # the holder of the lock is the only writer, so these are left by dead processes
            sweep_files(shelf.files, (task.manifest, task.task_index, task.schedule, catalogue))
            yield shelf
