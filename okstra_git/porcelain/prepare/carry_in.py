"""The run that ended last, asked for once more: with the report that it left, which a person has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_git.bundle.project import read_object
from okstra_git.bundle.request import RunRequest, WaiverAsked
from okstra_git.bundle.run_files import Disk
from okstra_git.commands import command, word
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import refuse
from okstra_git.fs.root import Root
from okstra_git.paths import ProjectPaths
from okstra_git.phases import require_phase
from okstra_git.porcelain.prepare.context import Editor, PrepareContext
from okstra_git.porcelain.prepare.prepare import check_prepare
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.report_files import require_newest
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.store.clone import find_writer
from okstra_git.store.registry import require_open
from okstra_git.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.bundle.inputs import Reported
    from okstra_git.bundle.request import PrepareOptions
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run


def clarified_request(
    workspace: Workspace, identity: Identity, options: PrepareOptions, *, editor: Editor
) -> RunRequest:
    """The request of the run that ended last with a report, after a person has answered in that report.

    The editor is opened only when that run's phase could be prepared now, so that no answers are written for nothing.
    """
    key, task_type = require_key(workspace, identity), options.task_type
    task = require_open(workspace.store.read().state, key)
    if task_type is not None:
        require_phase(task_type)
    project = ProjectPaths(require_project_root(workspace))
    disk = Disk(project.root)
    last, report = require_newest(disk, task, task_type=task_type)
    run, context = last.run, _require_context(disk, last, key)
    inputs = read_object(Root(project.root), context.paths.run_inputs) or {}
    is_own = run.writer == find_writer(workspace.git)
    request = _same_again(key, run, context, inputs, clarification=str(report), project=project, with_brief=is_own)
    check_prepare(PrepareContext.of(workspace.silent(), request, holder=options.holder))
    text = decode(disk.files.read_bytes(last.report), name=last.report)
    _let_answer(workspace, key, text, last.report, report, editor)
    return request


def _require_context(disk: Disk, last: Reported, key: TaskKey) -> RunContext:
    """What the run was rendered from; a report without it cannot be run again with."""
    context = disk.context(last.run)
    if context is None:
        message = (
            f"the last report of {key}, {last.report}, cannot be answered: the bundle of its run is not here any more"
        )
        hint = f"git okstra run show {word(last.run.id)}"
        raise refuse("report.missing", message, hint=hint, run=last.run.id, report=last.report)
    return context


def _let_answer(workspace: Workspace, key: TaskKey, text: str, name: str, report: Path, editor: Editor) -> None:
    """Open the editor where a question waits for it; refuses to go on where nothing was answered and nobody may be
    asked."""
    rows = [row for row in list_clarifications(parse_document(text)) if row.is_open]
    blank = [row.id for row in rows if row.is_unanswered]
    answered = len(rows) - len(blank)
    is_wanted = blank or not rows
    if is_wanted and (editor.when == "blank" or (editor.when == "unanswered" and not answered)):
        editor.edit(report)
    elif blank and not answered:
        message = f"no question of {name} is answered, and no editor is to be opened"
        hint = command("git okstra report answer", blank[0], ("--value", "TEXT"), ("--task-key", key))
        raise refuse("clarification.unanswered", message, hint=hint, report=name, waiting=blank)
    elif rows:
        workspace.note(f"no editor is opened: {answered} of {counted(len(rows), 'question')} of {name} answered")


def _same_again(
    key: TaskKey,
    run: Run,
    context: RunContext,
    inputs: dict[str, Any],
    *,
    clarification: str,
    project: ProjectPaths,
    with_brief: bool,
) -> RunRequest:
    """The request that made the run, with the answered report carried in.

    What its record and its context name is read from the repository; the brief only for runs of this clone.
    """
    options = context.options
    models = [(worker.id, worker.model) for worker in context.workers]
    models += [("lead", options.lead_model), *([("executor", options.executor_model)] if options.executor else [])]
    return RunRequest(
        key=key,
        phase=require_phase(run.task_type),
        stage=run.stage,
        brief=_under(project, run.brief.path) if run.brief and with_brief else None,
        base_ref=_base_ref(inputs),
        executor=options.executor or "claude",
        workers=tuple(worker.id for worker in context.workers),
        models=tuple(models),
        directive=options.directive,
        related_tasks=options.related_tasks,
        clarification=clarification,
        pr_template=_under(project, options.pr_template) if options.pr_template else None,
        waivers=tuple(WaiverAsked(key, reason) for key, reason in options.waivers),
        plan_verification=options.plan_verification,
        scope=context.run.scope,
        stages=context.group.stages if context.group else (),
    )


def _under(project: ProjectPaths, path: str) -> str | None:
    files = Root(project.root)
    return str(project.root / files.name(path)) if files.has_place_for(path) else None


def _base_ref(inputs: dict[str, Any]) -> str | None:
    base = inputs.get("base")
    ref = base.get("ref") if isinstance(base, dict) else None
    return ref if isinstance(ref, str) and ref else None
