"""What lies open in the worktrees of stages, in the words of status and doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okstra_git.commands import command, word
from okstra_git.git.checkouts import clauses_of
from okstra_git.git.history import contains
from okstra_git.git.refs import find_quietly
from okstra_git.git.revisions import BRANCH
from okstra_git.git.worktree_links import Link, inspect_link
from okstra_git.health.findings import HealthFinding, Severity
from okstra_git.stages.worktrees import see_stages
from okstra_git.store.planned_stages import finished_stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okstra_git.git.checkouts import Checkout
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Stage, Task


def open_problems(git: Git, task: Task, stage: Stage, seen: Checkout) -> Iterator[dict[str, Any]]:
    """What a person should see to: work beside a stage that is done, and a worktree that is not on its branch.

    That a stage which is worked on has work that is not committed is no problem. Where the branch itself is gone, no
    line leads back to it; `store/drift.py` says what became of it.
    """
    key, where = str(task.key), f"the worktree {seen.path} of stage {stage.number}"
    done = f"git okstra stage done {stage.number} --task-key {key}"
    tip = find_quietly(git, f"{BRANCH}{stage.branch}")
    if not seen.operation and seen.branch != stage.branch and tip is not None:
        told = f"is on branch {seen.branch}" if seen.branch else f"is detached at {(seen.head or '')[:10]}"
        yield _problem("worktree.elsewhere", task, stage, f"{where} {told}, and not on {stage.branch}",
                       _way_back(git, stage.branch, tip, seen))  # fmt: skip
    if seen.files and stage.number in finished_stages(task):
        count = "1 uncommitted file" if len(seen.files) == 1 else f"{len(seen.files)} uncommitted files"
        told = f"{where}, which is done, has {count}"
        yield _problem("worktree.dirty", task, stage, told, f"commit what belongs to the stage, then {done}")


def _way_back(git: Git, branch: str, tip: str, seen: Checkout) -> str:
    """The line that checks the branch out again; commits that only a detached HEAD has go onto the branch first.

    git refuses that push where the branch has gone another way, and then nothing is lost.
    """
    there = command("git -C", seen.path)
    back = command(f"{there} switch", branch)
    if seen.branch is not None or seen.head is None or contains(git, tip, seen.head):
        return back
    return f"{command(f'{there} push -q .', f'HEAD:{BRANCH}{branch}')} && {back}"


def _problem(code: str, task: Task, stage: Stage, message: str, hint: str) -> dict[str, Any]:
    key = str(task.key)
    return {"code": code, "task": key, "message": message, "hint": hint, "stage": stage.number}


def open_work_findings(workspace: Workspace) -> list[HealthFinding]:
    """One finding for each worktree with something open: informing of files, warning of another branch or none."""
    tasks = [task for task in workspace.store.read().state.tasks.values() if task.is_open]
    return list(_findings(workspace, tasks))


def _findings(workspace: Workspace, tasks: Sequence[Task]) -> Iterator[HealthFinding]:
    known = {task.key: task for task in tasks}
    for (key, number), seen in see_stages(workspace.git, tasks).items():
        task = known[key]
        stage = task.stages[number]
        clauses = clauses_of(seen, stage.branch)
        subject = f"{key} stage-{number}"
        told = f"the worktree {seen.path} of {subject}: {', '.join(clauses)}"
        problems = list(open_problems(workspace.git, task, stage, seen))
        is_cut = bool(seen.problem) and inspect_link(workspace.git.common_dir, seen.path) is not Link.SOUND
        if not (problems or seen.operation or seen.problem or seen.files) or (is_cut and seen.is_linked):
            continue  # `check_worktrees` tells of one that is cut off
        severity: Severity = "warning" if problems else "info"
        hint = problems[0]["hint"] if problems else f"git -C {word(str(seen.path))} status"
        code = problems[0]["code"] if problems else "worktree.under-way" if seen.operation else "worktree.dirty"
        yield HealthFinding(code, severity, subject, told, hint)
