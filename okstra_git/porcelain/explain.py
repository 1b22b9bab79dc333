"""Explains each stage of a task and each live run: what git says, what is known, the one safe thing to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.bundle.run_files import Disk
from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.checkouts import find_astray
from okstra_git.git.dirty import list_uncommitted, under_way
from okstra_git.git.objects import name_of_blob
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import default_branches, upstream_of
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.revisions import BRANCH, find_recorded, printed_name
from okstra_git.git.worktrees import Worktree, list_worktrees
from okstra_git.porcelain.current_state import LivenessChecker, standing_state
from okstra_git.porcelain.follow import make_judge
from okstra_git.porcelain.project_files import project_root
from okstra_git.records.runs import Plan
from okstra_git.records.states import Task
from okstra_git.runs.explain import PlanFacts, StageFacts, explain, explain_run
from okstra_git.runs.leases import GUARDED
from okstra_git.store.clone import OwnWorktrees, find_writer

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.runs import Run
    from okstra_git.records.states import Task
    from okstra_git.runs.explain import Advice, RunAdvice


def gather_facts(git: Git, task: Task, *, targets: Sequence[str], findings: Mapping[int, str]) -> dict[int, StageFacts]:
    """What git says now of every stage on record; `targets` are branches that work is merged into. Changes nothing."""
    trees = list_worktrees(git)
    merged = [commit for name in targets if (commit := find_recorded(git, name))]
    return {number: _facts(git, task, number, trees, merged, findings.get(number, "ok")) for number in task.stages}


def gather_plan(plan: Plan | None, project_root: Path) -> PlanFacts:
    """Whether the approved plan's file still has the content that was approved."""
    if plan is None:
        return PlanFacts()
    try:
        data = Root(project_root, links=True).read_bytes(plan.path)
    except PathRefused:
        return PlanFacts(matches=None)
    blob = name_of_blob(data)
    return PlanFacts(matches=blob == plan.blob, found=blob)


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


def _facts(
    git: Git, task: Task, number: int, trees: Sequence[Worktree], merged: Sequence[str], finding: str
) -> StageFacts:
    stage, place = task.stages[number], task.places.get(f"stage-{number}")
    branch = stage.branch or (place.branch if place is not None else "")
    base = (stage.range.base if stage.range else None) or stage.base
    tip = find_quietly(git, f"refs/heads/{branch}") if branch else None
    checked_out = [tree.path for tree in trees if branch and tree.branch == branch]
    here = next((path for path in checked_out if (path / ".git").exists()), None)
    astray = None
    path = OwnWorktrees(git).active_path(place)
    if path is not None:
        astray = find_astray(git, path, branch)
        here = path if astray is None or astray.kind == "elsewhere" else here
    dirty, during = _lies_in(git, here)
    upstream = upstream_of(git, branch) if tip else None
    return StageFacts(
        branch=branch,
        has_branch=tip is not None,
        base=base,
        worktree=str(here) if here else "",
        dirty=dirty,
        during=during,
        ahead=_count(git, tip, [base] if base else None),
        beyond=_count(git, tip, [stage.range.head] if stage.range else None),
        unmerged=_count(git, tip, [*merged, *([base] if base else [])] if merged else None),
        unpushed=_count(git, tip, [upstream] if upstream else None),
        upstream=(upstream or "").removeprefix("refs/remotes/"),
        ref=printed_name(git, BRANCH + branch) if tip else "",
        finding=finding,
        astray=astray.what if astray is not None and astray.kind == "elsewhere" else "",
    )


def _lies_in(git: Git, worktree: Path | None) -> tuple[int | None, str]:
    """How many paths are not committed there, and what git is in the middle of."""
    if worktree is None:
        return None, ""
    try:
        repository = open_repository(worktree, beside=git)
        return len(list_uncommitted(repository.top)), under_way(repository)
    except OkstraError:
        return None, ""


def _count(git: Git, tip: str | None, without: Sequence[str] | None) -> int | None:
    """Commits of `tip` that none of the others has; None where there is nothing to compare, or a commit is missing."""
    if tip is None or without is None:
        return None
    try:
        counted = run_git(["rev-list", "--count"], revisions=[tip, *(f"^{commit}" for commit in without)], cwd=git.top)
    except GitFailed:
        return None
    return int(counted.stdout)


def _elsewhere(workspace: Workspace, runs: Iterable[Run]) -> frozenset[str]:
    """Those runs of other clones whose documents are not here; in a copied clone they are."""
    places, disk = OwnWorktrees(workspace.git), Disk(project_root(workspace))
    foreign = [run for run in runs if not places.is_own(run)]
    return frozenset(run.id for run in foreign if disk.context(run) is None)


def _targets(workspace: Workspace) -> list[str]:
    return [*workspace.settings.target] or default_branches(workspace.git)
