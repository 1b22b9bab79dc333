"""From the options of the line to a prepared run, which may carry on the last one with its questions answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_git.briefs.brief import parse_brief
from okstra_git.bundle.request import RunRequest, parse_request
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Missing, NotAFile, Unreadable
from okstra_git.git.settings import Settings, write_setting
from okstra_git.names import quote, quote_path
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.porcelain.prepare.brief_input import find_brief
from okstra_git.porcelain.prepare.context import Editor, PrepareContext, Prepared
from okstra_git.porcelain.prepare.prepare import prepare_run
from okstra_git.porcelain.project_files import read_document_named, require_project_root
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.records.states import Task
from okstra_git.stages.task import MAX_TEXT, open_task
from okstra_git.store.registry import find_task, refuse_case_clash

if TYPE_CHECKING:
    from okstra_git.bundle.request import PrepareOptions, RunRequest
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task

KEPT = "project"
TEMPLATE_SCOPES = ("run", KEPT)


def prepare(workspace: Workspace, identity: Identity, options: PrepareOptions, *, editor: Editor) -> Prepared:
    """Prepare the run that is asked for, or find that it is prepared; the `editor` is for a report to be answered."""
    _check_template_scope(options)
    if options.resume_clarification:
        from okstra_git.porcelain.prepare.carry_in import clarified_request  # few lines ask for it

        return _prepare(workspace, clarified_request(workspace, identity, options, editor=editor), options)
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
