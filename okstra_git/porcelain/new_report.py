"""Writes the data that a report begins with: every key, filled in from what okstra knows of the run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from okstra_git.bundle.report_data import known_of_context
from okstra_git.bundle.run_files import Disk
from okstra_git.commands import command
from okstra_git.contract import CLARIFICATION_BLOCKS, CLARIFICATION_KINDS
from okstra_git.errors import refuse
from okstra_git.fs.outside import replace_named
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.names import quote_path
from okstra_git.phases import PHASES
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.run_documents import read_json_file, read_text_file
from okstra_git.reports.answering import carried_rows
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.reports.skeleton import new_report_data
from okstra_git.runs.history import require_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.documents.markdown import Document
    from okstra_git.porcelain.workspace import Workspace

_ID = re.compile(r"C-[0-9]{3}")
_OF_ROUNDS = ("roundHistory", "round2SkippedReason", "finalClassificationCounts")
_OF_PLAN_BODY = ("rounds", "gate", "items", "dissent")


@dataclass(frozen=True)
class NewReport:
    """The data that were written, and where; `copied` says what came from other files of the run."""

    run: str
    task_type: str
    path: str
    copied: tuple[str, ...]


def write_new_report(workspace: Workspace, run_name: str, output: str | None, *, force: bool) -> NewReport:
    """Write the data of a run's report to begin with, where the run expects them or into `output`.

    Refuses a run without documents here, and a file that is there already unless `force`.
    """
    _, run = require_run(workspace.store.read().state, run_name)
    root = require_project_root(workspace)
    disk = Disk(root)
    context = disk.context(run)
    if context is None:
        hint = command("git okstra run show", run.id)
        raise refuse("report.no-run", f"the documents of run {run.id} are not here", hint=hint, run=run.id)
    known, copied = _known(context, disk)
    ticket = context.task.ticket_id if PHASES[run.task_type].tags_tickets else ""
    data = new_report_data(run.task_type, known, ticket=ticket)
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    place = _write(workspace, root, context, output, text.encode(), force=force)
    return NewReport(run.id, run.task_type, place, tuple(copied))


def _write(
    workspace: Workspace, root: Path, context: RunContext, output: str | None, data: bytes, *, force: bool
) -> str:
    path = workspace.cwd / output if output is not None else root / context.paths.report_data
    name = output if output is not None else context.paths.report_data
    try:
        if not force and Root(path.parent).exists(path.name):
            hint = (
                f"go on with it, or begin again: {command('git okstra report new --force', ('--run', context.run.id))}"
            )
            raise refuse("report.taken", f"{quote_path(name)} is there already", hint=hint, path=name)
        if output is None:
            Root(root).write(context.paths.report_data, data)
        else:
            replace_named(path, data)
    except PathRefused as refusal:
        message = f"{quote_path(name)} cannot be written: {refusal.message}"
        raise refuse("report.unwritable", message, hint=refusal.hint, path=name) from refusal
    return name


def _known(context: RunContext, disk: Disk) -> tuple[dict[str, Any], list[str]]:
    """What is known of the run's report by its keys, and from which files it was copied."""
    copied: list[str] = []
    carried = _carried(context, disk, copied)
    earlier = list_clarifications(carried) if carried is not None else ()
    taken = [int(row.id[2:]) for row in earlier if _ID.fullmatch(row.id)]
    texts = "\n".join(row.statement for row in earlier)
    known = known_of_context(context, asked_before=texts, last_id=max(taken, default=0)) | {
        "carriedIn": _walked(carried) if carried is not None else None,
        "reporterConfirmation": None,
        **_rounds(context, disk, copied),
        **_of_type(context, disk, copied),
    }
    asked = [*_carried_on(carried), *known.get("clarifications", ())]
    return known | ({"clarifications": asked} if asked else {}), copied


def _carried(context: RunContext, disk: Disk, copied: list[str]) -> Document | None:
    """The report that was carried in, with its answers; None where none was."""
    file = read_text_file(disk.files, context.paths.clarification)
    if file is None or file.refusal:
        return None
    copied.append(file.path)
    return file.document


def _walked(carried: Document) -> list[dict[str, str]]:
    """Every question of the report that was carried in, for section 0."""
    return [
        {"id": row.id, "answer": row.answer, "finding": "<what this run found>", "status": _SETTLED}
        for row in carried_rows(carried)
    ]


_SETTLED = "<resolved | obsolete | open>"
_KINDS = f"<{' | '.join(CLARIFICATION_KINDS)}>"
_BLOCKS = f"<{' | '.join(CLARIFICATION_BLOCKS)}>"


def _carried_on(carried: Document | None) -> list[dict[str, str]]:
    """Questions that no run has settled yet, as rows of section 1 under the ids that they have."""
    rows = [row for row in list_clarifications(carried) if row.is_open] if carried is not None else []
    return [
        {
            "id": row.id,
            "ticketId": row.ticket,
            "kind": row.kind if row.kind in CLARIFICATION_KINDS else _KINDS,
            "statement": row.statement,
            "expectedForm": row.expected,
            "blocks": row.blocks if row.blocks in CLARIFICATION_BLOCKS else _BLOCKS,
            "status": _SETTLED,
            "userInput": row.answer,
        }
        for row in rows
    ]


def _rounds(context: RunContext, disk: Disk, copied: list[str]) -> dict[str, Any]:
    """Rounds as the convergence state has them; a run that has none had no rounds."""
    values = _state(disk, context.paths.convergence_state, copied)
    blank: dict[str, Any] = {"roundHistory": [], "round2SkippedReason": None, "finalClassificationCounts": {}}
    return blank | {key: values[key] for key in _OF_ROUNDS if key in values}


def _of_type(context: RunContext, disk: Disk, copied: list[str]) -> dict[str, Any]:
    """What only some task types have."""
    task_type, worktree = context.run.task_type, context.worktree
    if task_type == "implementation-planning":
        return {"deliverable": {"planVerification": _plan_body(context, disk, copied)}}
    if task_type == "final-verification":
        return {"databaseVerified": None}
    if task_type == "implementation":
        place = {"branch": worktree.branch, "commit": worktree.commit} if worktree is not None else {}
        return {"databaseVerified": None, "deliverable": place}
    return {}


def _plan_body(context: RunContext, disk: Disk, copied: list[str]) -> dict[str, Any] | None:
    """The recorded verification of the plan's body; None where it was switched off, gaps where it is still to come."""
    if not context.options.plan_verification:
        return None
    values = _state(disk, context.paths.plan_body_state, copied)
    if values.get("run") == context.run.id and all(key in values for key in _OF_PLAN_BODY):
        return {key: values[key] for key in _OF_PLAN_BODY}
    return {"rounds": 1, "gate": "<see git okstra convergence plan-gate>", "items": [], "dissent": []}


def _state(disk: Disk, path: str, copied: list[str]) -> Mapping[str, Any]:
    file = read_json_file(disk.files, path)
    if file is None or file.values is None:
        return {}
    copied.append(path)
    return file.values
