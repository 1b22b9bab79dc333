"""What the brief commands do: write one from the template, and judge one for a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.approving import input_template
from okstra_cli.output import Answer
from okstra_cli.preparing.order import project_root
from okstra_cli.views import brief as view
from okstra_cli.views.plan import count_of
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import OkstraError
from okstra_git.names import parse_slug, shown
from okstra_git.paths import ProjectPaths
from okstra_git.phases import require_phase
from okstra_git.plans.brief_rules import check_brief, read_terms
from okstra_git.plans.briefs import parse_brief
from okstra_git.plans.reporter_gate import judge_gate

if TYPE_CHECKING:
    from okstra_cli.session import Session


class BriefExists(OkstraError):
    """There is a file where the brief would be written."""

    code = "brief.exists"


class BriefInvalid(OkstraError):
    """The brief breaks rules."""

    code = "brief.invalid"


class BriefUnreadable(OkstraError):
    """The brief cannot be read."""

    code = "brief.missing"


def write_brief(session: Session, group: str, name: str, language: str | None) -> Answer:
    """Write the template to the briefs folder."""
    parse_slug(group, what="task group")
    parse_slug(name, what="task id")
    project = ProjectPaths(project_root(session))
    path = project.briefs(group) / f"{name}.md"
    text = input_template(session, "brief", language).replace("TASK-ID", name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        hint = f"git okstra brief check {project.relative(path)}"
        raise BriefExists(f"{project.relative(path)} exists already", hint=hint, path=str(path)) from None
    shown_path = project.relative(path)
    return Answer({"path": str(path)}, lambda: view.written_page(shown_path))


def check_here(session: Session, file: str, task_type: str) -> Answer:
    """Everything that is wrong with the brief, and what the reporter gate says to the phase."""
    phase, path = require_phase(task_type), session.cwd / file
    try:
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise BriefUnreadable(
            f"the brief {shown(file)} cannot be read: {why}", hint="git okstra brief new GROUP NAME"
        ) from error
    brief = parse_brief(parse_document(decode(data, name=file)))
    terms = _terms(session)
    problems = check_brief(brief, terms=terms, needs_report=phase.name == "release-handoff")
    gate = judge_gate(brief, phase, terms=terms or ())
    hint = "mend the lines that are named; 'git okstra brief template' shows a sound one"
    refusal = BriefInvalid(f"{file} breaks {count_of(problems)}", hint=hint) if problems and gate.may_proceed else None
    return Answer(
        view.check_json(file, brief, gate, problems, phase.name),
        lambda: view.check_page(file, gate, problems, phase.name),
        0 if gate.may_proceed else 2,
        error=refusal,
    )


def _terms(session: Session) -> frozenset[str] | None:
    try:
        glossary = ProjectPaths(project_root(session)).glossary
        return read_terms(parse_document(decode(glossary.read_bytes(), name="glossary")))
    except (OSError, OkstraError):
        return None
