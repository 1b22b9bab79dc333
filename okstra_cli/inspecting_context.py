"""What an agent has to know before it works on a task, gathered from ledger and files into one bounded object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_cli.inspecting import Inspection, TaskSeen, note_outdated, read_manifest, see_task
from okstra_cli.inspecting_run import RunLook, look_at_run
from okstra_cli.output import Answer
from okstra_cli.views import inspect_context as view
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.task_lookup import find_stage_here, require_key
from okstra_git.runs.leases import GUARDED
from okstra_git.runs.project import read_qa_commands
from okstra_git.runs.project_files import list_config_files
from okstra_git.runs.reported import find_last_report
from okstra_git.runs.run_sources import SourceSeen, judge_file
from okstra_git.runs.teams import team_name, teams_of_others
from okstra_git.store.registry import require_task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okstra_cli.session import Session
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.last_report import Asked
    from okstra_git.runs.project_files import Config


@dataclass(frozen=True)
class ProjectSeen:
    """What the project's files say of it; `qa_commands` is None where project.json is broken."""

    root: str
    glossary: str | None
    qa_commands: Mapping[str, str] | None
    config_files: list[Config]


@dataclass(frozen=True)
class Context:
    """Everything that a loader reports of a task; `candidate` is what its team would be called."""

    seen: TaskSeen
    folder: str | None
    plan: SourceSeen | None
    last: RunLook | None
    project: ProjectSeen
    candidate: str
    asked: Asked | None


def context_of(session: Session, identity: Identity) -> Answer:
    """The context of the task that is meant."""
    key = require_key(session.workspace, identity)
    looking = Inspection(session)
    task = require_task(looking.snapshot.state, key)
    note_outdated(looking, task, read_manifest(looking, task))
    here = find_stage_here(session.workspace, key)
    last = _latest(task, here)
    found = Context(
        seen=see_task(looking, task),
        folder=_folder(looking, key),
        plan=_plan(looking, task),
        last=look_at_run(looking, task, last) if last is not None else None,
        project=_project(looking),
        candidate=_candidate(looking, key, last, here),
        asked=_asked(looking, task),
    )
    facts = view.context_json(found, looking.notes)
    return Answer(facts, lambda: view.context_page(found, looking.notes, session.now()))


def _latest(task: Task, here: int | None) -> Run | None:
    """The newest run; in a stage's worktree the newest of that stage, if it has one."""
    runs = list(task.runs.values())
    of_stage = [run for run in runs if here is not None and run.stage == here]
    return max(of_stage or runs, key=lambda run: run.id, default=None)


def _folder(looking: Inspection, key: TaskKey) -> str | None:
    """The task's folder, when there is one here."""
    paths = ProjectPaths(looking.disk.root)
    root = paths.task(key).root
    return paths.relative(root) if looking.disk.files.is_folder(root) else None


def _plan(looking: Inspection, task: Task) -> SourceSeen | None:
    """The approved plan, and whether its file still has the content that was approved."""
    if task.plan is None:
        return None
    path, blob = task.plan.path, task.plan.blob
    return SourceSeen("plan", path, blob, judge_file(looking.disk, path, blob))


def _project(looking: Inspection) -> ProjectSeen:
    paths = ProjectPaths(looking.disk.root)
    commands: dict[str, str] | None = {}
    try:
        commands = read_qa_commands(looking.disk.files, paths.project_file)
    except OkstraError as refusal:
        looking.disk.note(refusal.message)
        commands = None
    glossary = paths.relative(paths.glossary) if looking.disk.size_of(paths.glossary) is not None else None
    return ProjectSeen(str(paths.root), glossary, commands, list_config_files(paths.root))


def _candidate(looking: Inspection, key: TaskKey, last: Run | None, here: int | None) -> str:
    """What the team of an implementation here would be called; a run's own name is the one that was recorded."""
    stage = here if here is not None else (last.stage if last is not None and last.task_type == GUARDED else None)
    return team_name(key, stage, taken=teams_of_others(looking.snapshot.state, key))


def _asked(looking: Inspection, task: Task) -> Asked | None:
    """Open questions of the last report: that of the run which ended last and recorded one, or left one here."""
    disk = looking.disk
    last = find_last_report(disk, task)
    if last is None:
        return None
    if last.is_here:
        from okstra_git.runs.last_report import open_questions  # loads the Markdown parser

        return open_questions(disk, last.report)
    archived = f"; archived: git okstra run show {word(last.run.id)} --archive" if last.run.archive else ""
    disk.note(f"the last report {last.report} is not here{archived}")
    return None
