"""What has changed around a run since its bundle was made, said to whoever leads it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.fs.resolve import is_elsewhere
from okstra_git.runs.bundle import verify_bundle
from okstra_git.runs.gathering import gather_plan
from okstra_git.runs.leases import GUARDED, finished_stages
from okstra_git.runs.stored_context import find_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task

NAMED = 3
"""Missing files that are named."""


def remark_on_resume(workspace: Workspace, root: Path, task: Task, run: Run) -> None:
    """Say what of the bundle is gone, that the plan was changed, and which stages below were changed."""
    for sentence in (*_lacking(root, task, run), *_of_plan(root, task, run), *_of_stages_below(workspace, task, run)):
        workspace.note(sentence)


def _lacking(root: Path, task: Task, run: Run) -> Iterator[str]:
    context = find_context(root, run)
    gone = verify_bundle(root, context.paths.run_manifest) if context is not None else []
    if gone:
        more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
        key = word(str(task.key))
        stage = f" --stage {word(run.stage)}" if run.stage is not None else ""
        yield (
            f"of its bundle is missing or changed: {', '.join(gone[:NAMED])}{more}; for a whole one: "
            f"git okstra run abandon {word(run.id)}, then git okstra run prepare --task-key {key} "
            f"--task-type {word(run.task_type)}{stage}"
        )


def _of_plan(root: Path, task: Task, run: Run) -> Iterator[str]:
    """A run works by the plan as it was approved when the run was prepared."""
    plan = task.plan
    if plan is None or run.plan is None or run.stage in finished_stages(task):
        return
    found = gather_plan(plan, root)
    if plan.blob != run.plan:
        yield f"another plan was approved since the run was prepared: {plan.path} ({plan.blob[:10]})"
    elif found.matches is None and is_elsewhere(plan.path):
        yield f"the plan {plan.path} lies outside of the repository: nobody looked whether it was changed"
    elif found.matches is not True:
        state = "was changed after it was approved" if found.matches is not None else "is not here any more"
        yield f"the plan {plan.path} {state}: git okstra plan check {word(plan.path)}"


def _of_stages_below(workspace: Workspace, task: Task, run: Run) -> Iterator[str]:
    """Stages that this one builds on, whose commits changed their content since they were recorded."""
    planned = next((one for one in task.plan.stages if one.number == run.stage), None) if task.plan else None
    below = [n for n in planned.depends_on if n in task.stages] if planned and run.task_type == GUARDED else []
    if not below:
        return
    from okstra_git.porcelain.follow import make_judge, read_hints  # a judge of history is heavy

    state = workspace.store.read().state
    report = make_judge(workspace, state, hints=read_hints(workspace)).judge(state.tasks[task.key])
    for finding in report.confirms:
        if finding.stage in below:
            key = word(str(task.key))
            yield (
                f"stage {finding.stage}, on which stage {run.stage} builds, needs a decision: {finding.reason}; "
                f"git okstra reconcile --task-key {key} --check"
            )
