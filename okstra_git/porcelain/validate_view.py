"""Checks whether the page of a report still asks what the report asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.documents.markdown import decode
from okstra_git.fs.refusals import Missing, PathRefused
from okstra_git.pages.digests import ViewDifference, compare_view
from okstra_git.porcelain.project_files import read_document_named, recorded_path
from okstra_git.porcelain.report_files import find_report
from okstra_git.porcelain.report_view import ENDING
from okstra_git.porcelain.validate import Validation
from okstra_git.validation.view_rules import view_findings

if TYPE_CHECKING:
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace


def validate_report_view(
    workspace: Workspace, identity: Identity, name: str | None, *, strict: bool = False
) -> Validation:
    """How the page beside the report differs from it; a report without a page differs in nothing."""
    report = find_report(workspace, identity, name)
    place = report.path.with_suffix(ENDING)
    page = recorded_path(workspace, place)
    try:
        html = decode(read_document_named(workspace, str(place)), name=page)
    except Missing:
        workspace.note(f"{report.name} has no page; one is made by: git okstra report view")
        differences = []
    except PathRefused:
        differences = [ViewDifference("unreadable", "", 0)]
    else:
        differences = compare_view(html, report.document)
    findings = view_findings(differences, report=report.name, page=page)
    task = str(report.key) if report.key is not None else ""
    return Validation(page, task, report.run or "", tuple(findings), strict)
