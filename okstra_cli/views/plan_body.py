"""The verification of a plan's body as JSON and as text: its parts, its gate, the questions that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.convergence import problems_json, problems_page
from okstra_cli.views.plan import flaw_json
from okstra_git.contract import APPROVED_MARKER, allows_approval
from okstra_git.convergence.prompts import plan_prompt
from okstra_git.convergence.verdict_files import skeleton
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import convergence as shapes
    from okstra_git.documents.problems import Flaw
    from okstra_git.porcelain.plan_body import CheckedGate, DraftPlan, PlanBatch, PlanGate
    from okstra_git.records.convergence import PlanBodyState
    from okstra_git.records.report.parts import ClarificationRow

OFF = "plans are not verified in this run: it was prepared so, and the marker stands without a gate"


def items_json(draft: DraftPlan) -> shapes.PlanItemsFacts:
    return {
        "run": draft.ground.run.id,
        "off": draft.off,
        "plan": draft.path or None,
        "items": [{"id": part.id, "part": part.title} for part in draft.parts],
        "batches": [_batch_json(draft, each) for each in draft.batches],
        "next": draft.next,
    }


def _batch_json(draft: DraftPlan, each: PlanBatch) -> shapes.BatchFacts:
    return {
        "worker": each.worker,
        "agent": each.agent,
        "path": each.path,
        "ids": list(each.request.ids),
        "prompt": _prompt(draft, each),
        "file": skeleton(each.request),
    }


def _prompt(draft: DraftPlan, each: PlanBatch) -> str:
    return plan_prompt(each.request, draft.parts, f"{draft.ground.root}/{each.path}", draft.path)


def items_page(draft: DraftPlan, worker: str | None) -> Page:
    """The parts, or the prompt of one worker."""
    page = Page()
    if draft.off:
        page.line(OFF)
        return page
    shown = [each for each in draft.batches if each.worker == worker]
    for each in shown:
        page.document(_prompt(draft, each))
    if not shown:
        page.line(Cell(counted(len(draft.parts), "part"), "strong"), f" of {draft.path}")
        page.table(("  id", "part"), [(f"  {part.id}", part.title) for part in draft.parts])
        page.table(("  asked", "verdict file"), [(f"  {each.agent}", each.path) for each in draft.batches])
    page.line(Cell(f"next: {draft.next}", "faint"))
    return page


def gate_json(result: PlanGate) -> shapes.PlanGateFacts | shapes.RefusedVerdicts:
    if result.problems:
        return {"problems": problems_json(result.problems)}
    gate = result.state.gate if result.state else None
    return {
        "run": result.draft.ground.run.id,
        "off": result.draft.off,
        "gate": gate,
        "may_approve": allows_approval(gate),
        "path": result.path,
        "changed": result.changed,
        "planVerification": _verification_json(result.state) if result.state else None,
        "rows": [_row_json(row) for row in result.rows],
        "next": result.next,
    }


def _verification_json(state: PlanBodyState) -> shapes.PlanVerificationFacts:
    return {
        "rounds": state.rounds,
        "gate": state.gate,
        "items": [
            {
                "id": item.id,
                "part": item.part,
                "verdicts": dict(item.verdicts),
                "classification": item.classification,
                "clarification": item.clarification,
            }
            for item in state.items
        ],
        "dissent": [{"item": each.item, "worker": each.worker, "reason": each.reason} for each in state.dissent],
    }


def _row_json(row: ClarificationRow) -> shapes.QuestionRow:
    return {
        "id": row.id,
        "ticketId": row.ticket_id,
        "kind": row.kind,
        "statement": row.statement,
        "expectedForm": row.expected_form,
        "blocks": row.blocks,
        "status": row.status,
        "userInput": row.user_input,
    }


def gate_page(result: PlanGate) -> Page:
    page = Page()
    if result.problems:
        return problems_page(result.problems)
    if result.state is None:
        page.line(OFF)
        return page
    state = result.state
    may = allows_approval(state.gate)
    page.line(Cell(state.gate, "good" if may else "bad"), f": {_count(state)}, in {result.path}")
    page.table(
        ("  dissent", "worker", "reason"), [(f"  {each.item}", each.worker, each.reason) for each in state.dissent]
    )
    for row in result.rows:
        page.line(Cell(f"section 1 needs {row.id}", "warn"), f" (Blocks: {row.blocks}): {row.statement}")
    marker = f"- [ ] {APPROVED_MARKER}"
    page.line(f"the line '{marker}' stands" if may else f"the line '{marker}' must not be in the report")
    page.line(
        "copy rounds, gate, items and dissent to deliverable.planVerification of the report's data, render it, then"
    )
    page.line(Cell(f"next: {result.next}", "faint"))
    return page


def _count(state: PlanBodyState) -> str:
    by = ", ".join(state.analysers) or "nobody"
    return f"{counted(len(state.items), 'part')} by {by}"


def _tell_flaws(page: Page, path: str, flaws: tuple[Flaw, ...]) -> None:
    for flaw in flaws:
        page.line(Cell(f"{path}:{flaw.line}: ", "warn"), flaw.message)
        if flaw.hint:
            page.line(Cell(f"        {flaw.hint}", "faint"))


def checked_json(result: CheckedGate) -> shapes.CheckedGateFacts:
    return {
        "report": result.path,
        "gate": result.gate,
        "may_approve": allows_approval(result.gate),
        "problems": [flaw_json(flaw) for flaw in result.flaws],
    }


def checked_page(result: CheckedGate) -> Page:
    page = Page()
    _tell_flaws(page, result.path, result.flaws)
    if not result.flaws:
        page.line(Cell(result.path, "strong"), f" says what the verification came to: {result.gate or 'it is off'}")
    return page
