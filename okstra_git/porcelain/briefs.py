"""Makes briefs and other forms for people to fill in, and checks a brief for a phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.briefs.edits import make_brief
from okstra_git.briefs.reporter_gate import judge_gate
from okstra_git.briefs.rules import check_brief, read_terms
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import Taken
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_folder
from okstra_git.names import is_text, parse_slug, quote, quote_path
from okstra_git.paths import LANGUAGES, ProjectPaths, real_path, templates_directory
from okstra_git.phases import require_phase
from okstra_git.porcelain.brief_edits import check_command, read_brief, read_bytes
from okstra_git.porcelain.project_files import require_project_root
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from okstra_git.briefs.brief import Brief
    from okstra_git.briefs.reporter_gate import Gate
    from okstra_git.documents.problems import Flaw
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
    report, rows = _asked(root, task) if form == "user-response" else ("", [])
    part = describe_task(task, key, ProjectPaths(root))
    return make_input(form, part, language=known_language(workspace, language), rows=rows, report=report)


MOST_BRIEFS = 100_000


@dataclass(frozen=True)
class NewBrief:
    """A brief that was written; `name` is its path from the root, `is_filled` whether it has the reporter's words."""

    path: Path
    name: str
    is_filled: bool


@dataclass(frozen=True)
class BriefCheck:
    """What is wrong with a brief, and whether `phase` may begin on it."""

    name: str
    brief: Brief
    gate: Gate
    flaws: list[Flaw]
    phase: str

    @property
    def refusal(self) -> OkstraError | None:
        """What a brief is refused with that breaks rules; one whose gate is shut is a question, not a fault."""
        if not self.flaws or not self.gate.may_proceed:
            return None
        hint = "mend the lines that are named; 'git okstra brief template' shows the sections of a brief"
        return refuse("brief.invalid", f"{self.name} breaks {counted(len(self.flaws), 'rule')}", hint=hint)


def write_brief(
    workspace: Workspace,
    group: str,
    name: str,
    language: str | None,
    *,
    title: str = "",
    tickets: Sequence[str] = (),
    source_file: str | None = None,
    report: str | None = None,
) -> NewBrief:
    """Write the template to the briefs folder, with what was given in its places."""
    parse_slug(group, what="task group")
    parse_slug(name, what="task id")
    project = ProjectPaths(require_project_root(workspace))
    tickets = [" ".join(ticket.split()) for ticket in tickets]
    if not all(map(is_text, (title, *tickets))):
        raise refuse("text.refused", "title and tickets have to be text", hint="give them in UTF-8")
    text = make_brief(
        input_template(workspace, BRIEF, language),
        name,
        title=title,
        tickets=[ticket for ticket in tickets if ticket],
        source=_source(workspace, source_file) if source_file is not None else "",
        report=_report(workspace, report, project) if report is not None else "",
    )
    path = place_brief(workspace, group, name, text)
    return NewBrief(path, project.relative(path), is_filled=source_file is not None)


def place_brief(workspace: Workspace, group: str, name: str, text: str, *, keep: bool = False) -> Path:
    """Write the text to the briefs folder. A brief that is there is refused, or left alone with `keep`."""
    project = ProjectPaths(require_project_root(workspace))
    path = project.briefs(parse_slug(group, what="task group")) / f"{parse_slug(name, what='task id')}.md"
    relative = project.relative(path)
    decode(text.encode("utf-8"), name=relative)
    with hold_folder(project.root):  # two that differ in case only are two files on most file systems
        if keep and Root(project.root).is_file(path):
            return path
        _refuse_case_clash(project, path)
        _create(project, path, text, name=relative)
    return path


def check_brief_file(workspace: Workspace, file: str, task_type: str) -> BriefCheck:
    """Everything that is wrong with the brief, and what the reporter gate says to the phase."""
    phase, brief = require_phase(task_type), read_brief(workspace, file).brief
    terms = _terms(workspace)
    flaws = check_brief(brief, terms=terms, needs_report=phase.name == "release-handoff")
    return BriefCheck(file, brief, judge_gate(brief, phase, terms=terms or ()), flaws, phase.name)


def _asked(root: Path, task: Task) -> tuple[str, list[list[str]]]:
    """The last report of the task and what it asks, as cells of its table; nothing where there is none."""
    from okstra_git.bundle.inputs import find_last_report
    from okstra_git.bundle.report_questions import open_questions
    from okstra_git.bundle.run_files import Disk
    from okstra_git.reports.answering import written_cells

    disk = Disk(root)
    last = find_last_report(disk, task)
    asked = open_questions(disk, last.report) if last is not None and last.is_here else None
    return ("", []) if asked is None else (asked.report, [written_cells(row) for row in asked.rows])


def _refuse_case_clash(project: ProjectPaths, path: Path) -> None:
    """Tasks must not differ in case only, so neither may their briefs."""
    wanted = (path.parent.name, path.name)
    files = Root(project.root)
    folders = _named(files, path.parent.parent, path.parent.name)
    for other in (entry for folder in folders for entry in _named(files, folder, path.name)):
        if (other.parent.name, other.name) != wanted:
            existing = project.relative(other)
            message = f"{project.relative(path)} differs from {existing} in upper and lower case only"
            raise refuse(
                "brief.case-clash", message, hint=f"take another name, or go on with {existing}", path=str(other)
            )


def _named(files: Root, folder: Path, name: str) -> list[Path]:
    """What the folder has under this name, in any case."""
    if not files.is_folder(folder):
        return []
    return [folder / entry for entry in files.list(folder, MOST_BRIEFS).names if entry.lower() == name.lower()]


def _create(project: ProjectPaths, path: Path, text: str, *, name: str) -> None:
    try:
        Root(project.root).create(path, text.encode("utf-8"), durable=False)
    except Taken:
        raise refuse("brief.exists", f"{name} exists already", hint=check_command(name), path=str(path)) from None


def _source(workspace: Workspace, file: str) -> str:
    """The reporter's words, byte for byte."""
    words = decode(read_bytes(workspace, file), name=file)
    if not words.strip():
        raise refuse(
            "text.refused",
            f"{quote_path(file)} says nothing",
            hint="--source-file takes the reporter's own words",
            path=file,
        )
    return words


def _report(workspace: Workspace, file: str, project: ProjectPaths) -> str:
    path = real_path(workspace.cwd / file)
    if not path.is_file():
        message = f"there is no report {quote_path(file)}"
        raise refuse("report.missing", message, hint="name the accepted final-verification report", path=file)
    named = project.relative(path)
    if not named.isprintable():
        raise refuse(
            "report.missing", f"the path {quote_path(named)} cannot stand in a brief", hint="rename the file", path=file
        )
    return named


def _terms(workspace: Workspace) -> frozenset[str] | None:
    try:
        project = ProjectPaths(require_project_root(workspace))
        data = Root(project.root, links=True).find_bytes(project.glossary)
        return read_terms(parse_document(decode(data, name="glossary"))) if data is not None else None
    except OkstraError:
        return None
