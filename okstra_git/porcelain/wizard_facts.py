"""Finds out, once, what the wizard's questions are about: tasks, briefs, plans, stages, branches, workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okstra_git.briefs.brief import parse_brief
from okstra_git.bundle.inputs import find_last_report
from okstra_git.bundle.report_questions import open_questions
from okstra_git.bundle.run_files import Disk
from okstra_git.contract import DEFAULT_MODELS, DEFAULT_WORKERS, EXECUTORS, MODEL_FAMILIES, WORKERS
from okstra_git.documents.markdown import MAX_BYTES, decode, parse_document
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.remotes import default_branches
from okstra_git.git.revisions import printed_recorded
from okstra_git.names import TaskKey, is_slug
from okstra_git.paths import ProjectPaths
from okstra_git.phases import PHASES
from okstra_git.porcelain.current_state import LivenessChecker, standing_state
from okstra_git.porcelain.prepare.brief_input import usual_brief
from okstra_git.porcelain.project_files import read_document_named, require_project_root
from okstra_git.porcelain.task_lookup import default_base
from okstra_git.reports.clarifications import holds_up
from okstra_git.runs.progress import progress_of
from okstra_git.runs.selection import find_obstacle
from okstra_git.stages.approve import require_approved
from okstra_git.stages.worktree_setup import usual_branch
from okstra_git.store.clone import find_writer, require_writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from okstra_git.paths import ProjectPaths
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import State, Task

RECENT, DETAILED, GROUPS = 3, 12, 20
BRIEFS_OF_A_GROUP, BRIEFS = 12, 100
LONGEST_PATH, LONGEST_REF = 150, 80
UNSAID, UNREADABLE = "–", "?"
"""The gate of a brief that says nothing about it, and of one that cannot be read."""

_RESERVED = ("direct-input", "default", "new")
"""Values that mean something else in a pick; a group or branch of such a name has to be typed."""


def gather(workspace: Workspace) -> dict[str, Any]:
    """The facts of this repository, ready for JSON; refuses a clone that was not prepared with `init`."""
    require_writer(workspace.git)
    state, project = standing_state(workspace), ProjectPaths(require_project_root(workspace))
    name = _project_id(workspace)
    recent = sorted((task for task in state.tasks.values() if task.is_open), key=last_touched, reverse=True)
    briefs = {group: listed for group, listed in _briefs(workspace, project) if group not in _RESERVED}
    groups = _groups(name, recent, briefs)
    return {
        "project": name,
        "root": str(project.root),
        "cwd": str(workspace.cwd),
        "common_dir": str(workspace.git.common_dir),
        "open": [_key(task) for task in state.tasks.values() if task.is_open],
        "closed": [_key(task) for task in state.tasks.values() if not task.is_open],
        "recent": [_key(task) for task in recent[:RECENT]],
        "tasks": {_key(task): gather_task(workspace, task, project) for task in recent[:DETAILED]},
        "groups": groups[:RECENT],
        "ids": {group: _ids(name, group, recent, briefs.get(group, []), state) for group in groups[:GROUPS]},
        "briefs": briefs,
        "branch": _branch(workspace),
        "bases": _bases(workspace),
        "template": workspace.settings.pr_template,
        **_constants(),
    }


def _constants() -> dict[str, Any]:
    """Phases and workers, from the tables that have them."""
    return {
        "phases": {
            phase.name: {
                "next": list(phase.next),
                "brief": not phase.needs_plan,
                "plan": phase.needs_plan,
                "stage": "take" if phase.has_worktree else "verify" if phase.name == "final-verification" else "",
                "template": phase.name == "release-handoff",
            }
            for phase in PHASES.values()
        },
        "workers": {worker.id: worker.cli for worker in WORKERS.values()},
        "executors": list(EXECUTORS),
        "default_workers": list(DEFAULT_WORKERS),
        "default_models": dict(DEFAULT_MODELS),
        "families": list(MODEL_FAMILIES),
    }


def _key(task: Task) -> str:
    return str(task.key)


def _project_id(workspace: Workspace) -> str:
    project = workspace.settings.project
    if project is None:
        raise refuse("project.unknown", "this clone belongs to no project yet", hint="git okstra init --project-id ID")
    return project


def _briefs(workspace: Workspace, project: ProjectPaths) -> Iterator[tuple[str, list[list[str]]]]:
    """(group, its briefs as [path, gate], the newest first)."""
    folder = project.briefs("")
    groups = sorted(entry for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []
    left = BRIEFS
    for group in groups:
        files = [path for path in group.rglob("*.md") if _is_offerable(path)]
        newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[: min(BRIEFS_OF_A_GROUP, left)]
        left -= len(newest)
        yield group.name, [[str(path), read_gate(workspace, path)] for path in newest]


def _is_offerable(path: Path) -> bool:
    """Whether a path can be shown and answered; others have to be typed."""
    return path.is_file() and str(path).isprintable() and len(str(path)) <= LONGEST_PATH


def _groups(project: str, recent: list[Task], briefs: dict[str, list[list[str]]]) -> list[str]:
    """Groups of this project in which something was done last, then groups that have briefs."""
    named = [task.key.group for task in recent if task.key.project == project]
    return [group for group in dict.fromkeys([*named, *briefs]) if is_slug(group) and group not in _RESERVED]


def _ids(project: str, group: str, recent: list[Task], briefs: list[list[str]], state: State) -> list[list[str]]:
    """[id, brief or task]: briefs that no task has begun on, and open tasks of the group, of each at least one."""
    names = [os.path.basename(path).removesuffix(".md") for path, gate in briefs if gate != UNREADABLE]
    fitting = [name for name in dict.fromkeys(names) if is_slug(name) and name not in _RESERVED]
    begun = [[name, "brief"] for name in fitting if TaskKey(project, group, name) not in state.tasks]
    tasks = [[task.key.task, "task"] for task in recent if task.key[:2] == (project, group)]
    most = RECENT - min(1, len(tasks))
    offers = [*begun[:most], *(offer for offer in tasks if offer[0] not in _RESERVED)]
    return offers[:RECENT]


def _branch(workspace: Workspace) -> str:
    try:
        return default_base(workspace)
    except OkstraError:
        return ""


def _bases(workspace: Workspace) -> list[str]:
    """Branches that a stage may well begin on: the one that is checked out, then the usual ones."""
    current = _branch(workspace)
    usual = [printed_recorded(workspace.git, name) for name in default_branches(workspace.git)]
    refs = dict.fromkeys([*([current] if current else []), *usual])
    return [ref for ref in refs if len(ref) <= LONGEST_REF and ref.isprintable() and ref not in _RESERVED][:RECENT]


LONGEST_TITLE = 40
MOST_IDS = 8
"""Questions that are named beside a report."""


def last_touched(task: Task) -> tuple[float, int]:
    """When something was last done for the task, for sorting."""
    moments: list[datetime | None] = [task.opened]
    for run in task.runs.values():
        moments += [run.claimed, run.touched, run.ended]
    return max((moment.timestamp() for moment in moments if moment is not None), default=0.0), task.clock


def gather_task(workspace: Workspace, task: Task, project: ProjectPaths) -> dict[str, Any]:
    """The task as the wizard sees it, ready for JSON."""
    last = max(task.runs.values(), key=lambda run: run.id, default=None)
    brief = _brief(workspace, task, project)
    report, waiting = _report(project, task)
    return {
        "title": task.title[:LONGEST_TITLE],
        "type": last.task_type if last else "",
        "next": _next_phase(task, last),
        "brief": brief,
        "gate": read_gate(workspace, Path(brief)) if brief else "",
        "report": report,
        "waiting": waiting,
        "anchor": task.anchor.ref if task.anchor else "",
        **_plan_of(workspace, task, project),
    }


def _brief(workspace: Workspace, task: Task, project: ProjectPaths) -> str:
    """The brief that a prepare would take; empty where there is none, or a link leads out of the repository."""
    try:
        path = usual_brief(project, task.key, task, find_writer(workspace.git) or "")
    except OkstraError:
        return ""
    return str(path) if path else ""


def _next_phase(task: Task, last: Run | None) -> str:
    """What the records recommend, as `inspect` reports it; else what usually follows the last phase."""
    recommended = progress_of(task).next_phase
    if recommended is not None or last is None:
        return recommended or ""
    following = PHASES[last.task_type].next if last.task_type in PHASES else ()
    return following[0] if following else last.task_type


def _report(project: ProjectPaths, task: Task) -> tuple[str, list[str]]:
    """The report of the run that ended last, when it is here, and the ids of its questions that hold up the next
    phase."""
    disk = Disk(project.root)
    last = find_last_report(disk, task)
    path = disk.place(last.report) if last is not None and last.is_here else None
    if last is None or path is None:
        return "", []
    asked = open_questions(disk, last.report)
    return str(path), [row.id for row in asked.rows if holds_up(row, "next-phase")][:MOST_IDS] if asked else []


def _plan_of(workspace: Workspace, task: Task, project: ProjectPaths) -> dict[str, Any]:
    """The plan's standing (`none`, `changed`, `approved`), its stages, those that can begin, and their places."""
    plan = task.plan
    if plan is None:
        return {"plan": "none"}
    writer, leases = find_writer(workspace.git) or "", LivenessChecker(workspace).leases(task)
    ready = [stage.number for stage in plan.stages if find_obstacle(task, stage, leases, writer=writer) is None]
    places = [place for place in task.places.values() if place.status == "active" and place.scope.startswith("stage-")]
    return {
        "plan": _standing(task, project),
        "stages": [[stage.number, stage.title[:LONGEST_TITLE], _state(task, stage.number)] for stage in plan.stages],
        "after": {str(stage.number): list(stage.depends_on) for stage in plan.stages if stage.depends_on},
        "ready": sorted(ready),
        "auto": min(ready, default=0),
        "places": {place.scope.removeprefix("stage-"): place.worktree or place.branch for place in places},
        "branches": {place.scope.removeprefix("stage-"): place.branch for place in places},
        "stem": usual_branch(task, 1).removesuffix("1"),
    }


def _state(task: Task, number: int) -> str:
    return task.stages[number].status if number in task.stages else "pending"


def _standing(task: Task, project: ProjectPaths) -> str:
    try:
        require_approved(task, project, None)
    except OkstraError:
        return "changed"
    return "approved"


def read_gate(workspace: Workspace, path: Path) -> str:
    """The brief's reporter gate as written, `–` when it says nothing, `?` when it cannot be read."""
    text = read_text(workspace, path)
    return UNREADABLE if text is None else parse_brief(parse_document(text)).gate or UNSAID


def read_text(workspace: Workspace, path: Path) -> str | None:
    """What a file says; None when it cannot be read as a document."""
    try:
        return decode(read_document_named(workspace, str(path), limit=MAX_BYTES + 1), name=path.name)
    except OkstraError:
        return None
