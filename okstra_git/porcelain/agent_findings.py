"""How installed skills stand, in the words of doctor; nothing where none were ever installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git import shipped
from okstra_git.errors import OkstraError
from okstra_git.health.findings import Finding, Severity
from okstra_git.porcelain.setup import (
    TOOLS,
    Scope,
    describe_drift,
    inspect_all,
    is_a_persons_choice,
    project_scope,
    user_scope,
)

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace


def outfit_findings(workspace: Workspace) -> list[Finding]:
    """One finding for the project and one for the user, where something is installed and not as shipped."""
    scopes = [project_scope(workspace, TOOLS)] if workspace.git.work_tree else []
    return [finding for scope in (*scopes, user_scope(workspace, TOOLS)) for finding in _findings(scope)]


def _findings(scope: Scope) -> list[Finding]:
    installed = tuple(root for root in scope.roots if root.manifest.exists())
    if not installed:
        return []
    here = Scope(scope.name, installed, scope.flags)
    where = str(installed[0].folder)
    try:
        found = inspect_all(here, shipped.templates_directory())
    except OkstraError as refusal:
        return [Finding(refusal.code, "warning", where, refusal.message, refusal.hint)]
    drift = describe_drift(here, found)
    if drift is None:
        return []
    severity: Severity = "info" if is_a_persons_choice(found) else "warning"
    told = f"skills for the {scope.name}: {drift.message}"
    return [Finding(drift.code, severity, where, told, here.line("--check"))]
