"""A verification of stages together, as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_git.commands import word
from okstra_git.names import named_stages

if TYPE_CHECKING:
    from okstra_git.records.handoff import GroupVerification
    from okstra_git.records.states import Task

SHORT = 10


def verified_json(task: Task, found: GroupVerification, *, changed: bool, warnings: Sequence[str]) -> dict[str, Any]:
    """What is on record of it now."""
    assembled = found.assembled
    return {
        "task": str(task.key),
        "stage": None,
        "stages": list(assembled.stages),
        "run": found.run,
        "changed": changed,
        "verified": {
            "commit": assembled.commit,
            "tree": assembled.tree,
            "base": assembled.base,
            "base_ref": assembled.base_ref,
            "members": [each.model_dump(exclude={"delta"}) for each in assembled.members],
            "verdict": found.verdict,
            "report": found.report,
            "report_blob": found.report_blob,
            "data": found.data,
            "data_blob": found.data_blob,
            "database_verified": found.database,
            "again": found.again or None,
            "evidence": [{"command": check.command, "exitCode": check.exit_code} for check in found.checks],
        },
        "warnings": list(warnings),
    }


def verified_page(task: Task, found: GroupVerification, *, changed: bool, printed: str) -> Page:
    """What was recorded; `printed` is the base as it is printed."""
    page = Page()
    assembled, key = found.assembled, str(task.key)
    verb = "recorded" if changed else "on record already"
    checks = "1 check" if len(found.checks) == 1 else f"{len(found.checks)} checks"
    verbs = "are verified together" if len(assembled.stages) > 1 else "is verified"
    page.line(f"{verb}: {named_stages(assembled.stages)} of {key} {verbs} at ",
              Cell(assembled.commit[:SHORT], "strong"), f", tree {assembled.tree[:SHORT]} ({checks})")  # fmt: skip
    members = ",".join(map(str, assembled.stages))
    assemble = f"git okstra handoff assemble --task-key {key} --stages {members} --base {word(printed)}"
    page.line(Cell(f"next: {assemble}", "faint"))
    return page
