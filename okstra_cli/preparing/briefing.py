"""Finds the brief of a run, and asks its reporter gate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.documents.markdown import decode, parse_document, read_document
from okstra_git.errors import OkstraError
from okstra_git.git.objects import name_of_blob
from okstra_git.names import shown_path
from okstra_git.plans.brief_rules import check_brief, read_terms
from okstra_git.plans.briefs import Brief, parse_brief
from okstra_git.plans.reporter_gate import Gate, require_open_gate
from okstra_git.records.runs import Source
from okstra_git.runs.context import BriefPart, Question

if TYPE_CHECKING:
    from okstra_cli.preparing.order import Order
    from okstra_git.names import TaskKey
    from okstra_git.paths import ProjectPaths
    from okstra_git.records.states import Task


class BriefMissing(OkstraError):
    """A phase that begins on a brief has none."""

    code = "brief.missing"


@dataclass(frozen=True)
class ReadBrief:
    """A brief whose gate is open: where it stands, its text, and what templates see of it."""

    source: Source
    text: str
    part: BriefPart


def find_brief(order: Order, task: Task) -> ReadBrief | None:
    """The brief that was named, else the one of the task's last run, else the one in the briefs folder.

    An implementation may begin on its plan alone; every other phase is refused without a brief.
    """
    path = _path_of(order, task)
    if path is None:
        if order.request.phase.needs_plan:
            order.session.note(f"{order.key} has no brief; the run begins on its plan alone")
            return None
        group, name = order.key.group, order.key.task
        raise BriefMissing(
            f"{order.key} has no brief, and {order.request.phase.name} begins on one",
            hint=f"git okstra brief new {word(group)} {word(name)}\nfill it in, then the same line again",
        )
    try:
        data = read_document(path)
    except OSError as error:
        why = error.strerror or "it cannot be read"
        name = shown_path(order.project.relative(path))
        whose = "" if order.request.brief is not None else " of the last run"
        hint = "name it with --brief-path FILE"
        raise BriefMissing(f"the brief {name}{whose} cannot be read: {why}", hint=hint) from error
    return _read(order, path, data)


def _path_of(order: Order, task: Task) -> Path | None:
    """Where the brief is, as far as anybody said."""
    if order.request.brief is not None:
        return (order.session.cwd / order.request.brief).resolve()
    return usual_brief(order.project, order.key, task)


def usual_brief(project: ProjectPaths, key: TaskKey, task: Task) -> Path | None:
    """The brief where none is named: that of the last run that had one, else its namesake in the briefs folder."""
    last = max((run for run in task.runs.values() if run.brief is not None), key=lambda run: run.id, default=None)
    if last is not None and last.brief is not None:
        return project.root / last.brief.path
    folder = project.briefs(key.group)
    found = sorted(folder.rglob(f"{key.task}.md")) if folder.is_dir() else []
    return found[0] if len(found) == 1 else None


def _read(order: Order, path: Path, data: bytes) -> ReadBrief:
    name = order.project.relative(path)
    text = decode(data, name=name)
    brief, phase, terms = parse_brief(parse_document(text)), order.request.phase, _terms(order)
    gate = require_open_gate(brief, phase, path=name, terms=terms or (), language=order.language)
    for problem in check_brief(brief, terms=terms, needs_report=phase.name == "release-handoff"):
        order.session.note(f"{name}:{problem.line}: {problem.message}")
    source = Source(path=name, blob=name_of_blob(data))
    return ReadBrief(source, text, _part(source, brief, gate))


def _terms(order: Order) -> frozenset[str] | None:
    """The glossary's terms, None when there is no glossary that can be read."""
    try:
        data = read_document(order.project.glossary)
    except OSError:
        return None
    return read_terms(parse_document(decode(data, name=order.project.relative(order.project.glossary))))


def _part(source: Source, brief: Brief, gate: Gate) -> BriefPart:
    return BriefPart(
        path=source.path,
        blob=source.blob,
        gate=gate.state,
        title=brief.title,
        promoted=tuple(
            Question(each.prefix, each.text, each.line, each.kind, each.blocks, each.recommended)
            for each in gate.promoted
        ),
        inferences=tuple(each.text for each in brief.additions if each.label == "intent-inference"),
    )
