"""Explains each stage of a task and each of its live runs: what is known, and the one safe thing to do next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from okstra_git.bundle.run_files import Disk
from okstra_git.git.remotes import default_branches
from okstra_git.porcelain.current_state import standing_state
from okstra_git.porcelain.follow import make_judge
from okstra_git.porcelain.liveness import LivenessChecker
from okstra_git.porcelain.project_files import project_root
from okstra_git.runs.explain import explain, explain_run
from okstra_git.runs.leases import GUARDED
from okstra_git.runs.stage_facts import gather_facts, gather_plan
from okstra_git.store.clone import OwnWorktrees, find_writer

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.explain import Advice, RunAdvice


def explain_task(workspace: Workspace, task: Task, only: Run | None) -> tuple[list[Advice], list[RunAdvice]]:
    """Each stage of the task and each live run that holds none; of one run when only that is asked for."""
    liveness = LivenessChecker(workspace)
    state = standing_state(workspace)
    task = state.tasks.get(task.key, task)
    report = make_judge(workspace, state).judge(task)
    findings = {finding.stage: str(finding.kind) for finding in report.findings}
    facts = gather_facts(workspace.git, task, targets=_targets(workspace), findings=findings)
    active = [run for run in task.runs.values() if run.is_active]
    ours = frozenset(run.id for run in active if run.holder is not None and liveness.is_ours(run.holder))
    elsewhere = _elsewhere(workspace, active)
    stages = explain(
        task, task.plan, facts, liveness.leases(task), writer=find_writer(workspace.git) or "", ours=ours,
        plan_facts=gather_plan(task.plan, project_root(workspace)), elsewhere=elsewhere,
    )  # fmt: skip
    if only is not None and only.task_type == GUARDED and only.stage is not None:
        of_stage = [advice for advice in stages if advice.stage == only.stage]
        if of_stage:
            return of_stage, []
    rest = [only] if only is not None else [run for run in active if run.task_type != GUARDED]
    runs = [
        explain_run(task, run, liveness.life_of(run), is_ours=run.id in ours, is_elsewhere=run.id in elsewhere)
        for run in rest
    ]
    return ([] if only is not None else stages), runs


def _elsewhere(workspace: Workspace, runs: Iterable[Run]) -> frozenset[str]:
    """Those runs of other clones whose documents are not here; in a copied clone they are."""
    places, disk = OwnWorktrees(workspace.git), Disk(project_root(workspace))
    foreign = [run for run in runs if not places.is_own(run)]
    return frozenset(run.id for run in foreign if disk.context(run) is None)


def _targets(workspace: Workspace) -> list[str]:
    return [*workspace.settings.target] or default_branches(workspace.git)
