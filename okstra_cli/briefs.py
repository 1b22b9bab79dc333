"""What `brief new` and `brief check` do: write a brief from the template, and judge one for a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.approving import input_template
from okstra_cli.brief_files import NoWords, read_brief, read_bytes
from okstra_cli.output import Answer
from okstra_cli.views import brief as view
from okstra_cli.views.plan import count_of
from okstra_git.briefs.new_brief import make_brief
from okstra_git.briefs.reporter_gate import judge_gate
from okstra_git.briefs.rules import check_brief, read_terms
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import Taken
from okstra_git.fs.root import Root
from okstra_git.host.locks import hold_folder
from okstra_git.names import is_text, parse_slug, shown_path
from okstra_git.paths import ProjectPaths
from okstra_git.phases import require_phase
from okstra_git.porcelain.prepare.order import project_root
from okstra_git.real_paths import real_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from okstra_cli.session import Session


MOST_BRIEFS = 100_000


class BriefExists(OkstraError):
    """There is a file where the brief would be written."""

    code = "brief.exists"


class BriefCaseClash(OkstraError):
    """There is a brief whose name differs in case only."""

    code = "brief.case-clash"


class BriefInvalid(OkstraError):
    """The brief breaks rules."""

    code = "brief.invalid"


class ReportMissing(OkstraError):
    """The report that a release builds on is not there."""

    code = "report.missing"


def write_brief(
    session: Session,
    group: str,
    name: str,
    language: str | None,
    *,
    title: str = "",
    tickets: Sequence[str] = (),
    source_file: str | None = None,
    report: str | None = None,
) -> Answer:
    """Write the template to the briefs folder, with what was given in its places."""
    parse_slug(group, what="task group")
    parse_slug(name, what="task id")
    project = ProjectPaths(project_root(session.workspace))
    path = project.briefs(group) / f"{name}.md"
    shown_path = project.relative(path)
    tickets = [" ".join(ticket.split()) for ticket in tickets]
    if not all(map(is_text, (title, *tickets))):
        raise NoWords("title and tickets have to be text", hint="give them in UTF-8")
    text = make_brief(
        input_template(session, "brief", language),
        name,
        title=title,
        tickets=[ticket for ticket in tickets if ticket],
        source=_source(session, source_file) if source_file is not None else "",
        report=_report(session, report, project) if report is not None else "",
    )
    decode(text.encode("utf-8"), name=shown_path)
    with hold_folder(project.root):  # two that differ in case only are two files on most file systems
        _refuse_case_clash(project, path)
        _create(project, path, text, name=shown_path)
    is_filled = source_file is not None
    return Answer(view.written_json(path, shown_path), lambda: view.written_page(shown_path, is_filled=is_filled))


def check_here(session: Session, file: str, task_type: str) -> Answer:
    """Everything that is wrong with the brief, and what the reporter gate says to the phase."""
    phase, brief = require_phase(task_type), read_brief(session, file).brief
    terms = _terms(session)
    problems = check_brief(brief, terms=terms, needs_report=phase.name == "release-handoff")
    gate = judge_gate(brief, phase, terms=terms or ())
    hint = "mend the lines that are named; 'git okstra brief template' shows the sections of a brief"
    refusal = BriefInvalid(f"{file} breaks {count_of(problems)}", hint=hint) if problems and gate.may_proceed else None
    return Answer(
        view.check_json(file, brief, gate, problems, phase.name),
        lambda: view.check_page(file, brief, gate, problems, phase.name),
        0 if gate.may_proceed else 2,
        error=refusal,
    )


def _refuse_case_clash(project: ProjectPaths, path: Path) -> None:
    """Tasks must not differ in case only, so neither may their briefs."""
    wanted = (path.parent.name, path.name)
    files = Root(project.root)
    folders = _named(files, path.parent.parent, path.parent.name)
    for other in (found for folder in folders for found in _named(files, folder, path.name)):
        if (other.parent.name, other.name) != wanted:
            there = project.relative(other)
            message = f"{project.relative(path)} differs from {there} in upper and lower case only"
            raise BriefCaseClash(message, hint=f"take another name, or go on with {there}", path=str(other))


def _named(files: Root, folder: Path, name: str) -> list[Path]:
    """What the folder has under this name, in any case."""
    if not files.is_folder(folder):
        return []
    return [folder / each for each in files.list(folder, MOST_BRIEFS).names if each.lower() == name.lower()]


def _create(project: ProjectPaths, path: Path, text: str, *, name: str) -> None:
    try:
        Root(project.root).create(path, text.encode("utf-8"), durable=False)
    except Taken:
        raise BriefExists(f"{name} exists already", hint=view.check_command(name), path=str(path)) from None


def _source(session: Session, file: str) -> str:
    """The reporter's words, byte for byte."""
    words = decode(read_bytes(session, file), name=file)
    if not words.strip():
        raise NoWords(
            f"{shown_path(file)} says nothing", hint="--source-file takes the reporter's own words", path=file
        )
    return words


def _report(session: Session, file: str, project: ProjectPaths) -> str:
    path = real_path(session.cwd / file)
    if not path.is_file():
        message = f"there is no report {shown_path(file)}"
        raise ReportMissing(message, hint="name the accepted final-verification report", path=file)
    named = project.relative(path)
    if not named.isprintable():
        raise ReportMissing(f"the path {shown_path(named)} cannot stand in a brief", hint="rename the file", path=file)
    return named


def _terms(session: Session) -> frozenset[str] | None:
    try:
        project = ProjectPaths(project_root(session.workspace))
        data = Root(project.root, links=True).find_bytes(project.glossary)
        return read_terms(parse_document(decode(data, name="glossary"))) if data is not None else None
    except OkstraError:
        return None
