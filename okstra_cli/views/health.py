"""What status, fsck and doctor found to be wrong, as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone

if TYPE_CHECKING:
    from okstra_cli.answers import tasks
    from okstra_cli.answers import upkeep as shapes
    from okstra_git.health.findings import CheckResult, HealthFinding
    from okstra_git.porcelain.workspace import StatusProblem

TONES: dict[str, Tone] = {"error": "bad", "warning": "warn", "info": "faint"}
SHOWN_OF_A_KIND = 20


def checked_json(result: CheckResult) -> shapes.Checked:
    """`findings` are what is wrong now, `repaired` what was and is no more."""
    return {
        "findings": [_finding_json(finding) for finding in result.findings],
        "repaired": [_finding_json(finding) for finding in result.repaired],
    }


def problem_json(problem: StatusProblem) -> tasks.Problem:
    """A problem of `status`, with the keys that it has something for."""
    about: tasks.ProblemSubject = {"task": problem.task} if problem.task is not None else {}
    facts: tasks.Problem = {"code": problem.code, **about, "message": problem.message, "hint": problem.hint}
    if problem.run is not None:
        facts["run"] = problem.run
    if problem.stage is not None:
        facts["stage"] = problem.stage
    return facts


def _finding_json(finding: HealthFinding) -> shapes.HealthFinding:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "subject": finding.subject,
        "message": finding.message,
        "hint": finding.hint,
        "repairable": finding.repairable,
    }


def checked_page(result: CheckResult) -> Page:
    """Problems first, one line each and the next step under it; then what was mended."""
    page = Page()
    _list(page, result.findings)
    for finding in result.repaired:
        page.line(Cell("mended", "good"), f"  {finding.message}")
    if result.is_clean:
        page.line(Cell("nothing wrong is left" if result.repaired else "nothing is wrong", "good"))
    return page


def _list(page: Page, findings: Sequence[HealthFinding]) -> None:
    for _, group in groupby(findings, key=lambda finding: (finding.severity, finding.code)):
        alike = list(group)
        for finding in alike[:SHOWN_OF_A_KIND]:
            page.line(Cell(finding.severity, TONES[finding.severity]), f"  {finding.message}")
            if finding.hint:
                page.line(Cell(f"  next: {finding.hint}", "faint"))
        if len(alike) > SHOWN_OF_A_KIND:
            page.line(Cell(f"  and {len(alike) - SHOWN_OF_A_KIND} more of these (all with --json)", "faint"))
