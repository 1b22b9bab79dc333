"""Renders the files of a run's bundle, and the forms that people fill in for one; reads nothing but templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from okstra_git.bundle.context import RunContext, TaskPart
from okstra_git.bundle.inputs import PromptDocuments, SourceText
from okstra_git.bundle.manifests import run_inputs, run_manifest, team_state
from okstra_git.bundle.report_data import known_of_context
from okstra_git.bundle.stored_context import context_document, pretty_json
from okstra_git.bundle.task_documents import KnownRun, ScheduledStage
from okstra_git.phases import PHASES, require_phase
from okstra_git.rendering import read_labels, render
from okstra_git.reports.form import render_form

MAX_EXCERPT = 12_000
"""Characters of a brief that the packet quotes; the rest is a line number away."""


@dataclass(frozen=True)
class BundleFile:
    """One file; `path` is relative to the project's root."""

    path: str
    data: bytes
    executable: bool = False


@dataclass(frozen=True)
class Bundle:
    """What a prepare writes: `instructions` appear all at once, `beside` before them, the task's views after them.

    `prompt` is the lead prompt, for standard output.
    """

    context: RunContext
    prompt: str
    instructions: tuple[BundleFile, ...]
    beside: tuple[BundleFile, ...]
    folders: tuple[str, ...]
    runs: tuple[KnownRun, ...] = ()
    stages: tuple[ScheduledStage, ...] = ()

    @property
    def files(self) -> tuple[BundleFile, ...]:
        """Every file that belongs to this run alone."""
        return (*self.beside, *self.instructions)


@dataclass(frozen=True)
class Excerpt:
    """The beginning of a document, whole lines; `more_from` is the line it goes on at, 0 when that is all."""

    text: str
    more_from: int = 0


def make_bundle(context: RunContext, documents: PromptDocuments) -> Bundle:
    """Every file of the run's bundle; reads nothing but templates."""
    paths = context.paths
    instructions = _instructions(context, documents)
    if paths.clarification and documents.clarification_data is not None:
        instructions[paths.clarification] = documents.clarification_data
    described = {paths.run_context: context_document(context), paths.run_inputs: pretty_json(run_inputs(context))}
    manifest = run_manifest(context, {**described, **instructions})
    return Bundle(
        context=context,
        prompt=instructions[paths.prompt].decode(),
        instructions=tuple(BundleFile(path, data) for path, data in instructions.items()),
        beside=(
            *(BundleFile(path, data) for path, data in described.items()),
            BundleFile(paths.team_state, pretty_json(team_state(context))),
            BundleFile(paths.resume_script, render_resume_script(context), executable=True),
            BundleFile(paths.run_manifest, pretty_json(manifest)),
        ),
        folders=(paths.prompts, paths.worker_results, paths.report.rpartition("/")[0]),
        runs=documents.runs,
        stages=documents.schedule,
    )


def render_resume_script(context: RunContext) -> bytes:
    """The script by which a person resumes the run."""
    return render("scripts/resume.sh.j2", _values(context)).encode()


def render_plain_instructions(context: RunContext) -> dict[str, bytes]:
    """Path -> content of those instructions that the context alone decides, the lead prompt among them."""
    values = _values(context)
    plain = {path: _document(name, values).encode() for path, name in _plain_templates(context).items()}
    return {**plain, context.paths.report_template: _report_form(context).encode()}


def _report_form(context: RunContext) -> str:
    """How this run's report looks, once its data are filled in and rendered."""
    return render_form(
        context.run.task_type,
        known_of_context(context),
        ticket=context.task.ticket_id if PHASES[context.run.task_type].tags_tickets else "",
        report=context.paths.report,
        data=context.paths.report_data,
        is_carrying=bool(context.paths.clarification),
        is_plan_verified=context.options.plan_verification,
    )


def excerpt(text: str, limit: int = MAX_EXCERPT) -> Excerpt:
    """As many whole lines as fit into `limit` characters, at least one."""
    if len(text) <= limit:
        return Excerpt(text)
    lines = text.splitlines(keepends=True)
    size = count = 0
    while count < len(lines) and (count == 0 or size + len(lines[count]) <= limit):
        size += len(lines[count])
        count += 1
    return Excerpt("".join(lines[:count]), count + 1 if count < len(lines) else 0)


def _instructions(context: RunContext, documents: PromptDocuments) -> dict[str, bytes]:
    """Path -> content of the instruction set."""
    paths = context.paths
    values = {**_values(context), "conformance": documents.conformance, "documents": _material(context, documents)}
    brief = documents.brief_text if _quotes_brief(context) else None
    values["excerpt"] = excerpt(brief) if brief is not None else None
    sourced = {
        paths.packet: "prompts/analysis-packet.md.j2",
        paths.material: "prompts/analysis-material.md.j2",
        paths.expectations: "prompts/reference-expectations.md.j2",
    }
    return {
        **render_plain_instructions(context),
        **{path: _document(name, values).encode() for path, name in sourced.items()},
    }


def _quotes_brief(context: RunContext) -> bool:
    """Whether the packet has the brief itself: where no plan stands in its place, and where it is verified against."""
    return context.plan is None or context.run.task_type == "final-verification"


def _document(name: str, values: dict[str, Any]) -> str:
    """A rendered template that ends with one line break, whatever parts of it fell away."""
    return render(name, values).rstrip("\n") + "\n"


def _plain_templates(context: RunContext) -> dict[str, str]:
    """Path -> template of every instruction that needs no source."""
    paths, task_type = context.paths, context.run.task_type
    templates = {
        paths.prompt: "prompts/launch.md.j2",
        paths.context: "prompts/active-run-context.md.j2",
        paths.profile: f"profiles/{task_type}.md.j2",
        paths.preamble: "prompts/worker-preamble.md.j2",
    }
    if task_type == "implementation":
        templates[paths.executor] = "profiles/implementation-executor.md.j2"
        templates[paths.verifier] = "profiles/implementation-verifier.md.j2"
        templates[paths.deliverable] = "profiles/implementation-deliverable.md.j2"
    return templates


def _values(context: RunContext) -> dict[str, Any]:
    return {
        **context.parts(),
        "phase": require_phase(context.run.task_type),
        "t": read_labels(context.run.language),
    }


def _material(context: RunContext, documents: PromptDocuments) -> list[SourceText]:
    """The documents of the lazy material; a brief that the packet quotes whole is not repeated."""
    material = list(documents.others)
    if context.plan and documents.plan_text is not None:
        material.insert(0, SourceText("Approved plan", context.plan.path, documents.plan_text))
    is_quoted = _quotes_brief(context)
    if (
        context.brief
        and documents.brief_text is not None
        and (not is_quoted or len(documents.brief_text) > MAX_EXCERPT)
    ):
        material.insert(0, SourceText("Brief", context.brief.path, documents.brief_text))
    return material


INPUTS = {
    "release-handoff": "inputs/release-handoff-input.md.j2",
    "user-response": "inputs/user-response.md.j2",
}
"""What can be asked for: the brief of a release handoff, and answers to a report's clarification rows."""


def make_input(
    kind: str, task: TaskPart, *, language: str, rows: Iterable[Sequence[str]] = (), report: str = ""
) -> str:
    """The form for this task; for answers with the `report` that they are for and its `rows`, as cells of a table."""
    values = {"task": task, "t": read_labels(language), "rows": list(rows), "report": report}
    return render(INPUTS[kind], values)
