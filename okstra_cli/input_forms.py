"""Forms that people fill in: an empty brief, the brief of a release, answers to the last report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.approving import input_template, known_language
from okstra_git.errors import UsageError
from okstra_git.names import shown
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.prepare.order import project_root
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.runs.assembling import describe_task
from okstra_git.runs.inputs import INPUTS, make_input
from okstra_git.runs.last_report import open_questions
from okstra_git.runs.left_files import Disk
from okstra_git.runs.reported import find_last_report
from okstra_git.store.registry import require_task
from okstra_git.tokens import CLARIFICATION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from okstra_cli.session import Session
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.records.states import Task

BRIEF = "brief"


def form_text(session: Session, identity: Identity, form: str, language: str | None) -> str:
    """The form; those of a task hold what is on record of it, and for answers the open rows of its last report."""
    if form == BRIEF:
        return input_template(session, BRIEF, language)
    if form not in INPUTS:
        raise UsageError(f"{shown(form)} is not a form", hint="--form brief, release-handoff, user-response")
    key = require_key(session.workspace, identity)
    task, root = require_task(session.store.read().state, key), project_root(session.workspace)
    rows = _open_rows(root, task) if form == "user-response" else ()
    part = describe_task(task, key, ProjectPaths(root))
    return make_input(form, part, language=known_language(session, language), rows=rows)


def _open_rows(root: Path, task: Task) -> Iterator[Mapping[str, str]]:
    """What the last report asks, by the columns of its table."""
    disk = Disk(root)
    last = find_last_report(disk, task)
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    for row in asked.rows if asked is not None else ():
        cells = (row.id, row.ticket, row.kind, row.statement, row.expected, row.blocks, row.status, row.answer)
        yield dict(zip(CLARIFICATION_COLUMNS, cells, strict=True))
