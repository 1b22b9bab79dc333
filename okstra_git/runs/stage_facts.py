"""Asks git about the branches, worktrees and plan of a task, for `explain` to judge."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.checkouts import find_astray
from okstra_git.git.dirty import list_uncommitted, under_way
from okstra_git.git.objects import name_of_blob
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import upstream_of
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.revisions import BRANCH, find_recorded, printed_name
from okstra_git.git.worktrees import Worktree, list_worktrees
from okstra_git.records.runs import Plan
from okstra_git.records.states import Task
from okstra_git.runs.explain import PlanFacts, StageFacts
from okstra_git.store.ownership import OwnWorktrees


def gather_facts(git: Git, task: Task, *, targets: Sequence[str], findings: Mapping[int, str]) -> dict[int, StageFacts]:
    """What git says now of every stage on record; `targets` are branches that work is merged into. Changes nothing."""
    trees = list_worktrees(git)
    merged = [commit for name in targets if (commit := find_recorded(git, name))]
    return {number: _facts(git, task, number, trees, merged, findings.get(number, "ok")) for number in task.stages}


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
