"""Checks one document that a person names: a plan, or a report with its candidates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_git.contract import HEADING_PLAN_VERIFICATION, HEADING_VERDICT_CARD
from okstra_git.documents.markdown import decode
from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused
from okstra_git.porcelain.project_files import read_document_named, recorded_path
from okstra_git.porcelain.validate import Validation
from okstra_git.validation import clarification_rules, improvement_rules, plan_rules, report_frame, report_sections
from okstra_git.validation.rule import RunRule, apply_rules
from okstra_git.validation.run_documents import RunDocuments, TextFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okstra_git.porcelain.workspace import Workspace

_PLANNING, _IMPROVEMENT = plan_rules.PLANNING[0], improvement_rules.IMPROVEMENT[0]
_OF_A_RUN = ("report.data-missing", "report.data-shape", "report.run", "report.carried-in", "report.carried-rows")
"""Rules that need more of a run than its report."""


def validate_plan_stages(workspace: Workspace, name: str, *, strict: bool = False) -> Validation:
    """Everything that is wrong with the stages of a plan; of one that is a report, with its verification too."""
    file = _read(workspace, name)
    document = file.document
    is_report = document.find(HEADING_VERDICT_CARD) is not None
    rules = [rule for rule in plan_rules.RULES if is_report or rule.id == "plan.stages"]
    rules += clarification_rules.RULES
    if is_report:
        rules += _of_reports()
    is_verified = document.find(HEADING_PLAN_VERIFICATION) is not None
    documents = replace(_documents(file, _PLANNING), is_plan_verified=is_verified)
    return _validated(documents, rules, strict=strict)


def validate_improvement(workspace: Workspace, name: str, *, strict: bool = False) -> Validation:
    """Everything that is wrong with the candidates of a report of an improvement discovery."""
    file = _read(workspace, name)
    documents = _documents(file, _IMPROVEMENT)
    candidates = [rule for rule in report_sections.RULES if rule.id == "report.deliverable"]
    return _validated(documents, [*candidates, *improvement_rules.RULES], strict=strict)


def _documents(file: TextFile, task_type: str) -> RunDocuments:
    data = f"{file.path.removesuffix('.md')}.data.json"
    return RunDocuments("", "", task_type, report=file, report_path=file.path, data_path=data)


def _of_reports() -> list[RunRule]:
    return [rule for rule in (*report_frame.RULES, *report_sections.RULES) if rule.id not in _OF_A_RUN]


def _validated(documents: RunDocuments, rules: Iterable[RunRule], *, strict: bool) -> Validation:
    return Validation(documents.report_path, "", "", tuple(apply_rules(rules, documents)), strict)


def _read(workspace: Workspace, name: str) -> TextFile:
    """The document; refuses one that is missing, too large, or not text."""
    try:
        text = decode(read_document_named(workspace, name), name=name)
    except PathRefused as refusal:
        message = f"the document cannot be read: {refusal.message}"
        raise refuse("report.missing", message, hint="name an existing file", path=name) from refusal
    return TextFile(recorded_path(workspace, workspace.cwd / name), text)
