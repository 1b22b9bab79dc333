"""Writes the documents that all runs share, one writer at a time, each from what the last one left."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from okstra_git.bundle.context import RunContext
from okstra_git.bundle.stored_context import pretty_json
from okstra_git.bundle.task_views import (
    KnownRun,
    RunEnd,
    ScheduledStage,
    TaskNow,
    catalogue_entry,
    ended_entry,
    ended_manifest,
    is_catalogue,
    is_manifest,
    parse_document,
    render_schedule,
    render_task_index,
    renewed_manifest,
    task_catalogue,
    task_manifest,
)
from okstra_git.bundle.whole_files import refusing, sweep_files
from okstra_git.faults import fault_point
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_lock
from okstra_git.names import parse_task_key
from okstra_git.paths import ProjectPaths, TaskPaths

_LOCK = ".lock"

MOST_BYTES = 64 << 20
"""Bytes of one document that all runs share."""


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
