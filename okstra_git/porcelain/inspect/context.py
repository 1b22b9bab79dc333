"""What an agent has to know before it works on a task, gathered from ledger and files into one bounded object."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okstra_git.bundle.inputs import InputState, find_last_report, judge_file
from okstra_git.bundle.project import list_config_files, read_qa_commands
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.inspect.history import TaskSeen, see_task
from okstra_git.porcelain.inspect.inspection import Inspection, note_outdated, read_manifest
from okstra_git.porcelain.inspect.run import RunLook, look_at_run
from okstra_git.porcelain.task_lookup import find_stage_here, require_key
from okstra_git.runs.leases import GUARDED, team_name, teams_of_others
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okstra_git.bundle.project import Config
    from okstra_git.bundle.report_questions import ReportQuestions
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class ProjectSeen:
    """What the project's files say of it; `qa_commands` is None where project.json is broken."""

    root: str
    glossary: str | None
    qa_commands: Mapping[str, str] | None
    config_files: list[Config]


@dataclass(frozen=True)
class TaskContext:
    """Everything that a loader reports of a task; `candidate` is what its team would be called."""

    seen: TaskSeen
    folder: str | None
    plan: InputState | None
    last: RunLook | None
    project: ProjectSeen
    candidate: str
    asked: ReportQuestions | None
    notes: tuple[str, ...]


def inspect_context(workspace: Workspace, identity: Identity) -> TaskContext:
    """The context of the task that is meant."""
    key = require_key(workspace, identity)
    inspection = Inspection(workspace)
    task = require_task(inspection.snapshot.state, key)
    note_outdated(inspection, task, read_manifest(inspection, task))
    here = find_stage_here(workspace, key)
    last = _latest(task, here)
    context = TaskContext(
        seen=see_task(inspection, task),
        folder=_folder(inspection, key),
        plan=_plan(inspection, task),
        last=look_at_run(inspection, task, last) if last is not None else None,
        project=_project(inspection),
        candidate=_candidate(inspection, key, last, here),
        asked=_asked(inspection, task),
        notes=(),
    )
    return replace(context, notes=inspection.notes)


def _latest(task: Task, here: int | None) -> Run | None:
    """The newest run; in a stage's worktree the newest of that stage, if it has one."""
    runs = list(task.runs.values())
    of_stage = [run for run in runs if here is not None and run.stage == here]
    return max(of_stage or runs, key=lambda run: run.id, default=None)


def _folder(inspection: Inspection, key: TaskKey) -> str | None:
    """The task's folder, when there is one here."""
    paths = ProjectPaths(inspection.disk.root)
    root = paths.task(key).root
    return paths.relative(root) if inspection.disk.files.is_folder(root) else None


def _plan(inspection: Inspection, task: Task) -> InputState | None:
    """The approved plan, and whether its file still has the content that was approved."""
    if task.plan is None:
        return None
    path, blob = task.plan.path, task.plan.blob
    return InputState("plan", path, blob, judge_file(inspection.disk, path, blob))


def _project(inspection: Inspection) -> ProjectSeen:
    paths = ProjectPaths(inspection.disk.root)
    commands: dict[str, str] | None = {}
    try:
        commands = read_qa_commands(inspection.disk.files, paths.project_file)
    except OkstraError as refusal:
        inspection.disk.note(refusal.message)
        commands = None
    glossary = paths.relative(paths.glossary) if inspection.disk.size_of(paths.glossary) is not None else None
    return ProjectSeen(str(paths.root), glossary, commands, list_config_files(paths.root))


def _candidate(inspection: Inspection, key: TaskKey, last: Run | None, here: int | None) -> str:
    """What the team of an implementation here would be called; a run's own name is the one that was recorded."""
    stage = here if here is not None else (last.stage if last is not None and last.task_type == GUARDED else None)
    return team_name(key, stage, taken=teams_of_others(inspection.snapshot.state, key))


def _asked(inspection: Inspection, task: Task) -> ReportQuestions | None:
    """Open questions of the last report: that of the run which ended last and recorded one, or left one here."""
    disk = inspection.disk
    last = find_last_report(disk, task)
    if last is None:
        return None
    if last.is_here:
        from okstra_git.bundle.report_questions import open_questions  # loads the Markdown parser

        return open_questions(disk, last.report)
    archived = f"; archived: git okstra run show {word(last.run.id)} --archive" if last.run.archive else ""
    disk.note(f"the last report {last.report} is not here{archived}")
    return None
