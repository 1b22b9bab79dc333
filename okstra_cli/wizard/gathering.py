"""Finds out, once, what the wizard's questions are about: tasks, briefs, stages, branches, workers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from okstra_cli.wizard.looking import read_gate
from okstra_cli.wizard.step import UNREADABLE
from okstra_cli.wizard.task_facts import gather_task, last_touched
from okstra_git.errors import OkstraError
from okstra_git.git.remotes import default_branches
from okstra_git.git.revisions import printed_recorded
from okstra_git.names import TaskKey
from okstra_git.paths import ProjectPaths
from okstra_git.phases import PHASES
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.task_lookup import default_base
from okstra_git.roster import DEFAULT_MODELS, DEFAULT_WORKERS, EXECUTORS, MODEL_FAMILIES, WORKERS
from okstra_git.slugs import is_slug
from okstra_git.store.writer import require_writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okstra_cli.session import Session
    from okstra_git.records.states import State, Task

RECENT, DETAILED, GROUPS = 3, 12, 20
BRIEFS_OF_A_GROUP, BRIEFS = 12, 100
LONGEST_PATH, LONGEST_REF = 150, 80
_RESERVED = ("direct-input", "default", "new")
"""Values that mean something else in a pick; a group or branch of such a name has to be typed."""


class NoProjectId(OkstraError):
    """The clone belongs to no project yet."""

    code = "project.unknown"


def gather(session: Session) -> dict[str, Any]:
    """The facts of this repository, ready for JSON; refuses a clone that was not prepared with `init`."""
    require_writer(session.git)
    state, project = standing_state(session.workspace), ProjectPaths(require_project_root(session.workspace))
    name = _project_id(session)
    recent = sorted((task for task in state.tasks.values() if task.is_open), key=last_touched, reverse=True)
    briefs = {group: found for group, found in _briefs(project) if group not in _RESERVED}
    known = _groups(name, recent, briefs)
    return {
        "project": name,
        "root": str(project.root),
        "cwd": str(session.cwd),
        "common_dir": str(session.git.common_dir),
        "open": [_key(task) for task in state.tasks.values() if task.is_open],
        "closed": [_key(task) for task in state.tasks.values() if not task.is_open],
        "recent": [_key(task) for task in recent[:RECENT]],
        "tasks": {_key(task): gather_task(session, task, project) for task in recent[:DETAILED]},
        "groups": known[:RECENT],
        "ids": {group: _ids(name, group, recent, briefs.get(group, []), state) for group in known[:GROUPS]},
        "briefs": briefs,
        "branch": _branch(session),
        "bases": _bases(session),
        "template": session.workspace.settings.pr_template,
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


def _project_id(session: Session) -> str:
    project = session.workspace.settings.project
    if project is None:
        raise NoProjectId("this clone belongs to no project yet", hint="git okstra init --project-id ID")
    return project


def _briefs(project: ProjectPaths) -> Iterator[tuple[str, list[list[str]]]]:
    """(group, its briefs as [path, gate], the newest first)."""
    folder = project.briefs("")
    groups = sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    left = BRIEFS
    for group in groups:
        files = [path for path in group.rglob("*.md") if _is_offerable(path)]
        newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[: min(BRIEFS_OF_A_GROUP, left)]
        left -= len(newest)
        yield group.name, [[str(path), read_gate(path)] for path in newest]


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
    found = [*begun[:most], *(one for one in tasks if one[0] not in _RESERVED)]
    return found[:RECENT]


def _branch(session: Session) -> str:
    try:
        return default_base(session.workspace)
    except OkstraError:
        return ""


def _bases(session: Session) -> list[str]:
    """Branches that a stage may well begin on: the one that is checked out, then the usual ones."""
    here = _branch(session)
    usual = [printed_recorded(session.git, name) for name in default_branches(session.git)]
    found = dict.fromkeys([*([here] if here else []), *usual])
    return [ref for ref in found if len(ref) <= LONGEST_REF and ref.isprintable() and ref not in _RESERVED][:RECENT]
