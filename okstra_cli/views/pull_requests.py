"""Groups, pull requests and landings of a task, as JSON and as text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_git.commands import word
from okstra_git.handoff.group_status import describe
from okstra_git.records.grammar import show_time

if TYPE_CHECKING:
    from okstra_cli.answers import handoff as shapes
    from okstra_git.handoff.group_status import GroupView, Leaving
    from okstra_git.porcelain.handoff import GroupStatus, HandoffStatus
    from okstra_git.porcelain.pull_requests import ClosedPullRequest, RecordedPullRequest
    from okstra_git.records.handoff import PullRequest
    from okstra_git.records.states import Stage, Task

SHORT = 10
PATHS_LISTED = 50
"""Paths that JSON lists of those that differ."""
TONES: dict[str, Tone] = {
    "landed": "good",
    "in-pr": "good",
    "assembled": "warn",
    "closed": "faint",
    "superseded": "faint",
}


def pr_json(task: Task, pr: PullRequest, elsewhere: Collection[str]) -> shapes.PullRequest:
    """One pull request as recorded; an open one all of whose stages landed is `landed`."""
    return {
        "url": pr.url,
        "status": pr_status(task, pr, elsewhere),
        "group": pr.group,
        "stages": list(pr.stages),
        "branch": pr.branch,
        "base_ref": pr.base_ref or None,
        "commit": pr.commit,
        "reason": pr.reason or None,
        "replaced_by": pr.replaced_by or None,
        "at": show_time(pr.at) if pr.at else None,
    }


def pr_status(task: Task, pr: PullRequest, elsewhere: Collection[str]) -> str:
    """How the pull request stands, as far as git shows it: `open`, `landed`, `closed` or `superseded`.

    Those in `elsewhere` are open still: their stages landed where they do not go to.
    """
    if pr.url in elsewhere and pr.status in ("open", "landed"):
        return "open"
    landed = all(number in task.stages and task.stages[number].landed for number in pr.stages)
    return "landed" if pr.status == "open" and landed else pr.status


def status_json(status: HandoffStatus) -> shapes.TaskHandoff:
    """Groups, pull requests and landings of one task."""
    task = status.task
    return {
        "task": str(task.key),
        "groups": [_group_json(each) for each in status.groups],
        "prs": [pr_json(task, pr, status.elsewhere) for pr in task.prs.values()],
        "stages": [_stage_json(stage) for _, stage in sorted(task.stages.items())],
    }


def _group_json(status: GroupStatus) -> shapes.Group:
    view, leaving = status.view, status.leaving
    group = view.group
    return {
        "group": group.id,
        "stages": list(group.stages),
        "state": view.state,
        "branch": group.branch,
        "base_ref": group.base_ref,
        "base": group.range.base,
        "commit": group.range.head,
        "tree": group.range.head_tree,
        "worktree": view.worktree,
        "pr": view.pr.url if view.pr is not None else None,
        "members": [leaving_json(stage) for stage in leaving] if leaving is not None else None,
        "changed": [{"code": change.code, "message": change.message} for change in view.changed],
        "replaced_by": group.replaced_by or None,
    }


def leaving_json(leaving: Leaving) -> shapes.Leaving:
    """What of one stage leaves with a group; `null` for what is not known without a verification."""
    verified, differs = leaving.verified, leaving.differs
    return {
        "stage": leaving.stage,
        "how": leaving.how,
        "commit": leaving.commit,
        "exact": leaving.is_exact,
        "tree": leaving.tree,
        "verified": {"commit": verified.commit, "tree": verified.tree, "again": verified.again or None}
        if verified
        else None,
        "same_tree": leaving.is_same_tree if verified else None,
        "agrees": not differs if differs is not None else None,
        "differs": list(differs[:PATHS_LISTED]) if differs is not None else None,
        "differs_count": len(differs) if differs is not None else None,
    }


def _stage_json(stage: Stage) -> shapes.HandoffStage:
    landing = stage.landing
    return {
        "stage": stage.number,
        "state": stage.status,
        "pr": stage.pr,
        "landed": {
            "target": landing.target,
            "commit": landing.commit,
            "how": landing.how,
            "group": landing.group or None,
        }
        if landing is not None
        else None,
    }


def status_page(statuses: Sequence[HandoffStatus]) -> Page:
    page = Page()
    for status in statuses:
        _add_task(page, status)
    if not statuses:
        page.line("nothing is being handed over")
        page.line(Cell("next: git okstra handoff eligible --task-key KEY", "faint"))
    return page


def _add_task(page: Page, status: HandoffStatus) -> None:
    task, elsewhere = status.task, status.elsewhere
    page.line(Cell(str(task.key), "strong"))
    with_group = {each.view.group.id for each in status.groups}
    rows = [_group_row(task, each.view, elsewhere) for each in status.groups]
    rows += [_pr_row(task, pr, elsewhere) for pr in task.prs.values() if pr.group not in with_group]
    page.table(("  group", "state", "commit", "onto", "branch", "pull request"), rows)
    for each in status.groups:
        _add_group(page, each)
    for _, stage in sorted(task.stages.items()):
        if (landing := stage.landing) is not None:
            group = f", with group {landing.group}" if landing.group else ""
            commit = landing.commit[:SHORT]
            page.line(f"  stage {stage.number} landed in {landing.target} at {commit} ({landing.how}{group})")
    if not rows:
        page.line("  no group was assembled yet")


def _add_group(page: Page, status: GroupStatus) -> None:
    name = f"  group {status.view.group.id}: "
    for stage in status.leaving or ():
        page.line(Cell(name, "faint"), Cell(describe(stage), "warn" if stage.differs else "faint"))
    for change in status.view.changed:
        page.line(Cell(name, "warn"), change.message)
    if status.view.is_pushed:
        page.line(Cell(name, "faint"), f"branch {status.view.group.branch} is pushed, no pull request is on record")
    for line in status.next_lines:
        page.line(Cell(f"    next: {line}", "faint"))


def _group_row(task: Task, view: GroupView, elsewhere: Collection[str]) -> list[Cell]:
    group, pr = view.group, view.pr
    return [
        Cell(f"  {group.id}"),
        Cell(view.state, TONES.get(view.state, "plain")),
        Cell(group.range.head[:SHORT]),
        Cell(group.base_ref),
        Cell(group.branch),
        Cell(f"{pr.url} ({pr_status(task, pr, elsewhere)})" if pr is not None else "-"),
    ]


def _pr_row(task: Task, pr: PullRequest, elsewhere: Collection[str]) -> list[Cell]:
    status = pr_status(task, pr, elsewhere)
    state = "in-pr" if status == "open" else status
    return [
        Cell(f"  {pr.group}"),
        Cell(state, TONES.get(state, "plain")),
        Cell((pr.commit or "-")[:SHORT]),
        Cell(pr.base_ref or "-"),
        Cell(pr.branch),
        Cell(f"{pr.url} ({status})"),
    ]


def recorded_json(done: RecordedPullRequest) -> shapes.RecordedPullRequest:
    """The binding shape of `handoff record-pr`."""
    return {
        "task": str(done.key),
        "pr": pr_json(done.task, done.pr, done.elsewhere),
        "changed": done.changed,
        "ended_runs": list(done.ended_runs),
    }


def recorded_page(done: RecordedPullRequest) -> Page:
    page = Page()
    stages = done.pr.stages
    verb = "recorded" if done.changed else "on record already"
    listed = f"stages {', '.join(map(str, stages))}" if len(stages) > 1 else f"stage {stages[0]}"
    are = "are" if len(stages) > 1 else "is"
    page.line(f"{verb}: {listed} of {done.key} {are} in ", Cell(done.pr.url, "strong"))
    for run in done.ended_runs:
        page.line(f"  run {run} ended with it")
    return page


def closed_json(done: ClosedPullRequest) -> shapes.ClosedPullRequest:
    """The binding shape of `handoff record-closed`."""
    return {"task": str(done.key), "pr": pr_json(done.task, done.pr, ()), "changed": done.changed}


def closed_page(done: ClosedPullRequest) -> Page:
    page = Page()
    key, pr = done.key, done.pr
    verb = "recorded" if done.changed else "on record already"
    by = f" by {pr.replaced_by}" if pr.replaced_by else ""
    page.line(f"{verb}: {pr.url} is {pr.status}{by}; its stages may leave again")
    stages = ",".join(map(str, pr.stages))
    command = f"assemble --task-key {key} --stages {stages} --base BRANCH"
    if pr.replaced_by:
        command = f"record-pr --task-key {key} --stages {stages} --branch BRANCH --url {word(pr.replaced_by)}"
    page.line(Cell(f"next: git okstra handoff {command}", "faint"))
    return page
