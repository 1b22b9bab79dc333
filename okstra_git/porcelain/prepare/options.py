"""From the options of the line to a prepared run, which may carry on the last one with its questions answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okstra_git.briefs.brief import parse_brief
from okstra_git.bundle.inputs import find_last_report
from okstra_git.bundle.project import read_object
from okstra_git.bundle.request import RunRequest, WaiverAsked, parse_request
from okstra_git.bundle.run_files import Disk
from okstra_git.commands import word
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Missing, NotAFile, Unreadable
from okstra_git.fs.root import Root
from okstra_git.git.settings import Settings, write_setting
from okstra_git.names import quote, quote_path
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.phases import require_phase
from okstra_git.porcelain.prepare.brief_input import find_brief
from okstra_git.porcelain.prepare.context import PrepareContext, Prepared
from okstra_git.porcelain.prepare.prepare import check_prepare, prepare_run
from okstra_git.porcelain.project_files import read_document_named, require_project_root
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.records.states import Task
from okstra_git.stages.task import MAX_TEXT, open_task
from okstra_git.store.clone import find_writer
from okstra_git.store.registry import find_task, refuse_case_clash, require_open

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okstra_git.bundle.context import RunContext
    from okstra_git.bundle.request import PrepareOptions, RunRequest
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

KEPT = "project"
TEMPLATE_SCOPES = ("run", KEPT)

Edit = Callable[[Path], None]
"""Lets a person answer in a report, or refuses where that is not possible."""


def prepare(workspace: Workspace, identity: Identity, options: PrepareOptions, *, edit: Edit) -> Prepared:
    """Prepare the run that is asked for, or find that it is prepared; `edit` opens a report to be answered."""
    _check_template_scope(options)
    if options.resume_clarification:
        from okstra_git.porcelain.prepare.options import clarified_request  # few lines ask for it

        return _prepare(workspace, clarified_request(workspace, identity, options, edit=edit), options)
    if options.task_type is None:
        raise refuse("usage", "no task type was named", hint="add --task-type TYPE, or --resume-clarification")
    key = require_key(workspace, identity)
    request = parse_request(key, replace(options, directive=_read_directive(workspace, options)))
    if options.open_task:
        _open_task(workspace, request, category=identity.work_category)
    prepared = _prepare(workspace, request, options)
    if options.pr_template_scope == KEPT and options.pr_template is not None:
        _keep_template(workspace, options.pr_template)
    return prepared


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


def _prepare(workspace: Workspace, request: RunRequest, options: PrepareOptions) -> Prepared:
    verifies = request.plan_verification and workspace.settings.plan_verification
    request = replace(request, plan_verification=verifies)
    return prepare_run(PrepareContext.of(workspace, request, holder=options.holder, lead_session=options.lead_session))


def _open_task(workspace: Workspace, request: RunRequest, *, category: str | None) -> None:
    """Open the task of the request where there is none, after its brief was accepted; others are left alone."""
    state = workspace.store.read().state
    if find_task(state, request.key) is not None:
        return
    refuse_case_clash(state, request.key)
    # the prepare itself reads the brief again, and says what is wrong with it
    source = find_brief(PrepareContext.of(workspace.silent(), request), Task(key=request.key))
    brief = parse_brief(parse_document(source.text)) if source else None
    ticket = _line(brief.ticket) if brief else ""
    opened = open_task(
        workspace.store,
        request.key,
        category=category,
        title=_line(brief.title) if brief else "",
        tickets=[ticket] if ticket else [],
    )
    workspace.warn(opened.warning)
    workspace.note(f"task {request.key} is opened")


def _line(text: str) -> str:
    """One printable line, as titles and tickets are recorded."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_TEXT]


def _read_directive(workspace: Workspace, options: PrepareOptions) -> str:
    """The directive, from the line or from its file; refuses both at once."""
    name = options.directive_file
    if name is None:
        return options.directive
    if options.directive:
        raise refuse("usage", "--directive and --directive-file exclude each other", hint="say one of them")
    try:
        data = read_document_named(workspace, name)
    except (Missing, NotAFile, Unreadable) as error:
        message = f"the directive cannot be read: {error.message}"
        raise refuse("file.missing", message, hint="name an existing file") from error
    text = decode(data, name=name).strip()
    if not text:
        raise refuse(
            "file.missing", f"the directive {quote_path(name)} is empty", hint="write one, or leave the option out"
        )
    return text


def _check_template_scope(options: PrepareOptions) -> None:
    """`run` or `project`, and only beside a template."""
    scope = options.pr_template_scope
    if scope is not None and scope not in TEMPLATE_SCOPES:
        raise refuse("usage", f"{quote(scope)} is not a scope", hint="--pr-template-scope run, or project")
    if scope is not None and options.pr_template is None:
        raise refuse("usage", "--pr-template-scope needs a template", hint="add --pr-template-path FILE")


def _keep_template(workspace: Workspace, template: str) -> None:
    """Make the template the project's own."""
    project = ProjectPaths(require_project_root(workspace))
    path = project.relative(real_path(workspace.cwd / template))
    if write_setting(workspace.git, Settings.pr_template, [path]):
        workspace.note(f"okstra.prTemplate is {path} from now on")


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
