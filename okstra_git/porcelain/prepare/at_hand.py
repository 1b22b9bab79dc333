"""What a prepare does beside the run itself: opens a new task, reads a directive's file, keeps a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from okstra_git.briefs.brief import parse_brief
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import UsageError
from okstra_git.fs.refusals import Missing, NotAFile, Unreadable
from okstra_git.git.config_file import write_setting
from okstra_git.git.settings import Settings
from okstra_git.names import shown, shown_path
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.prepare.brief_input import find_brief
from okstra_git.porcelain.prepare.documents import PaperMissing
from okstra_git.porcelain.prepare.order import Order, project_root
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.porcelain.workspace import Workspace
from okstra_git.real_paths import real_path
from okstra_git.records.states import Task
from okstra_git.stages.task import MAX_TEXT, open_task
from okstra_git.store.registry import find_task, refuse_case_clash

if TYPE_CHECKING:
    from okstra_git.runs.request import RunRequest

KEPT = "project"
SCOPES = ("run", KEPT)


def open_for(workspace: Workspace, request: RunRequest, *, category: str | None) -> None:
    """Open the task of the request where there is none, after its brief was found good; others are left alone."""
    state = workspace.store.read().state
    if find_task(state, request.key) is not None:
        return
    refuse_case_clash(state, request.key)
    # the prepare itself reads the brief again, and tells what is wrong with it
    found = find_brief(Order(workspace.silent(), request, workspace.began), Task(key=request.key))
    brief = parse_brief(parse_document(found.text)) if found else None
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


def read_directive(workspace: Workspace, said: Mapping[str, Any]) -> str:
    """The directive, from the line or from its file; refuses both at once."""
    name = said["directive_file"]
    if name is None:
        return str(said["directive"])
    if said["directive"]:
        raise UsageError("--directive and --directive-file exclude each other", hint="say one of them")
    try:
        data = read_document_named(workspace, name)
    except (Missing, NotAFile, Unreadable) as error:
        raise PaperMissing(f"the directive cannot be read: {error.message}", hint="name an existing file") from error
    text = decode(data, name=name).strip()
    if not text:
        raise PaperMissing(f"the directive {shown_path(name)} is empty", hint="write one, or leave the option out")
    return text


def check_template_scope(scope: str | None, template: str | None) -> None:
    """`run` or `project`, and only beside a template."""
    if scope is not None and scope not in SCOPES:
        raise UsageError(f"{shown(scope)} is not a scope", hint="--pr-template-scope run, or project")
    if scope is not None and template is None:
        raise UsageError("--pr-template-scope needs a template", hint="add --pr-template-path FILE")


def keep_template(workspace: Workspace, template: str) -> None:
    """Make the template the project's own."""
    project = ProjectPaths(project_root(workspace))
    path = project.relative(real_path(workspace.cwd / template))
    if write_setting(workspace.git, Settings.pr_template, [path]):
        workspace.note(f"okstra.prTemplate is {path} from now on")
