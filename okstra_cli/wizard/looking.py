"""Looks into the repository for an answer that cannot be judged otherwise, with the whole library at hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okstra_cli.wizard.chosen import waits_for
from okstra_cli.wizard.light import gate_of, look_lightly, path_in
from okstra_cli.wizard.plain import read_plain
from okstra_cli.wizard.step import UNREADABLE
from okstra_git.errors import OkstraError
from okstra_git.real_paths import real_path

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_cli.wizard.chosen import State

UNSAID = "–"


def look(session: Session, state: State, kind: str, name: str) -> dict[str, Any]:
    """What was found, or `refused` with the sentence that says why not and its `fields`."""
    found = look_lightly(state, kind, name)
    if found is not None:
        return found
    return _LOOKS[kind](session, state, name)


def read_gate(path: Path) -> str:
    """The brief's reporter gate as written, `–` when it says nothing, `?` when it cannot be read."""
    from okstra_git.briefs.brief import parse_brief
    from okstra_git.documents.markdown import parse_document

    text = _text_of(path)
    if text is None:
        return UNREADABLE
    return gate_of(text) or parse_brief(parse_document(text)).gate or UNSAID


def _text_of(path: Path) -> str | None:
    """What a file says; None when it cannot be read as a document."""
    from okstra_git.documents.markdown import MAX_BYTES, decode

    try:
        return decode(read_plain(str(path), MAX_BYTES + 1), name=path.name)
    except (OSError, OkstraError):
        return None


def _task(session: Session, _: State, key: str) -> dict[str, Any]:
    from okstra_cli.wizard.task_facts import gather_task
    from okstra_git.names import parse_task_key
    from okstra_git.paths import ProjectPaths
    from okstra_git.porcelain.current_state import standing_state
    from okstra_git.porcelain.project_files import require_project_root

    task = standing_state(session.workspace).tasks.get(parse_task_key(key))
    if task is None:
        return _refused("task_unknown", key=key)
    return gather_task(session, task, ProjectPaths(require_project_root(session.workspace)))


def _brief(_: Session, state: State, name: str) -> dict[str, Any]:
    path = path_in(state, name)
    gate = read_gate(Path(path))
    return _unreadable(path) if gate == UNREADABLE else {"path": path, "shown": name, "gate": gate}


def _plan(session: Session, state: State, name: str) -> dict[str, Any]:
    """The approved plan as it stands now; the same look renews what is known of the task."""
    from okstra_git.names import parse_task_key
    from okstra_git.paths import ProjectPaths
    from okstra_git.porcelain.project_files import require_project_root
    from okstra_git.records.states import Task
    from okstra_git.stages.approve import require_approved

    key, _, typed = name.partition(" ")
    path = path_in(state, typed)
    task = session.store.read().state.tasks.get(parse_task_key(key)) or Task(key=parse_task_key(key))
    if os.path.exists(path) and not os.path.isfile(path):
        return _unreadable(path)
    try:
        require_approved(task, ProjectPaths(require_project_root(session.workspace)), real_path(Path(path)))
    except OkstraError as refusal:
        return _refused("plan", message=refusal.message, hint=refusal.hint.rpartition("or: ")[2])
    return {"path": path, "task": _task(session, state, key)}


def _stage(session: Session, state: State, name: str) -> dict[str, Any]:
    """Whether a stage still waits for others."""
    key, _, stage = name.partition(" ")
    task = _task(session, state, key)
    waits = waits_for(task, stage)
    return _refused("stage_waits", value=stage, known=", ".join(map(str, waits))) if waits else {}


def _ref(session: Session, _: State, name: str) -> dict[str, Any]:
    from okstra_git.git.refs import TornRef
    from okstra_git.git.revisions import AmbiguousRef, NotWork, find_named

    try:
        found = find_named(session.git, name)
    except AmbiguousRef as refusal:
        return _refused("ref_ambiguous", value=name, refs=", ".join(refusal.facts["refs"]))
    except (NotWork, TornRef):
        found = None
    return {"ref": name} if found else _refused("ref_unknown", value=name)


def _related(session: Session, _: State, key: str) -> dict[str, Any]:
    """Whether a task is on record by now."""
    from okstra_git.names import parse_task_key

    is_known = parse_task_key(key) in session.store.read().state.tasks
    return {"key": key} if is_known else _refused("related_unknown", key=key)


def _file(_: Session, state: State, name: str) -> dict[str, Any]:
    path = path_in(state, name)
    return _unreadable(path) if _text_of(Path(path)) is None else {"path": path}


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
