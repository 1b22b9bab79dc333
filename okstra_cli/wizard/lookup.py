"""Looks into the repository for an answer that cannot be judged otherwise, with the whole library at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okstra_cli.wizard.answers import waits_for
from okstra_cli.wizard.fast_lookup import path_in
from okstra_cli.wizard.state_file import read_plain
from okstra_git.errors import OkstraError
from okstra_git.git.refs import TornRef
from okstra_git.git.revisions import AmbiguousRef, NotWork, find_named
from okstra_git.names import parse_task_key
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.wizard_facts import UNREADABLE, gather_task, read_gate, read_text
from okstra_git.records.states import Task
from okstra_git.stages.approve import require_approved

if TYPE_CHECKING:
    from okstra_cli.wizard.answers import State
    from okstra_git.porcelain.workspace import Workspace


def look(workspace: Workspace, state: State, kind: str, name: str) -> dict[str, Any]:
    """What was found, or `refused` with the sentence that says why not and its `fields`."""
    return _LOOKS[kind](workspace, state, name)


def _task(workspace: Workspace, _: State, key: str) -> dict[str, Any]:
    task = standing_state(workspace).tasks.get(parse_task_key(key))
    if task is None:
        return _refused("task_unknown", key=key)
    return gather_task(workspace, task, ProjectPaths(require_project_root(workspace)))


def _brief(workspace: Workspace, state: State, name: str) -> dict[str, Any]:
    path = path_in(state, name)
    gate = read_gate(workspace, Path(path))
    return _unreadable(path) if gate == UNREADABLE else {"path": path, "shown": name, "gate": gate}


def _plan(workspace: Workspace, state: State, name: str) -> dict[str, Any]:
    """The approved plan as it stands now; the same look renews what is known of the task."""
    key, _, typed = name.partition(" ")
    path = path_in(state, typed)
    task = workspace.store.read().state.tasks.get(parse_task_key(key)) or Task(key=parse_task_key(key))
    if os.path.exists(path) and not os.path.isfile(path):
        return _unreadable(path)
    try:
        require_approved(task, ProjectPaths(require_project_root(workspace)), real_path(Path(path)))
    except OkstraError as refusal:
        return _refused("plan", message=refusal.message, hint=refusal.hint.rpartition("or: ")[2])
    return {"path": path, "task": _task(workspace, state, key)}


def _stage(workspace: Workspace, state: State, name: str) -> dict[str, Any]:
    """Whether a stage still waits for others."""
    key, _, stage = name.partition(" ")
    task = _task(workspace, state, key)
    waits = waits_for(task, stage)
    return _refused("stage_waits", value=stage, known=", ".join(map(str, waits))) if waits else {}


def _ref(workspace: Workspace, _: State, name: str) -> dict[str, Any]:
    try:
        commit = find_named(workspace.git, name)
    except AmbiguousRef as refusal:
        return _refused("ref_ambiguous", value=name, refs=", ".join(refusal.facts["refs"]))
    except (NotWork, TornRef):
        commit = None
    return {"ref": name} if commit else _refused("ref_unknown", value=name)


def _related(workspace: Workspace, _: State, key: str) -> dict[str, Any]:
    """Whether a task is on record by now."""
    is_known = parse_task_key(key) in workspace.store.read().state.tasks
    return {"key": key} if is_known else _refused("related_unknown", key=key)


def _file(workspace: Workspace, state: State, name: str) -> dict[str, Any]:
    path = path_in(state, name)
    return _unreadable(path) if read_text(workspace, Path(path)) is None else {"path": path}


def _unreadable(path: str) -> dict[str, Any]:
    try:
        read_plain(path, 1)
        why = "it is not text, or too long"
    except OSError as error:
        why = error.strerror or "it cannot be read"
    return _refused("file_missing", path=path, why=why)


def _refused(text: str, **fields: str) -> dict[str, Any]:
    return {"refused": text, "fields": fields}


_LOOKS = {
    "task": _task, "brief": _brief, "plan": _plan, "stage": _stage, "ref": _ref, "related": _related, "file": _file,
}  # fmt: skip
