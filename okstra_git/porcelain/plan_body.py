"""The round over the body of a plan: its parts, who is asked about them, the gate, and the questions that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okstra_git.bundle.stored_context import pretty_json
from okstra_git.commands import command, word
from okstra_git.convergence.plan_gate import question_rows, verify_plan
from okstra_git.convergence.plan_items import DisputablePart, list_parts
from okstra_git.convergence.verdict_files import PLAN_WORDS, VerdictRequest, agent_name
from okstra_git.documents.json_text import NotPlain, read_plain_object
from okstra_git.documents.markdown import Document, decode, parse_document
from okstra_git.errors import OkstraError, refuse
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.plans.stage_map import parse_plan
from okstra_git.plans.verification_gate import check_verification
from okstra_git.porcelain.project_files import read_document_named
from okstra_git.porcelain.run_at_work import RunAtWork, require_run_at_work
from okstra_git.porcelain.verdicts import read_files, require_worker, verdict_path
from okstra_git.records.convergence import PlanBodyState, parse_part
from okstra_git.reports.clarifications import list_clarifications
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okstra_git.documents.problems import Flaw
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.report.deliverables import PlanItem
    from okstra_git.records.report.parts import ClarificationRow
    from okstra_git.records.report.problems import DataProblem

PLANNING = "implementation-planning"


@dataclass(frozen=True)
class PlanBatch:
    """What one worker is asked about a plan, the agent that asks, and where its verdict file goes."""

    worker: str
    agent: str
    path: str
    request: VerdictRequest


@dataclass(frozen=True)
class DraftPlan:
    """The draft of a plan and its parts; without parts where its verification is `off`."""

    ground: RunAtWork
    off: bool
    path: str = ""
    document: Document | None = None
    parts: tuple[DisputablePart, ...] = ()
    batches: tuple[PlanBatch, ...] = ()

    @property
    def next(self) -> str:
        """The command that follows when the verdict files are there."""
        report = self.ground.context.paths.report
        if self.off:
            return command("git okstra plan check", report)
        named = [self.path] if self.path != report else []
        return command("git okstra convergence plan-gate", ("--run", self.ground.run.id), *named)


@dataclass(frozen=True)
class PlanGate:
    """What the round came to; `state` is None where it is off, or where verdict files are wrong (`problems`).

    `rows` are the questions that the report has to have.
    """

    draft: DraftPlan
    state: PlanBodyState | None = None
    changed: bool = False
    rows: tuple[ClarificationRow, ...] = ()
    problems: Mapping[str, list[DataProblem]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The file of the state, from the project's root."""
        return self.draft.ground.context.paths.plan_body_state

    @property
    def next(self) -> str:
        """The command that follows when the report says what the round came to."""
        return self.draft.next if self.draft.off else f"{self.draft.next} --check"

    @property
    def refusal(self) -> OkstraError | None:
        """What verdict files are refused with."""
        wrong = sum(map(len, self.problems.values()))
        if not wrong:
            return None
        message = f"{counted(wrong, 'thing is', 'things are')} wrong with the verdict files; no gate was recorded"
        return refuse("convergence.verdicts", message, hint=f"ask those workers again, then: {self.draft.next}")


@dataclass(frozen=True)
class CheckedGate:
    """What in a report does not fit the gate that was recorded for it."""

    path: str
    gate: str | None
    flaws: tuple[Flaw, ...]

    @property
    def refusal(self) -> OkstraError | None:
        """What such a report is refused with."""
        message = f"{self.path} differs in {counted(len(self.flaws), 'place')} from the verification of its plan"
        return refuse("convergence.report", message, hint="mend its data, then render it again") if self.flaws else None


def list_plan_items(workspace: Workspace, run_id: str, file: str | None = None) -> DraftPlan:
    """The parts of the run's draft, or of another file, with what every analyser is asked about them."""
    ground = _planning(workspace, run_id)
    if not ground.context.options.plan_verification:
        return DraftPlan(ground, off=True)
    path, document = _draft(workspace, ground, file)
    parts = list_parts(parse_plan(document))
    if not parts:
        hint = f"git okstra plan check {word(path)}"
        raise refuse("convergence.no-parts", f"{path} has no stage with parts", hint=hint, path=path)
    ids = tuple(part.id for part in parts)
    asked = tuple(_batch(ground, worker, ids) for worker in ground.analysers)
    return DraftPlan(ground, False, path, document, parts, asked)


def record_plan_gate(
    workspace: Workspace, run_id: str, file: str | None, *, verdicts: Sequence[str] = (), without: Sequence[str] = ()
) -> PlanGate:
    """Count the verdicts of the one round and keep the gate, again when files or the draft were mended.

    Without any usable answer the gate is `aborted-non-result`.
    """
    draft = list_plan_items(workspace, run_id, file)
    if draft.off or draft.document is None:
        return PlanGate(draft)
    ground = draft.ground
    ground.require_active()
    absent = {require_worker(worker, [batch.worker for batch in draft.batches]) for worker in without}
    expected = {each.worker: (each.path, each.request) for each in draft.batches if each.worker not in absent}
    given, problems = read_files(workspace, ground, expected, verdicts)
    if problems:
        return PlanGate(draft, problems=problems)
    kept = _kept_state(ground)
    used = [row.id for row in list_clarifications(draft.document)]
    links = _links(kept, ground.run.id)
    state = verify_plan(ground.run.id, draft.path, draft.parts, given, links=links, used=used)
    if state != kept:
        data = pretty_json(state.model_dump(mode="json", by_alias=True))
        ground.files.write(ground.context.paths.plan_body_state, data, nonce=ground.run.id)
    return PlanGate(draft, state, state != kept, tuple(question_rows(state)))


def check_plan_gate(workspace: Workspace, run_id: str, file: str | None = None) -> CheckedGate:
    """Hold the run's report, or another file, against the gate that was recorded."""
    ground = _planning(workspace, run_id)
    path, document = _draft(workspace, ground, file)
    state = _kept_state(ground) if ground.context.options.plan_verification else None
    if state is None and ground.context.options.plan_verification:
        hint = command("git okstra convergence plan-items", ("--run", ground.run.id))
        raise refuse("convergence.none", f"the plan of run {ground.run.id} was not verified", hint=hint)
    return CheckedGate(path, state.gate if state else None, tuple(check_verification(document, state)))


def _planning(workspace: Workspace, run_id: str) -> RunAtWork:
    ground = require_run_at_work(workspace, run_id)
    if ground.run.task_type != PLANNING:
        message = f"run {ground.run.id} is about {ground.run.task_type}, which has no plan to verify"
        raise refuse("usage.phase", message, hint=f"name a run of {PLANNING}: git okstra run list --all")
    return ground


def _draft(workspace: Workspace, ground: RunAtWork, file: str | None) -> tuple[str, Document]:
    """The path from the project's root, and the document that lies there."""
    path = ground.context.paths.report
    if file is not None:
        path = ProjectPaths(ground.root).relative(real_path(workspace.cwd / file))
        data: bytes | None = read_document_named(workspace, file)
    else:
        data = ground.files.find_bytes(path)
    if data is None:
        hint = f"git okstra report render {word(ground.context.paths.report_data)}, or name the draft"
        raise refuse("report.missing", f"there is no draft at {path}", hint=hint, path=path)
    return path, parse_document(decode(data, name=path))


def _batch(ground: RunAtWork, worker: str, ids: tuple[str, ...]) -> PlanBatch:
    agent = agent_name(f"{worker}-plan", 1)
    return PlanBatch(
        worker, agent, verdict_path(ground, agent), VerdictRequest(ground.run.id, 1, worker, ids, PLAN_WORDS)
    )


def _links(kept: PlanBodyState | None, run: str) -> dict[str, str]:
    """The questions that this run has asked about parts already."""
    items: Iterable[PlanItem] = kept.items if kept is not None and kept.run == run else ()
    return {item.id: item.clarification for item in items if item.clarification is not None}


def _kept_state(ground: RunAtWork) -> PlanBodyState | None:
    """The state of this phase that is there; None for a file that is not one, which the next round replaces."""
    data = ground.files.find_bytes(ground.context.paths.plan_body_state)
    try:
        state = parse_part(PlanBodyState, read_plain_object(data), "the state") if data is not None else None
    except NotPlain:
        return None
    return None if isinstance(state, list) else state
