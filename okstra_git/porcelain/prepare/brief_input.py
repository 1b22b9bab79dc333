"""Finds the brief of a run, and asks its reporter gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.briefs.brief import Brief, parse_brief
from okstra_git.briefs.reporter_gate import Gate, require_open_gate
from okstra_git.briefs.rules import check_brief, read_terms
from okstra_git.bundle.context import BriefPart, CarriedQuestion
from okstra_git.bundle.inputs import last_brief
from okstra_git.commands import word
from okstra_git.documents.markdown import decode, parse_document
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Missing, NotAFile, Unreadable
from okstra_git.fs.root import Root
from okstra_git.git.objects import name_of_blob
from okstra_git.names import quote_path
from okstra_git.paths import real_path
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.records.runs import Source

if TYPE_CHECKING:
    from okstra_git.names import TaskKey
    from okstra_git.paths import ProjectPaths
    from okstra_git.porcelain.prepare.context import PrepareContext
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class ReadBrief:
    """A brief whose gate is open: where it stands, its text, and what templates see of it."""

    source: Source
    text: str
    part: BriefPart


def find_brief(context: PrepareContext, task: Task) -> ReadBrief | None:
    """The brief that was named, else the one of the task's last run, else the one in the briefs folder.

    An implementation may begin on its plan alone; every other phase is refused without a brief.
    """
    data, path = _named(context) if context.request.brief is not None else _usual(context, task)
    if path is None:
        if context.request.phase.needs_plan:
            context.workspace.note(f"{context.key} has no brief; the run begins on its plan alone")
            return None
        group, name = context.key.group, context.key.task
        raise refuse(
            "brief.missing",
            f"{context.key} has no brief, and {context.request.phase.name} begins on one",
            hint=f"git okstra brief new {word(group)} {word(name)}\nfill it in, then the same line again",
        )
    return _read(context, path, data)


def _named(context: PrepareContext) -> tuple[bytes, Path]:
    """The brief that a person named, and where it is."""
    workspace, name = context.workspace, str(context.request.brief)
    try:
        data = read_document_named(workspace, name)
    except (Missing, NotAFile, Unreadable) as error:
        hint = "name it with --brief-path FILE"
        raise refuse("brief.missing", f"the brief cannot be read: {error.message}", hint=hint) from error
    return data, real_path(workspace.cwd / name)


def _usual(context: PrepareContext, task: Task) -> tuple[bytes, Path | None]:
    """The brief where none is named. It is inside the repository, and no link leads out of it."""
    files = Root(context.project.root, links=True)
    last = last_brief(task, context.writer) if task.runs else ""
    if last and not files.has_place_for(last):
        raise refuse(
            "brief.missing",
            f"the brief {quote_path(last)} of the last run lies outside of the repository",
            hint=f"name it with --brief-path {word(last)}",
        )
    path = usual_brief(context.project, context.key, task, context.writer if task.runs else "")
    if path is None:
        return b"", None
    try:
        return files.read_bytes(path), path
    except (Missing, NotAFile, Unreadable) as error:
        whose = " of the last run" if last else ""
        hint = "name it with --brief-path FILE"
        raise refuse("brief.missing", f"the brief{whose} cannot be read: {error.message}", hint=hint) from error


def usual_brief(project: ProjectPaths, key: TaskKey, task: Task, writer: str) -> Path | None:
    """The brief where none is named: that of the last run of this clone that had one and has it in the repository, else
    its namesake in the briefs folder. A link there counts when it stays in the repository."""
    files, last = Root(project.root, links=True), last_brief(task, writer)
    if last:
        return project.root / files.name(last) if files.has_place_for(last) else None
    namesakes = [path for path, _ in files.walk(project.briefs(key.group)) if path.endswith(f"/{key.task}.md")]
    return project.root / namesakes[0] if len(namesakes) == 1 else None


def _read(context: PrepareContext, path: Path, data: bytes) -> ReadBrief:
    name = context.project.relative(path)
    text = decode(data, name=name)
    brief, phase, terms = parse_brief(parse_document(text)), context.request.phase, _terms(context)
    gate = require_open_gate(brief, phase, path=name, terms=terms or (), language=context.language)
    for problem in check_brief(brief, terms=terms, needs_report=phase.name == "release-handoff"):
        context.workspace.note(f"{name}:{problem.line}: {problem.message}")
    source = Source(path=name, blob=name_of_blob(data))
    return ReadBrief(source, text, _part(source, brief, gate))


def _terms(context: PrepareContext) -> frozenset[str] | None:
    """The glossary's terms, None when there is no glossary that can be read."""
    try:
        data = Root(context.project.root, links=True).find_bytes(context.project.glossary)
    except Unreadable:
        return None
    name = context.project.relative(context.project.glossary)
    return read_terms(parse_document(decode(data, name=name))) if data is not None else None


def _part(source: Source, brief: Brief, gate: Gate) -> BriefPart:
    return BriefPart(
        path=source.path,
        blob=source.blob,
        gate=gate.state,
        title=brief.title,
        promoted=tuple(
            CarriedQuestion(asked.prefix, asked.text, asked.line, asked.kind, asked.blocks, asked.recommended)
            for asked in gate.promoted
        ),
        inferences=tuple(entry.text for entry in brief.additions if entry.label == "intent-inference"),
    )
