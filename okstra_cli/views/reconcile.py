"""Reconcile reports as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from okstra_cli.page import Cell, Page
from okstra_git.commands import word
from okstra_git.git.diffs import show_difference
from okstra_git.reconcile.findings import StaleItem, stale_item
from okstra_git.records.events import AnchorMoved, Event, StageMoved
from okstra_git.store.drift import line_back

if TYPE_CHECKING:
    from okstra_cli.answers import history as shapes
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.reconcile import ReconcileOptions
    from okstra_git.reconcile.findings import AnchorFinding, Finding, Report
    from okstra_git.reconcile.settle import Checked

SHORT = 10


class Shown(NamedTuple):
    """A report, what was recorded just before it, and whether diffs are wanted."""

    report: Report
    applied: Sequence[Event]
    with_diff: bool


def applied_json(event: Event) -> StaleItem | None:
    """One settled record, in the shape of an item."""
    fact = event.fact
    if not isinstance(fact, StageMoved) or fact.proof == "restored":
        return None
    by_user = fact.proof == "user"
    return {
        "stage": fact.stage,
        "class": "confirm" if by_user else "auto",
        "recorded": fact.old,
        "replacement": fact.range.head,
        "proof": fact.proof,
        "branch": fact.branch,
        "reason": f"decided: {fact.ref}" if by_user else "proven",
        "found_by": fact.found_by or None,
        "verified_carries": fact.verified_carries,
        "landed": fact.landed,
        "candidates": [],
    }


def anchor_json(found: AnchorFinding | None) -> shapes.AnchorState | None:
    """How the anchor stands."""
    if found is None:
        return None
    new = found.new
    return {
        "recorded": found.recorded.head,
        "status": found.status,
        "replacement": new.head if new else None,
        "proof": new.proof if new else None,
        "reason": found.reason,
    }


def reconciled_json(
    git: Git, shown: Sequence[Shown], options: ReconcileOptions
) -> shapes.Reconciled | shapes.ReconciledTasks:
    """The report of the task, or with `--all` the reports of every one."""
    mode = "apply" if options.changes_records else "check"
    reports = [report_json(git, each, mode) for each in shown]
    return {"mode": mode, "tasks": reports} if options.all_tasks else reports[0]


def report_json(git: Git, shown: Shown, mode: str) -> shapes.Reconciled:
    """The report of one task in the binding shape."""
    report = shown.report
    branches = {finding.stage: finding.branch for finding in report.findings}
    applied = [item for event in shown.applied if (item := applied_json(event))]
    for item in applied:
        item["branch"] = item["branch"] or branches.get(item["stage"])
    items = [stale_item(finding) for finding in report.items]
    if shown.with_diff:
        for stale, finding in zip(items, report.items, strict=True):
            stale["diff"] = _diff(git, finding)
    moved = [event.fact for event in shown.applied if isinstance(event.fact, AnchorMoved)]
    anchor = anchor_json(report.anchor)
    if anchor is not None and moved:
        anchor |= {
            "settled": {"recorded": moved[-1].old, "replacement": moved[-1].range.head, "proof": moved[-1].proof}
        }
    return {
        "task": str(report.task),
        "mode": mode,
        "items": items,
        "anchor": anchor,
        "applied": applied,
        "remaining_confirm": len(report.confirms),
    }


def _diff(git: Git, finding: Finding) -> str | None:
    """How the best candidate that is another commit differs from what was recorded."""
    others = [offer for offer in finding.candidates if offer.commit != finding.recorded.head]
    best = next((offer for offer in others if offer.recommended), None) or next(iter(others), None)
    return show_difference(git, finding.recorded.head, best.commit) if best else None


def report_page(git: Git, shown: Sequence[Shown]) -> Page:
    """What needs a person first, then what is proven, then what was done."""
    page = Page()
    for one in shown:
        _report(page, git, one)
    if not shown:
        page.line("no open task")
    return page


def _report(page: Page, git: Git, shown: Shown) -> None:
    report = shown.report
    key = str(report.task)
    if not report.items and not shown.applied and (report.anchor is None or report.anchor.status == "ok"):
        page.line(Cell(key, "strong"), ": every recorded stage is where history has it")
        return
    page.line(Cell(key, "strong"))
    for finding in report.confirms:
        _question(page, git, key, finding, with_diff=shown.with_diff)
    _anchor(page, key, report.anchor)
    for finding in report.items:
        if finding.new is not None:
            arrow = f"{finding.recorded.head[:SHORT]} → {finding.new.head[:SHORT]}"
            page.line(
                f"  stage {finding.stage}  ",
                Cell("proven", "good"),
                f"  {arrow}  {finding.reason} ({finding.new.proof})",
            )
    for event in shown.applied:
        fact = event.fact
        if isinstance(fact, StageMoved):
            by = "as you decided" if fact.proof == "user" else f"proven by {fact.proof}"
            page.line(
                f"  stage {fact.stage}  ",
                Cell("settled", "good"),
                f"  {fact.old[:SHORT]} → {fact.range.head[:SHORT]}  {by}",
            )
        elif isinstance(fact, AnchorMoved):
            by = "as you decided" if fact.proof == "user" else f"proven by {fact.proof}"
            page.line("  anchor   ", Cell("settled", "good"), f"  {fact.old[:SHORT]} → {fact.range.head[:SHORT]}  {by}")
    if any(finding.kind == "auto" for finding in report.findings):
        page.line(Cell(f"  next: git okstra reconcile --task-key {key} --apply", "faint"))


def _question(page: Page, git: Git, key: str, finding: Finding, *, with_diff: bool) -> None:
    page.line(
        f"  stage {finding.stage}  ", Cell("decide", "bad"), f"  {finding.recorded.head[:SHORT]}  {finding.reason}"
    )
    for candidate in finding.candidates:
        mark = Cell("recommended ", "warn") if candidate.recommended else ""
        named = candidate.ref if candidate.ref != candidate.commit else candidate.ref[:SHORT]
        page.line("           ", mark, f"{named}: {candidate.why}")
    page.line(Cell(f"           next: {_next_line(git, key, finding)}", "faint"))
    if with_diff:
        page.document(_diff(git, finding) or "", indent="    ")


def _next_line(git: Git, key: str, finding: Finding) -> str:
    """The line that answers a question with what is recommended, fit to be pasted into a shell.

    Where there is nothing but the recorded commit, which okstra keeps, a branch at it is the answer.
    """
    best = next((offer.ref for offer in finding.candidates if offer.recommended), None)
    kept = next((offer.ref for offer in finding.candidates if offer.is_kept), None)
    if best is None and kept is not None and len(finding.candidates) == 1:
        return line_back(git, finding.branch, kept)
    line = f"git okstra reconcile --task-key {key} --apply --stage {finding.stage} --use-ref"
    again = bool(finding.together) and finding.stage != min(finding.together)
    return f"{line} {word(best) if best else 'REF'}" + (" --force" if best and again else "")


def _anchor(page: Page, key: str, found: AnchorFinding | None) -> None:
    if found is None or found.status == "ok":
        return
    if found.new is not None:
        page.line(
            "  anchor   ",
            Cell("proven", "good"),
            f"  {found.recorded.head[:SHORT]} → {found.new.head[:SHORT]}  {found.reason}",
        )
    else:
        page.line("  anchor   ", Cell("decide", "bad"), f"  {found.recorded.head[:SHORT]}  {found.reason}")
        page.line(Cell(f"           next: git okstra reconcile --task-key {key} --reset-anchor REF", "faint"))


def verify_json(checked: Sequence[Checked]) -> shapes.CheckedMoves:
    """Every recorded move with the verdict of today."""
    moves: list[shapes.CheckedMove] = [
        {
            "task": str(move.task),
            "stage": move.stage,
            "old": move.old,
            "new": move.new,
            "proof": move.proof,
            "verdict": move.verdict,
            "event": move.event,
        }
        for move in checked
    ]
    return {"verified": moves, "refuted": sum(move.verdict == "refuted" for move in checked)}


def verify_page(checked: Sequence[Checked]) -> Page:
    page = Page()
    if not checked:
        page.line("no move was ever recorded")
    rows = [
        (
            str(move.task),
            str(move.stage or "anchor"),
            f"{move.old[:SHORT]} → {move.new[:SHORT]}",
            move.proof,
            Cell(move.verdict, "bad" if move.verdict == "refuted" else "good"),
        )
        for move in checked
    ]
    page.table(("task", "stage", "move", "proof", "today"), rows)
    return page
