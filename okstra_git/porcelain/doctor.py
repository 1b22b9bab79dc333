"""Examines everything around the state: health of the clone, hooks, installed skills, worktrees of stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git import paths
from okstra_git.errors import OkstraError
from okstra_git.git.settings import read_settings
from okstra_git.health.doctor import diagnose, treat
from okstra_git.health.findings import HealthFinding, Severity
from okstra_git.hooks.model import Hooks, HookState
from okstra_git.hooks.status import inspect_hooks
from okstra_git.porcelain.open_work import open_work_findings
from okstra_git.porcelain.setup import (
    TOOLS,
    SetupScope,
    describe_drift,
    inspect_folders,
    is_own_choice,
    project_scope,
    user_scope,
)

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.health.findings import CheckResult
    from okstra_git.porcelain.workspace import Workspace

INSTALL = "git okstra hooks install"
ABSENT = (HookState.MISSING, HookState.FOREIGN, HookState.IDLE)


def run_doctor(workspace: Workspace, *, fix: bool) -> CheckResult:
    """Every finding about installation and surroundings; with `fix`, locks of owners proven dead are removed."""
    if fix:
        return treat(workspace.store, others=lambda: _other_findings(workspace))
    return diagnose(workspace.git, now=workspace.now(), others=lambda: _other_findings(workspace))


def _other_findings(workspace: Workspace) -> list[HealthFinding]:
    """Findings on hooks, installed skills and the worktrees of stages; none where these are not in use."""
    return [*hook_findings(workspace.git), *skill_findings(workspace), *open_work_findings(workspace)]


def hook_findings(git: Git) -> list[HealthFinding]:
    """What keeps rewrites from being reported to us; nothing where the owner of the repository wants no hooks."""
    if not read_settings(git).hooks:
        return []
    hooks = inspect_hooks(git)
    if not hooks.applicable:
        return []
    if all(hook.state in ABSENT for hook in hooks.hooks):
        message = "no hooks are installed, so rewrites are followed at the next okstra command only"
        return [HealthFinding("hooks.absent", "info", str(hooks.location.directory), message, INSTALL)]
    return [*_location_findings(hooks), *_single_hook_findings(hooks)]


def _location_findings(hooks: Hooks) -> list[HealthFinding]:
    findings = []
    if hooks.location.problem:
        where, problem = "core.hooksPath", hooks.location.problem
        findings.append(HealthFinding("hooks.path", "warning", where, problem, "git okstra hooks status"))
    if not hooks.program_runs:
        gone = f"the program that the hooks call is gone: {hooks.program}"
        message = gone if hooks.program else "no file says which program the hooks call"
        findings.append(HealthFinding("hooks.program", "warning", str(hooks.program or ""), message, INSTALL))
    return findings


def _single_hook_findings(hooks: Hooks) -> list[HealthFinding]:
    findings = []
    for hook in hooks.hooks:
        if hook.state is not HookState.INSTALLED:
            message = f"the hook {hook.name} is {hook.state}" + (f": {hook.note}" if hook.note else "")
            hint = f"put into {hook.path}, as its first line: {hook.line}" if hook.line else INSTALL
            findings.append(HealthFinding("hooks.not-installed", "warning", str(hook.path), message, hint))
    return findings


def skill_findings(workspace: Workspace) -> list[HealthFinding]:
    """One finding for the project and one for the user, where skills are installed and not as shipped."""
    scopes = [project_scope(workspace, TOOLS)] if workspace.git.work_tree else []
    return [finding for scope in (*scopes, user_scope(workspace, TOOLS)) for finding in _scope_findings(scope)]


def _scope_findings(scope: SetupScope) -> list[HealthFinding]:
    installed = tuple(root for root in scope.roots if root.manifest.exists())
    if not installed:
        return []
    narrowed = SetupScope(scope.name, installed, scope.flags)
    where = str(installed[0].folder)
    try:
        folders = inspect_folders(narrowed, paths.templates_directory())
    except OkstraError as refusal:
        return [HealthFinding(refusal.code, "warning", where, refusal.message, refusal.hint)]
    drift = describe_drift(narrowed, folders)
    if drift is None:
        return []
    severity: Severity = "info" if is_own_choice(folders) else "warning"
    message = f"skills for the {scope.name}: {drift.message}"
    return [HealthFinding(drift.code, severity, where, message, narrowed.line("--check"))]
