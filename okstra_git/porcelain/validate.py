"""Checks what a run left against the table of rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError, refuse
from okstra_git.porcelain.run_documents import read_run_documents
from okstra_git.porcelain.task_lookup import require_key
from okstra_git.runs.history import require_run
from okstra_git.store.registry import require_task
from okstra_git.validation.rule import RuleFinding, apply_rules
from okstra_git.validation.table import RULES
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_git.porcelain.task_lookup import Identity
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class Validation:
    """What was found; `subject` says of what, `is_strict` that warnings count as failures."""

    subject: str
    task: str
    run: str
    findings: tuple[RuleFinding, ...]
    is_strict: bool = False

    @property
    def failures(self) -> tuple[RuleFinding, ...]:
        """What has to be mended."""
        return tuple(finding for finding in self.findings if finding.rule.severity == "failure")

    @property
    def warnings(self) -> tuple[RuleFinding, ...]:
        """What a reader would stumble over."""
        return tuple(finding for finding in self.findings if finding.rule.severity == "warning")

    @property
    def refusal(self) -> OkstraError | None:
        """The refusal of a run that does not hold; None where everything does."""
        counts = [counted(len(self.failures), "failure")] if self.failures else []
        if self.is_strict and self.warnings:
            counts.append(counted(len(self.warnings), "warning"))
        if not counts:
            return None
        first = (self.failures or self.warnings)[0]
        return refuse(
            "validation.failed", f"{self.subject} does not hold: {' and '.join(counts)}", hint=f"first: {first.hint}"
        )


def validate_run(workspace: Workspace, name: str, *, strict: bool = False) -> Validation:
    """Everything that is wrong with what a run left; `name` is its id, or the beginning of it."""
    task, run = require_run(workspace.store.read().state, name)
    return _validated(workspace, task, run, strict=strict)


def validate_newest_run(workspace: Workspace, identity: Identity, *, strict: bool = False) -> Validation:
    """The same for the task's run that was prepared last."""
    return validate_run(workspace, newest_run(workspace, identity), strict=strict)


def newest_run(workspace: Workspace, identity: Identity) -> str:
    """The task's run that was prepared last; refuses (`validation.no-run`) a task without one."""
    task = require_task(workspace.store.read().state, require_key(workspace, identity))
    runs = [run for run in task.runs.values() if run.prepared is not None]
    if not runs:
        hint = f"git okstra run prepare --task-key {task.key} --task-type TYPE"
        raise refuse("validation.no-run", f"no run of {task.key} was prepared", hint=hint, task=str(task.key))
    return max(runs, key=lambda run: (run.prepared, run.id)).id


def validate_recorded(workspace: Workspace, task: Task, run: Run) -> Validation | None:
    """What is wrong with a run that is about to finish; None where there are no data, so that nothing is checked."""
    documents = read_run_documents(workspace, task, run)
    if documents.data is None and not documents.data_problems:
        return None
    return Validation(f"run {run.id}", str(task.key), run.id, tuple(apply_rules(RULES, documents)))


def _validated(workspace: Workspace, task: Task, run: Run, *, strict: bool) -> Validation:
    findings = apply_rules(RULES, read_run_documents(workspace, task, run))
    return Validation(f"run {run.id}", str(task.key), run.id, tuple(findings), strict)
