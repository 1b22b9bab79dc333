"""Forms that people fill in: an empty brief or plan, the brief of a release, answers to the last report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.contract import CLARIFICATION_COLUMNS
from okstra_git.errors import refuse
from okstra_git.names import quote
from okstra_git.paths import ProjectPaths
from okstra_git.shipped import LANGUAGES, templates_directory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task

BRIEF = "brief"


def input_template(workspace: Workspace, kind: str, language: str | None) -> str:
    """An empty plan or brief in the language that was named, or that is configured."""
    chosen = known_language(workspace, language)
    return (templates_directory() / "inputs" / f"{kind}.{chosen}.md").read_text(encoding="utf-8")


def known_language(workspace: Workspace, language: str | None) -> str:
    """The language that was named, or that is configured; refuses one that okstra has no words in."""
    chosen = language or workspace.settings.language
    if chosen not in LANGUAGES:
        raise refuse("usage", f"{quote(chosen)} is not a language okstra knows", hint="--language en, or --language ko")
    return chosen


def form_text(workspace: Workspace, identity: Identity, form: str, language: str | None) -> str:
    """The form; those of a task hold what is on record of it, and for answers the open rows of its last report."""
    if form == BRIEF:
        return input_template(workspace, BRIEF, language)

    from okstra_git.bundle.build_context import describe_task
    from okstra_git.bundle.render import INPUTS, make_input
    from okstra_git.porcelain.project_files import require_project_root
    from okstra_git.porcelain.task_lookup import require_key
    from okstra_git.store.registry import require_task

    if form not in INPUTS:
        raise refuse("usage", f"{quote(form)} is not a form", hint="--form brief, release-handoff, user-response")
    key = require_key(workspace, identity)
    task, root = require_task(workspace.store.read().state, key), require_project_root(workspace)
    rows = _open_rows(root, task) if form == "user-response" else ()
    part = describe_task(task, key, ProjectPaths(root))
    return make_input(form, part, language=known_language(workspace, language), rows=rows)


def _open_rows(root: Path, task: Task) -> Iterator[Mapping[str, str]]:
    """What the last report asks, by the columns of its table."""
    from okstra_git.bundle.last_report import find_last_report
    from okstra_git.bundle.report_questions import open_questions
    from okstra_git.bundle.run_files import Disk

    disk = Disk(root)
    last = find_last_report(disk, task)
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    for row in asked.rows if asked is not None else ():
        cells = (row.id, row.ticket, row.kind, row.statement, row.expected, row.blocks, row.status, row.answer)
        yield dict(zip(CLARIFICATION_COLUMNS, cells, strict=True))
