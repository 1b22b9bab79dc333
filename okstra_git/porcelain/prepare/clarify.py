"""`--resume-clarification`: the last report in the editor, then the same phase again with the answers carried in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_git.bundle.last_report import find_last_report
from okstra_git.bundle.project import read_object
from okstra_git.bundle.request import RunRequest, WaiverAsked
from okstra_git.bundle.run_files import Disk
from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.fs.root import Root
from okstra_git.paths import ProjectPaths
from okstra_git.phases import require_phase
from okstra_git.porcelain.prepare.context import PrepareContext
from okstra_git.porcelain.prepare.prepare import check_prepare
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.store.registry import require_open
from okstra_git.store.writer import find_writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.bundle.request import PrepareOptions
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


def clarified_request(
    workspace: Workspace, identity: Identity, options: PrepareOptions, *, edit: Callable[[Path], None]
) -> RunRequest:
    """The request of the run that ended last with a report, after a person has answered in that report.

    `edit` is called only when that run's phase could be prepared now, so that no answers are written for nothing.
    """
    key, task_type = require_key(workspace, identity), options.task_type
    task = require_open(workspace.store.read().state, key)
    if task_type is not None:
        require_phase(task_type)
    project = ProjectPaths(require_project_root(workspace))
    run, context, report = _last_reported(key, task, project, task_type)
    inputs = read_object(Root(project.root), context.paths.run_inputs) or {}
    is_own = run.writer == find_writer(workspace.git)
    request = _same_again(key, run, context, inputs, clarification=str(report), project=project, with_brief=is_own)
    check_prepare(PrepareContext.of(workspace.silent(), request, holder=options.holder))
    edit(report)
    return request


def _last_reported(
    key: TaskKey, task: Task, project: ProjectPaths, task_type: str | None
) -> tuple[Run, RunContext, Path]:
    """The last report with its run; refuses when it is not here, since an older one is not what is asked for."""
    disk = Disk(project.root)
    last = find_last_report(disk, task, task_type=task_type)
    if last is None:
        of = f" of type {task_type}" if task_type else ""
        hint = f"git okstra run list --task-key {key} --all"
        raise refuse("report.missing", f"no run{of} of {key} has left a report to answer", hint=hint, task=str(key))
    context, path = disk.context(last.run), disk.place(last.report)
    if context is None or path is None or not last.is_here:
        missing = "the report" if not last.is_here else "the bundle of its run, though not the report"
        raise refuse(
            "report.missing",
            f"the last report of {key}, {last.report}, cannot be answered: {missing} is not here any more",
            hint=f"git okstra run show {word(last.run.id)}",
            run=last.run.id,
            report=last.report,
        )
    return last.run, context, path


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
