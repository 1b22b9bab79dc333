"""What was found against rules, as JSON and as text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from okstra_cli.output import Answer
from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.replay import put_replayed, replayed_json
from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.answers import validate as shapes
    from okstra_git.porcelain.replay import ReplayedRun
    from okstra_git.porcelain.validate import Validation
    from okstra_git.validation.rule import AnyRule, RuleFinding


def validation_json(result: Validation, replayed: ReplayedRun | None = None) -> shapes.ValidationAnswer:
    answer: shapes.ValidationAnswer = {
        "task": result.task or None,
        "run": result.run or None,
        "failures": [_finding_json(finding) for finding in result.failures],
        "warnings": [_finding_json(finding) for finding in result.warnings],
        "counts": {"failures": len(result.failures), "warnings": len(result.warnings)},
    }
    if replayed is not None:
        answer["replay"] = replayed_json(replayed)
    return answer


def validation_page(result: Validation, replayed: ReplayedRun | None = None) -> Page:
    """What is wrong below the file that it is in; a remedy stands once below all that it mends."""
    page = Page()
    for path, findings in groupby(result.findings, key=lambda finding: finding.breach.path):
        page.line(path or result.subject)
        for hint, alike in groupby(findings, key=lambda finding: finding.hint):
            for finding in alike:
                place = f"{finding.breach.line}: " if finding.breach.line else ""
                tone: Tone = "bad" if finding.rule.severity == "failure" else "warn"
                words = f" {finding.rule.id}: {place}{finding.breach.message}"
                page.line("  ", Cell(finding.rule.severity, tone), words)
            page.line(Cell(f"    {hint}", "faint"))
    if result.refusal is None:
        warnings = f", {counted(len(result.warnings), 'warning')}" if result.warnings else ""
        page.line(f"{result.subject} holds{warnings}")
    if replayed is not None:
        put_replayed(page, replayed)
    return page


def unfinished_answer(result: Validation) -> Answer:
    """What keeps a run from being finished."""
    count = counted(len(result.failures), "failure")
    run = word(result.run)
    hint = f"mend them and repeat the line; git okstra validate run {run} looks again\nwithout a check: --unchecked"
    error = refuse("run.not-valid", f"{result.subject} is not finished: its validation has {count}", hint=hint)
    return Answer(validation_json(result), lambda: validation_page(result), error=error)


def _finding_json(finding: RuleFinding) -> shapes.RuleFinding:
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity,
        "path": finding.breach.path,
        "line": finding.breach.line or None,
        "message": finding.breach.message,
        "remedy": finding.hint,
    }


def rules_json(rules: Sequence[AnyRule]) -> shapes.ValidationRules:
    return {
        "rules": [
            {
                "id": rule.id,
                "severity": rule.severity,
                "says": rule.says,
                "remedy": rule.remedy,
                "task_types": list(rule.task_types),
            }
            for rule in rules
        ]
    }


def rules_page(rules: Sequence[AnyRule]) -> Page:
    page = Page()
    page.table(("rule", "severity", "says"), [(rule.id, rule.severity, rule.says) for rule in rules])
    return page
