"""Everything about one run: its record, its team, its documents, what it left, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.bundle.archive import find_archive
from okstra_git.bundle.inputs import list_sources
from okstra_git.bundle.manifests import find_for_run, read_team_status
from okstra_git.bundle.run_files import list_prompts, list_results
from okstra_git.errors import OkstraError
from okstra_git.git.refs import find_quietly
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.inspect.inspection import Inspection
from okstra_git.runs.history import require_run, timeline
from okstra_git.snapshots.take import list_snapshots, worktree_of
from okstra_git.store.layout import ARCHIVE_INDEX
from okstra_git.store.snapshot import read_events

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.bundle.inputs import InputState
    from okstra_git.bundle.manifests import TeamStatus
    from okstra_git.bundle.run_files import Prompt, Result, RunFile
    from okstra_git.host.process_facts import Liveness
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.history import TimelineEntry
    from okstra_git.snapshots.take import WorktreeSnapshot


@dataclass(frozen=True)
class Ground:
    """Where a run changes code; `is_there` and `has_branch` say what of it is on this machine."""

    worktree: str | None
    is_there: bool
    branch: str | None
    has_branch: bool
    base: str | None
    base_ref: str | None


@dataclass(frozen=True)
class RunLook:
    """One run, its team and what it has left. `files` maps what a file is to where it should be."""

    run: Run
    life: Liveness | None
    is_here: bool
    team: TeamStatus
    sources: list[InputState]
    files: Mapping[str, RunFile | None]
    prompts: list[Prompt]
    results: list[Result]
    ground: Ground | None


@dataclass(frozen=True)
class RunSeen(RunLook):
    """A run with all that the log and its task say about it; `archived` counts files in the log."""

    task: Task
    snapshots: list[WorktreeSnapshot]
    archived: int | None
    events: list[TimelineEntry]
    others: list[Run]
    writer: str | None
    notes: tuple[str, ...]


def inspect_run(workspace: Workspace, run_id: str) -> RunSeen:
    """The run that is meant, whole; refuses what names none, or several."""
    inspection = Inspection(workspace)
    return _see_run(inspection, *require_run(inspection.snapshot.state, run_id))


def _see_run(inspection: Inspection, task: Task, run: Run) -> RunSeen:
    """Look at everything that belongs to the run; what is missing is None or empty, with a note."""
    look = look_at_run(inspection, task, run)
    events = timeline(read_events(inspection.workspace.git, inspection.snapshot, task.key), task.runs)
    return RunSeen(
        **vars(look),
        task=task,
        snapshots=_snapshots(inspection, run),
        archived=_archived(inspection, run),
        events=[entry for entry in events if entry.run == run.id],
        others=[other for other in sorted(task.runs.values(), key=lambda run: run.id, reverse=True) if other != run],
        writer=inspection.writer,
        notes=inspection.notes,
    )


def look_at_run(inspection: Inspection, task: Task, run: Run) -> RunLook:
    """Look at the run itself; what is missing is None or empty, with a note."""
    disk = inspection.disk
    context = read_context(inspection, run)
    return RunLook(
        run=run,
        life=inspection.life_of(run),
        is_here=inspection.is_here(run),
        team=read_team_status(disk, run, context),
        sources=list(list_sources(disk, task, run, context)),
        files=_files_of(inspection, task, run, context),
        prompts=list_prompts(disk, run),
        results=list_results(disk, run),
        ground=_ground_of(inspection, task, run, context),
    )


def read_context(inspection: Inspection, run: Run) -> RunContext | None:
    """What the run was rendered from, or None and a note: it never was, it is elsewhere, it is broken or gone."""
    disk, noted = inspection.disk, len(inspection.notes)
    context = disk.context(run)
    if context is not None or len(inspection.notes) > noted:
        return context
    if not inspection.is_here(run):
        inspection.note_absence(run)
    elif run.prepared is None:
        disk.note(f"run {run.id} was never prepared to its end, so it has no documents")
    else:
        disk.note(f"the documents of run {run.id} are gone")
    return None


def _files_of(inspection: Inspection, task: Task, run: Run, context: RunContext | None) -> dict[str, RunFile | None]:
    """The run's own files by what they are; without a context, those whose place the record names."""
    disk = inspection.disk
    if context is not None:
        paths = context.paths
        named = {"prompt": paths.prompt, "report": run.report or paths.report, "report_data": paths.report_data,
                 "team_state": paths.team_state, "resume_script": paths.resume_script,
                 "expectations": paths.expectations, "run_inputs": paths.run_inputs}  # fmt: skip
        return {what: disk.see(path) for what, path in named.items()}
    inside = run.instruction_set
    script = find_for_run(disk, ProjectPaths(disk.root).task(task.key), run.id)
    return {
        "prompt": disk.see(f"{inside}/claude-execution-prompt.md") if inside else None,
        "report": disk.see(run.report) if run.report else None,
        "report_data": None,
        "team_state": None,
        "resume_script": disk.see(script.path) if script is not None else None,
        "expectations": disk.see(f"{inside}/reference-expectations.md") if inside else None,
        "run_inputs": None,
    }


def _ground_of(inspection: Inspection, task: Task, run: Run, context: RunContext | None) -> Ground | None:
    """The run's worktree, branch and base as recorded, and what of it there is; None for runs that change no code."""
    part = context.worktree if context is not None else None
    stage = task.stages.get(run.stage) if run.stage is not None else None
    path = worktree_of(task, run)
    branch = run.branch or (part.branch if part else "") or (stage.branch if stage and path else "")
    if path is None and not branch:
        return None
    return Ground(
        worktree=str(path) if path is not None else None,
        is_there=inspection.is_here(run) and path is not None and _is_folder(path),
        branch=branch or None,
        has_branch=bool(branch) and find_quietly(inspection.workspace.git, f"refs/heads/{branch}") is not None,
        base=(part.base if part else "") or (stage.base if stage else "") or None,
        base_ref=(part.base_ref if part else "") or (stage.base_ref if stage else "") or None,
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _snapshots(inspection: Inspection, run: Run) -> list[WorktreeSnapshot]:
    try:
        return [snapshot for snapshot in list_snapshots(inspection.workspace.git) if snapshot.about.run == run.id]
    except OkstraError as refusal:
        inspection.disk.note(refusal.message)
        return []


def _archived(inspection: Inspection, run: Run) -> int | None:
    """How many files the log keeps of the run; None when nothing was archived, or it cannot be read."""
    if not run.archive:
        return None
    try:
        files = find_archive(inspection.workspace.git, inspection.snapshot.tips.values(), run.id, recorded=run.archive)
    except OkstraError as refusal:
        inspection.disk.note(refusal.message)
        return None
    return len(files.keys() - {ARCHIVE_INDEX}) if files else None
