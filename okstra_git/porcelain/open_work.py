"""What lies open in the worktrees of stages, in the words of status and doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.commands import command, word
from okstra_git.git.checkouts import clauses_of
from okstra_git.git.discovery import Link, inspect_link
from okstra_git.git.history import contains
from okstra_git.git.refs import find_quietly
from okstra_git.git.revisions import BRANCH
from okstra_git.health.findings import HealthFinding, Severity
from okstra_git.porcelain.workspace import StatusProblem
from okstra_git.stages.worktrees import see_stages
from okstra_git.store.stage_dependencies import finished_stages
from okstra_git.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okstra_git.git.checkouts import Checkout
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.states import Stage, Task


def open_problems(git: Git, task: Task, stage: Stage, checkout: Checkout) -> Iterator[StatusProblem]:
    """What a person should see to: work beside a stage that is done, and a worktree that is not on its branch.

    Uncommitted work of a stage that is still being worked on is not a problem. Where the branch itself is gone, no
    command leads back to it; `store/drift.py` reports what became of it.
    """
    key, where = str(task.key), f"the worktree {checkout.path} of stage {stage.number}"
    done = f"git okstra stage done {stage.number} --task-key {key}"
    tip = find_quietly(git, f"{BRANCH}{stage.branch}")
    if not checkout.operation and checkout.branch != stage.branch and tip is not None:
        place = f"is on branch {checkout.branch}" if checkout.branch else f"is detached at {(checkout.head or '')[:10]}"
        yield _problem("worktree.elsewhere", task, stage, f"{where} {place}, and not on {stage.branch}",
                       _way_back(git, stage.branch, tip, checkout))  # fmt: skip
    if checkout.files and stage.number in finished_stages(task):
        count = counted(len(checkout.files), "uncommitted file")
        message = f"{where}, which is done, has {count}"
        yield _problem("worktree.dirty", task, stage, message, f"commit what belongs to the stage, then {done}")


def _way_back(git: Git, branch: str, tip: str, checkout: Checkout) -> str:
    """The line that checks the branch out again; commits that only a detached HEAD has go onto the branch first.

    git refuses that push where the branch has gone another way, and then nothing is lost.
    """
    git_there = command("git -C", checkout.path)
    back = command(f"{git_there} switch", branch)
    if checkout.branch is not None or checkout.head is None or contains(git, tip, checkout.head):
        return back
    return f"{command(f'{git_there} push -q .', f'HEAD:{BRANCH}{branch}')} && {back}"


def _problem(code: str, task: Task, stage: Stage, message: str, hint: str) -> StatusProblem:
    return StatusProblem(code, message, hint, str(task.key), stage.number)


def open_work_findings(workspace: Workspace) -> list[HealthFinding]:
    """One finding for each worktree with something open: informing of files, warning of another branch or none."""
    tasks = [task for task in workspace.store.read().state.tasks.values() if task.is_open]
    return list(_findings(workspace, tasks))


def _findings(workspace: Workspace, tasks: Sequence[Task]) -> Iterator[HealthFinding]:
    by_key = {task.key: task for task in tasks}
    for (key, number), checkout in see_stages(workspace.git, tasks).items():
        task = by_key[key]
        stage = task.stages[number]
        clauses = clauses_of(checkout, stage.branch)
        subject = f"{key} stage-{number}"
        message = f"the worktree {checkout.path} of {subject}: {', '.join(clauses)}"
        problems = list(open_problems(workspace.git, task, stage, checkout))
        is_cut = bool(checkout.problem) and inspect_link(workspace.git.common_dir, checkout.path) is not Link.SOUND
        if not (problems or checkout.operation or checkout.problem or checkout.files) or (
            is_cut and checkout.is_linked
        ):
            continue  # `check_worktrees` reports one that is cut off
        severity: Severity = "warning" if problems else "info"
        hint = problems[0].hint if problems else f"git -C {word(str(checkout.path))} status"
        code = problems[0].code if problems else "worktree.under-way" if checkout.operation else "worktree.dirty"
        yield HealthFinding(code, severity, subject, message, hint)
