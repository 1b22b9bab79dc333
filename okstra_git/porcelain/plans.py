"""Checks a plan, approves it for a task, and shows the approved one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from okstra_git.commands import command, word
from okstra_git.contract import APPROVED_MARKER, allows_approval
from okstra_git.convergence.plan_items import fingerprint_parts, list_parts
from okstra_git.documents.editing import add_box, find_box
from okstra_git.documents.markdown import too_long
from okstra_git.documents.problems import in_order
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import PathRefused, TooLarge
from okstra_git.fs.root import Root
from okstra_git.paths import ProjectPaths, real_path
from okstra_git.plans.rules import check_plan, require_plan
from okstra_git.plans.verification_gate import (
    NOT_VERIFIED,
    REMEDY,
    VERIFY,
    check_gate,
    gate_on_record,
    read_gate,
    verified_fingerprint,
)
from okstra_git.porcelain.project_files import read_document_named, require_project_root
from okstra_git.reports.clarifications import Clarification, open_rows
from okstra_git.stages.approve import (
    PlanFile,
    PlanMissing,
    approve_plan,
    approved_text,
    plan_of,
    read_plan,
    replace_plan,
)
from okstra_git.store.registry import require_open, require_task
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_git.documents.problems import Flaw
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Task


@dataclass(frozen=True)
class PlanCheck:
    """A plan and every rule that it breaks; `lacks_marker` says that there is no line to tick yet."""

    file: PlanFile
    flaws: list[Flaw]
    lacks_marker: bool

    @property
    def refusal(self) -> OkstraError | None:
        """What a plan is refused with that breaks rules."""
        message = f"{self.file.path} breaks {counted(len(self.flaws), 'rule')}"
        return refuse("plan.invalid", message, hint="git okstra plan template") if self.flaws else None


@dataclass(frozen=True)
class Approval:
    """A plan that was approved for a task, or would be: then `task` is None.

    `changed` says whether anything was recorded, or would change in the file.
    """

    key: TaskKey
    file: PlanFile
    changed: bool
    task: Task | None = None


@dataclass(frozen=True)
class ApprovedPlan:
    """A task with an approved plan, and the blob of the plan's file as it is now; None where it cannot be read."""

    task: Task
    blob: str | None


def plan_file(workspace: Workspace, file: str) -> PlanFile:
    """The plan in a file named on the line."""
    try:
        data = read_document_named(workspace, file)
    except TooLarge as refusal:
        raise too_long(file) from refusal
    except PathRefused as refusal:
        hint = "name an existing file"
        raise PlanMissing(f"the plan cannot be read: {refusal.message}", hint=hint, path=file) from refusal
    return plan_of(data, real_path(workspace.cwd / file), ProjectPaths(require_project_root(workspace)))


def check_plan_file(workspace: Workspace, file: str) -> PlanCheck:
    """Every rule that the plan breaks; a missing marker, which only prevents the approval, is noted."""
    plan = plan_file(workspace, file)
    flaws = in_order([*check_plan(plan.plan, for_approval=True, needs_marker=False), *_gate_flaws(workspace, plan)])
    lacks_marker = find_box(plan.plan.document, APPROVED_MARKER) is None
    if lacks_marker and allows_approval(_gate_of(workspace, plan)):
        workspace.note(f"{plan.path} has no line '- [ ] {APPROVED_MARKER}'; an approval needs it, or --add-marker")
    _warn_of_changes(workspace, plan)
    return PlanCheck(plan, flaws, lacks_marker)


def approve(
    workspace: Workspace, key: TaskKey, file: str, *, add_marker: bool, despite_open: bool, dry_run: bool
) -> Approval:
    """Approve the plan for the task, or say what an approval would change."""
    project, path = ProjectPaths(require_project_root(workspace)), real_path(workspace.cwd / file)
    require_open(workspace.store.read().state, key)
    plan = plan_file(workspace, file)
    lacks_marker = find_box(plan.plan.document, APPROVED_MARKER) is None
    require_plan(plan.plan, path=plan.path, for_approval=True, needs_marker=not add_marker)
    _require_gate(workspace, plan, key)
    _warn_of_changes(workspace, plan)
    waiting = open_rows(plan.plan.document, blocks="approval")
    if waiting and not despite_open:
        raise _open_questions(plan, waiting, file)
    if dry_run:
        return Approval(key, plan, changed=approved_text(plan) != plan.text or lacks_marker)
    if lacks_marker:
        replace_plan(path, add_box(plan.text, APPROVED_MARKER))
    approved, appended = approve_plan(workspace.store, key, path, project)
    workspace.warn(appended.warning)
    task = appended.task_after(key)
    return Approval(key, approved, changed=bool(appended.events), task=task)


def approved_plan(workspace: Workspace, key: TaskKey) -> ApprovedPlan:
    """The approved plan of the task, beside the file as it is now."""
    task = require_task(workspace.store.read().state, key)
    if task.plan is None:
        file = word(task.proposed_plan or "FILE")
        raise refuse(
            "plan.unapproved", f"no plan of {key} was approved", hint=f"git okstra plan approve {file} --task-key {key}"
        )
    project = ProjectPaths(require_project_root(workspace))
    try:
        return ApprovedPlan(task, read_plan(project.root / task.plan.path, project).blob)
    except OkstraError:
        return ApprovedPlan(task, None)


def _open_questions(plan: PlanFile, waiting: tuple[Clarification, ...], given: str) -> OkstraError:
    listed = ", ".join(row.id for row in waiting)
    answer = command("git okstra report answer", waiting[0].id, ("--value", "TEXT"), ("--report", given))
    return refuse(
        "plan.open-questions",
        f"{plan.path} waits for answers that hold up its approval: {listed}",
        hint=f"{answer}\nthen the same line again, which --despite-open makes go on without",
        path=plan.path,
        rows=[{"id": row.id, "line": row.line, "statement": row.statement} for row in waiting],
    )


def _gate_flaws(workspace: Workspace, plan: PlanFile) -> list[Flaw]:
    """What forbids the approval of a plan whose body was verified."""
    return list(check_gate(plan.plan.document, _recorded_gate(workspace, plan)))


def _warn_of_changes(workspace: Workspace, plan: PlanFile) -> None:
    """Say so when the body of the plan is not what the analysers were asked about."""
    verified = verified_fingerprint(Root(require_project_root(workspace)), plan.path)
    if verified is not None and verified != fingerprint_parts(list_parts(plan.plan)):
        workspace.warn(f"{plan.path} was changed after its body was verified; what was changed nobody has judged")


def _recorded_gate(workspace: Workspace, plan: PlanFile) -> str | None:
    return gate_on_record(Root(require_project_root(workspace)), plan.path)


def _gate_of(workspace: Workspace, plan: PlanFile) -> str | None:
    """The recorded gate, before the one that the report names."""
    named = read_gate(plan.plan.document)
    return _recorded_gate(workspace, plan) or (named[0] if named else None)


def _require_gate(workspace: Workspace, plan: PlanFile, key: TaskKey) -> None:
    """Refuse a plan that its verification blocks, whatever was written into it since."""
    gate = _gate_of(workspace, plan)
    if allows_approval(gate):
        return
    again = command("git okstra run prepare", ("--task-key", key), ("--task-type", "implementation-planning"))
    came_to = "it was to be verified, and no gate was recorded"
    if gate != NOT_VERIFIED:
        came_to = f"the verification of the plan came to {gate}"
    raise refuse(
        "plan.gate-blocks",
        f"{plan.path} cannot be approved: {came_to}",
        hint=VERIFY if gate == NOT_VERIFIED else f"{REMEDY}: {again}",
        path=plan.path,
        gate=gate,
    )
