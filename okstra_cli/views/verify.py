"""Verified trees as JSON and as text: which record says so, whose it is, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.moments import told_time
from okstra_git.commands import exact_line
from okstra_git.names import quote
from okstra_git.records.grammar import show_time

if TYPE_CHECKING:
    from datetime import datetime

    from okstra_cli.answers import checks as shapes
    from okstra_git.porcelain.verified import Verdict
    from okstra_git.porcelain.verify import CheckRun
    from okstra_git.records.checks import CheckRecord

SHORT = 10


def run_status(run: CheckRun) -> int:
    """0 when it passed and is on record, else 1."""
    return 0 if run.exit_code == 0 and run.check is not None else 1


def run_json(run: CheckRun) -> shapes.VerifiedRun:
    """The run and what was recorded of it."""
    record = run.check.record if run.check else None
    is_seen = record is not None and not record.claimed
    return {
        **_verification(record, verified=run_status(run) == 0, tree=run.tree, name=run.name, reason=_run_reason(run)),
        "command": record.command if record else exact_line(run.command),
        "exitCode": run.exit_code,
        "own": True,
        "recorded": record is not None,
        "place": None if record is not None and record.claimed else "in-place" if run.in_place else "clean",
        "seconds": record.milliseconds / 1000 if record is not None and is_seen else None,
        "output": {"digest": record.output_digest or "", "bytes": record.output_size}
        if record is not None and is_seen
        else None,
    }


def run_page(run: CheckRun) -> Page:
    """One line: what is on record now, or why nothing is."""
    page, subject = Page(), f"tree {run.tree[:SHORT]} under {quote(run.name)}"
    if run.check is None:
        page.line(Cell("not verified", "bad"), f": {run.reason}")
        return page
    record = run.check.record
    words = Cell("claimed", "warn") if record.claimed else Cell("verified", "good")
    if not record.is_passed:
        words = Cell("claimed to have failed" if record.claimed else "failed", "bad")
    how = "" if record.claimed else f", {record.milliseconds / 1000:.1f} s {_place_words(run)}"
    code = "" if record.is_passed else f", exit code {record.exit_code}"
    page.line(words, f": {subject}: {record.command or 'no command'}{code}{how}")
    return page


def verified_json(verdict: Verdict) -> shapes.VerifiedTree:
    """The binding shape, with whose record it is and why (not)."""
    record = verdict.check.record if verdict.check else None
    basis = _verification(
        record, verified=verdict.verified, tree=verdict.tree, name=verdict.name, reason=verdict.reason
    )
    return {**basis, "own": verdict.is_own, "unreliable": [each.ref for each in verdict.bad]}


def verified_page(verdict: Verdict, now: datetime) -> Page:
    """The answer with its record, or the reason why there is none."""
    page, subject = Page(), f"tree {verdict.tree[:SHORT]} under {quote(verdict.name)}"
    words = Cell("verified", "good") if verdict.verified else Cell("not verified", "bad")
    page.line(words, f": {subject}: {verdict.reason}")
    if verdict.check is not None:
        record = verdict.check.record
        whose = "this clone" if verdict.is_own else f"clone {record.writer}"
        claim = ", claimed and not seen" if record.claimed else ""
        page.line(Cell(f"  {record.command or 'no command'}, {told_time(record.at, now)}", "faint"))
        page.line(Cell(f"  by {record.by or 'nobody known'}, {whose}{claim}", "faint"))
    for bad in verdict.bad:
        page.line(Cell(f"  {bad.ref}: {bad.why}", "faint"))
        page.line(Cell(f"  to remove it here: {bad.remedy}", "faint"))
    return page


def _run_reason(run: CheckRun) -> str:
    if run.reason:
        return run.reason
    seen = "is claimed to have" if run.check is not None and run.check.record.claimed else "has"
    return f"it {seen} passed" if run.exit_code == 0 else f"it {seen} failed with exit code {run.exit_code}"


def _place_words(run: CheckRun) -> str:
    return "in place" if run.in_place else "in a clean checkout"


def _verification(
    record: CheckRecord | None, *, verified: bool, tree: str, name: str, reason: str
) -> shapes.Verification:
    return {
        "verified": verified,
        "tree": tree,
        "name": name,
        "command": record.command if record else None,
        "exitCode": record.exit_code if record else None,
        "at": show_time(record.at) if record else None,
        "claimed": record.claimed if record else False,
        "by": record.by or None if record else None,
        "writer": record.writer if record else None,
        "own": False,
        "inputs": [
            {"kind": each.kind, "name": each.name, "digest": each.digest} for each in (record.inputs if record else ())
        ],
        "reason": reason,
    }
