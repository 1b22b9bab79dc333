"""What the wizard has to know of one task: its last run, its brief, its plan, its stages and where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from okstra_cli.wizard.looking import read_gate
from okstra_git.errors import OkstraError
from okstra_git.phases import PHASES
from okstra_git.porcelain.liveness import LivenessChecker
from okstra_git.porcelain.prepare.brief_input import usual_brief
from okstra_git.runs.progress import progress_of
from okstra_git.runs.selection import find_obstacle
from okstra_git.stages.approve import require_approved
from okstra_git.stages.worktree_setup import usual_branch
from okstra_git.store.writer import find_writer

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.session import Session
    from okstra_git.paths import ProjectPaths
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

LONGEST_TITLE = 40


def last_touched(task: Task) -> tuple[float, int]:
    """When something was last done for the task, for sorting."""
    moments: list[datetime | None] = [task.opened]
    for run in task.runs.values():
        moments += [run.claimed, run.touched, run.ended]
    return max((moment.timestamp() for moment in moments if moment is not None), default=0.0), task.clock


def gather_task(session: Session, task: Task, project: ProjectPaths) -> dict[str, Any]:
    """The task as the wizard sees it, ready for JSON."""
    last = max(task.runs.values(), key=lambda run: run.id, default=None)
    brief = _brief(session, task, project)
    return {
        "title": task.title[:LONGEST_TITLE],
        "type": last.task_type if last else "",
        "next": _next_phase(task, last),
        "brief": brief,
        "gate": read_gate(Path(brief)) if brief else "",
        "report": _report(project, task),
        "anchor": task.anchor.ref if task.anchor else "",
        **_plan_of(session, task, project),
    }


def _brief(session: Session, task: Task, project: ProjectPaths) -> str:
    """The brief that a prepare would take; empty where there is none, or a link leads out of the repository."""
    try:
        found = usual_brief(project, task.key, task, find_writer(session.git) or "")
    except OkstraError:
        return ""
    return str(found) if found else ""


def _next_phase(task: Task, last: Run | None) -> str:
    """What the records recommend, as `inspect` tells it; else what usually follows the last phase."""
    found = progress_of(task).next_phase
    if found is not None or last is None:
        return found or ""
    following = PHASES[last.task_type].next if last.task_type in PHASES else ()
    return following[0] if following else last.task_type


def _report(project: ProjectPaths, task: Task) -> str:
    """The report that was recorded last, when it is here."""
    told = [(run.ended, run.id, run.report) for run in task.runs.values() if run.ended is not None and run.report]
    path = project.root / max(told)[2] if told else None
    return str(path) if path and path.is_file() else ""


def _plan_of(session: Session, task: Task, project: ProjectPaths) -> dict[str, Any]:
    """The plan's standing (`none`, `changed`, `approved`), its stages, those that can begin, and their places."""
    plan = task.plan
    if plan is None:
        return {"plan": "none"}
    writer, leases = find_writer(session.git) or "", LivenessChecker(session.workspace).leases(task)
    ready = [each.number for each in plan.stages if find_obstacle(task, each, leases, writer=writer) is None]
    places = [place for place in task.places.values() if place.status == "active" and place.scope.startswith("stage-")]
    return {
        "plan": _standing(task, project),
        "stages": [[each.number, each.title[:LONGEST_TITLE], _state(task, each.number)] for each in plan.stages],
        "after": {str(each.number): list(each.depends_on) for each in plan.stages if each.depends_on},
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
