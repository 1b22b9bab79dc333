"""Everything about one run: its record, its team, its documents, what it left, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_cli.inspecting import Inspection
from okstra_cli.output import Answer
from okstra_cli.views import inspect_run as view
from okstra_git.errors import OkstraError
from okstra_git.git.refs import find_quietly
from okstra_git.paths import ProjectPaths
from okstra_git.runs.archive import find_archive
from okstra_git.runs.finding import require_run
from okstra_git.runs.keeping import worktree_of
from okstra_git.runs.left_files import list_prompts, list_results
from okstra_git.runs.resume_scripts import find_for_run
from okstra_git.runs.run_sources import list_sources
from okstra_git.runs.snapshots import list_snapshots
from okstra_git.runs.team_seen import see_team
from okstra_git.runs.timeline import timeline
from okstra_git.store.layout import ARCHIVE_INDEX
from okstra_git.store.snapshot import read_events

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_cli.session import Session
    from okstra_git.host.lives import Life
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.context import RunContext
    from okstra_git.runs.left_files import Prompt, Result, Seen
    from okstra_git.runs.run_sources import SourceSeen
    from okstra_git.runs.snapshots import Snapshot
    from okstra_git.runs.team_seen import TeamSeen
    from okstra_git.runs.timeline import Entry


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
    life: Life | None
    is_here: bool
    team: TeamSeen
    sources: list[SourceSeen]
    files: Mapping[str, Seen | None]
    prompts: list[Prompt]
    results: list[Result]
    ground: Ground | None


@dataclass(frozen=True)
class RunSeen(RunLook):
    """A run with all that the log and its task tell beside it; `archived` counts files in the log."""

    task: Task
    snapshots: list[Snapshot]
    archived: int | None
    events: list[Entry]
    others: list[Run]


def details_of(session: Session, text: str) -> Answer:
    """The run that is meant, whole; refuses what names none, or several."""
    looking = Inspection(session)
    task, run = require_run(looking.snapshot.state, text)
    seen = see_run(looking, task, run)
    facts = view.run_json(seen, looking.writer, looking.notes)
    return Answer(facts, lambda: view.run_page(seen, looking.notes, session.now()))


def see_run(looking: Inspection, task: Task, run: Run) -> RunSeen:
    """Look at everything that belongs to the run; what is missing is None or empty, with a note."""
    look = look_at_run(looking, task, run)
    events = timeline(read_events(looking.session.git, looking.snapshot, task.key), task.runs)
    return RunSeen(
        **vars(look),
        task=task,
        snapshots=_snapshots(looking, run),
        archived=_archived(looking, run),
        events=[entry for entry in events if entry.run == run.id],
        others=[each for each in sorted(task.runs.values(), key=lambda one: one.id, reverse=True) if each != run],
    )


def look_at_run(looking: Inspection, task: Task, run: Run) -> RunLook:
    """Look at the run itself; what is missing is None or empty, with a note."""
    disk = looking.disk
    context = read_context(looking, run)
    return RunLook(
        run=run,
        life=looking.life_of(run),
        is_here=looking.is_here(run),
        team=see_team(disk, run, context),
        sources=list(list_sources(disk, task, run, context)),
        files=files_of(looking, task, run, context),
        prompts=list_prompts(disk, run),
        results=list_results(disk, run),
        ground=ground_of(looking, task, run, context),
    )


def read_context(looking: Inspection, run: Run) -> RunContext | None:
    """What the run was rendered from, or None and a note: it never was, it is elsewhere, it is broken or gone."""
    disk, told = looking.disk, len(looking.notes)
    context = disk.context(run)
    if context is not None or len(looking.notes) > told:
        return context
    if not looking.is_here(run):
        looking.note_absence(run)
    elif run.prepared is None:
        disk.note(f"run {run.id} was never prepared to its end, so it has no documents")
    else:
        disk.note(f"the documents of run {run.id} are gone")
    return None


def files_of(looking: Inspection, task: Task, run: Run, context: RunContext | None) -> dict[str, Seen | None]:
    """The run's own files by what they are; without a context, those whose place the record tells."""
    disk = looking.disk
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


def ground_of(looking: Inspection, task: Task, run: Run, context: RunContext | None) -> Ground | None:
    """The run's worktree, branch and base as recorded, and what of it there is; None for runs that change no code."""
    part = context.worktree if context is not None else None
    stage = task.stages.get(run.stage) if run.stage is not None else None
    path = worktree_of(task, run)
    branch = run.branch or (part.branch if part else "") or (stage.branch if stage and path else "")
    if path is None and not branch:
        return None
    return Ground(
        worktree=str(path) if path is not None else None,
        is_there=looking.is_here(run) and path is not None and _is_folder(path),
        branch=branch or None,
        has_branch=bool(branch) and find_quietly(looking.session.git, f"refs/heads/{branch}") is not None,
        base=(part.base if part else "") or (stage.base if stage else "") or None,
        base_ref=(part.base_ref if part else "") or (stage.base_ref if stage else "") or None,
    )


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _snapshots(looking: Inspection, run: Run) -> list[Snapshot]:
    try:
        return [each for each in list_snapshots(looking.session.git) if each.about.run == run.id]
    except OkstraError as refusal:
        looking.disk.note(refusal.message)
        return []


def _archived(looking: Inspection, run: Run) -> int | None:
    """How many files the log keeps of the run; None when nothing was archived, or it cannot be read."""
    if not run.archive:
        return None
    try:
        files = find_archive(looking.session.git, looking.snapshot.tips.values(), run.id, recorded=run.archive)
    except OkstraError as refusal:
        looking.disk.note(refusal.message)
        return None
    return len(files.keys() - {ARCHIVE_INDEX}) if files else None
