"""Convergence as JSON and as text: findings and how they stand, batches of a round, what is wrong with verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_git.convergence.classification import current_stances
from okstra_git.convergence.prompts import findings_prompt
from okstra_git.convergence.verdict_files import skeleton
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okstra_cli.answers import convergence as shapes
    from okstra_git.porcelain.convergence import ConvergedRun, RecordedRound, RoundToAsk, WorkerBatch
    from okstra_git.records.convergence import ConvergenceState, DiscussedFinding
    from okstra_git.records.report.problems import DataProblem

_TONES: dict[str, Tone] = {"consensus": "good", "majority": "warn", "disputed": "bad", "rejected": "bad"}
_SHOWN = 90
"""Characters of a statement that a table shows."""


def state_json(state: ConvergenceState) -> shapes.StateFacts:
    """The state as its file has it."""
    return {
        "schema": state.schema_,
        "run": state.run,
        "analysers": list(state.analysers),
        "closed": state.closed,
        "findings": [_finding_json(finding) for finding in state.findings],
        "roundHistory": [
            {"round": each.round, "findings": list(each.findings), "verdicts": each.verdicts, "moved": list(each.moved)}
            for each in state.round_history
        ],
        "round2SkippedReason": state.round2_skipped_reason,
        "finalClassificationCounts": dict(state.final_classification_counts),
    }


def _finding_json(finding: DiscussedFinding) -> shapes.FindingFacts:
    return {
        "id": finding.id,
        "statement": finding.statement,
        "items": list(finding.items),
        "stances": [
            {"worker": each.worker, "verdict": each.verdict, "reason": each.reason, "round": each.round}
            for each in finding.stances
        ],
        "classification": finding.classification,
    }


def converged_json(result: ConvergedRun) -> shapes.ConvergenceFacts:
    flaws: list[shapes.ItemFlaw] = [
        {"path": path, "code": flaw.code, "line": flaw.line, "message": flaw.message, "hint": flaw.hint}
        for path, flaw in result.flaws
    ]
    return {
        "run": result.state.run,
        "path": result.path,
        "changed": result.changed,
        "round": result.round,
        "missing": list(result.missing),
        "problems": flaws,
        "state": state_json(result.state),
        "next": result.next,
    }


def converged_page(result: ConvergedRun) -> Page:
    page, state = Page(), result.state
    for path, flaw in result.flaws:
        page.line(Cell(f"{path}:{flaw.line}: ", "warn"), f"{flaw.message} and is left out; {flaw.hint}")
    for worker in result.missing:
        page.line(Cell(f"{worker} handed in no result that can be read, and does not count", "warn"))
    by = ", ".join(state.analysers) or "nobody"
    page.line(Cell(counted(len(state.findings), "finding"), "strong"), f" by {by}, in {result.path}")
    page.table(("  finding", "class", "for", "against", "statement"), [_row(finding) for finding in state.findings])
    _tell_end(page, result)
    return page


def _row(finding: DiscussedFinding) -> tuple[str | Cell, ...]:
    stances = current_stances(finding)
    sides = [
        ", ".join(worker for worker, stance in stances.items() if stance.verdict == side) or "-"
        for side in ("agree", "disagree")
    ]
    name = finding.classification
    return f"  {finding.id}", Cell(name, _TONES.get(name, "plain")), *sides, finding.statement[:_SHOWN]


def _tell_end(page: Page, result: ConvergedRun) -> None:
    state = result.state
    counts = ", ".join(f"{number} {name}" for name, number in state.final_classification_counts.items() if number)
    if counts:
        page.line(f"counts: {counts}; rounds: {len(state.round_history)}")
    if state.closed:
        why = f": {state.round2_skipped_reason}" if state.round2_skipped_reason else ""
        page.line(Cell("closed", "good"), why)
    else:
        page.line(Cell(f"next, round {result.round}: {result.next}", "faint"))


def round_json(result: RoundToAsk, root: str) -> shapes.RoundToAskFacts:
    return {
        "run": result.converged.state.run,
        "round": result.number,
        "batches": [_batch_json(each, root) for each in result.batches],
        "next": result.next,
    }


def _batch_json(each: WorkerBatch, root: str) -> shapes.BatchFacts:
    return {
        "worker": each.batch.worker,
        "agent": each.agent,
        "path": each.path,
        "ids": list(each.request.ids),
        "prompt": _prompt(each, root),
        "file": skeleton(each.request),
    }


def _prompt(each: WorkerBatch, root: str) -> str:
    return findings_prompt(each.request, each.batch.findings, f"{root}/{each.path}")


def round_page(result: RoundToAsk, root: str) -> Page:
    """The prompts one below the other, each behind the name of its agent."""
    page = Page()
    if result.number is None:
        page.line(Cell("nothing is left to ask", "good"))
    for each in result.batches:
        page.line(Cell(f"agent {each.agent}", "strong"), f": {counted(len(each.batch.findings), 'finding')}")
        page.line()
        page.document(_prompt(each, root))
        page.line()
    page.line(Cell(f"next: {result.next}", "faint"))
    return page


def recorded_json(result: RecordedRound) -> shapes.ConvergenceFacts | shapes.RefusedVerdicts:
    if result.problems:
        return {"problems": problems_json(result.problems)}
    return converged_json(result.converged)


def recorded_page(result: RecordedRound) -> Page:
    if result.problems:
        return problems_page(result.problems)
    page = Page()
    done = f"round {result.number} is recorded" if result.converged.changed else f"round {result.number} is as it was"
    page.line(done)
    shown = converged_page(result.converged)
    page.blocks += shown.blocks
    return page


def problems_json(problems: Mapping[str, Sequence[DataProblem]]) -> list[shapes.VerdictProblem]:
    return [
        {"file": file, "path": each.path, "rule": each.rule, "message": each.message, "hint": each.hint}
        for file, of_file in problems.items()
        for each in of_file
    ]


def problems_page(problems: Mapping[str, Sequence[DataProblem]]) -> Page:
    """Everything that is wrong, file by file."""
    page = Page()
    for file, of_file in problems.items():
        page.line(Cell(file, "bad"))
        for each in of_file:
            where = f"{each.path}: " if each.path and not each.message.startswith(each.path) else ""
            page.line(f"  {where}{each.message}")
            if each.hint:
                page.line(Cell(f"        {each.hint}", "faint"))
    return page
