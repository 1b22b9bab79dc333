"""A recorded verification, of one stage or of stages together, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_git.commands import word
from okstra_git.names import named_stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.answers import handoff as shapes
    from okstra_git.porcelain.record_verified import StageVerification, TaskVerification
    from okstra_git.records.handoff import GroupVerification, Member
    from okstra_git.records.stage import Check, Verification

SHORT = 10


def stage_verified_json(done: StageVerification) -> shapes.VerifiedStage:
    """What is on record of a stage's verification now."""
    task, stage = done.task, done.stage
    verified = stage.verified
    assert verified is not None
    return {
        "task": str(task.key),
        "stage": stage.number,
        "state": stage.status,
        "changed": done.changed,
        "verified": {
            "commit": verified.commit,
            "tree": verified.tree,
            "carries": stage.is_verified,
            **_evidence_json(verified, done.seen),
        },
        "warnings": list(done.warnings),
    }


def stage_verified_page(done: StageVerification) -> Page:
    page = Page()
    stage, key = done.stage, str(done.task.key)
    verified = stage.verified
    assert verified is not None
    page.line(f"{_verb(done)}: stage {stage.number} of {key} is verified at ", Cell(verified.commit[:SHORT], "strong"),
              f", tree {verified.tree[:SHORT]} ({_count_checks(done.seen)})")  # fmt: skip
    page.line(Cell(f"next: git okstra handoff eligible --task-key {key}", "faint"))
    return page


def task_verified_json(done: TaskVerification) -> shapes.VerifiedTask:
    """What is on record of a verification of stages together now."""
    verification = done.verification
    assembled = verification.assembled
    return {
        "task": str(done.task.key),
        "stage": None,
        "stages": list(assembled.stages),
        "run": verification.run,
        "changed": done.changed,
        "verified": {
            "commit": assembled.commit,
            "tree": assembled.tree,
            "base": assembled.base,
            "base_ref": assembled.base_ref,
            "members": [_member_json(member) for member in assembled.members],
            **_evidence_json(verification, done.seen),
        },
        "warnings": list(done.warnings),
    }


def task_verified_page(done: TaskVerification, *, base: str) -> Page:
    """What was recorded; `base` is the base as it is printed."""
    page = Page()
    assembled, key = done.verification.assembled, str(done.task.key)
    verbs = "are verified together" if len(assembled.stages) > 1 else "is verified"
    page.line(f"{_verb(done)}: {named_stages(assembled.stages)} of {key} {verbs} at ",
              Cell(assembled.commit[:SHORT], "strong"),
              f", tree {assembled.tree[:SHORT]} ({_count_checks(done.seen)})")  # fmt: skip
    stages = ",".join(map(str, assembled.stages))
    assemble = f"git okstra handoff assemble --task-key {key} --stages {stages} --base {word(base)}"
    page.line(Cell(f"next: {assemble}", "faint"))
    return page


def _evidence_json(verified: Verification | GroupVerification, seen: Sequence[bool]) -> shapes.Evidence:
    return {
        "verdict": verified.verdict,
        "report": verified.report,
        "report_blob": verified.report_blob,
        "data": verified.data,
        "data_blob": verified.data_blob,
        "database_verified": verified.database,
        "again": verified.again or None,
        "evidence": [_command_json(check) for check in verified.checks],
        "seen": [_command_json(check) for check, is_seen in zip(verified.checks, seen, strict=True) if is_seen],
    }


def _command_json(check: Check) -> shapes.EvidenceCommand:
    return {"command": check.command, "exitCode": check.exit_code}


def _member_json(member: Member) -> shapes.VerifiedMember:
    return {"stage": member.stage, "commit": member.commit, "tree": member.tree, "how": member.how}


def _verb(done: StageVerification | TaskVerification) -> str:
    return "recorded" if done.changed else "on record already"


def _count_checks(seen: Sequence[bool]) -> str:
    checks = "1 check" if len(seen) == 1 else f"{len(seen)} checks"
    return f"{checks}, {sum(seen)} seen by okstra" if any(seen) else checks
