"""What is on its way out of the repository: groups of stages, and pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_git.handoff.group_status import list_groups, next_lines
from okstra_git.pages.board import Delivery
from okstra_git.porcelain.base_contents import landed_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okstra_git.handoff.group_status import GroupView
    from okstra_git.porcelain.status import Survey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.handoff import PullRequest
    from okstra_git.records.states import Task

PAST = frozenset({"landed", "closed", "superseded"})


def list_deliveries(workspace: Workspace, seen: Survey) -> list[Delivery]:
    """Groups and pull requests of the tasks seen: those that are under way, then those that are past."""
    handed = [task for task in seen.tasks if task.groups or task.prs]
    deliveries = [delivery for task in handed for delivery in _of_task(workspace, task, seen)]
    return sorted(deliveries, key=lambda delivery: delivery.state in PAST)


def _of_task(workspace: Workspace, task: Task, seen: Survey) -> Iterator[Delivery]:
    elsewhere, git = landed_elsewhere(workspace, task), workspace.git
    report = seen.reports.get(task.key)
    stale = {finding.stage: finding.reason for finding in report.confirms} if report else {}
    views = list_groups(git, task, elsewhere, stale)
    yield from (_of_group(task, view, next_lines(git, task, view)) for view in views)
    named = {view.pr.url for view in views if view.pr is not None}
    yield from (_of_pull_request(task, pr) for pr in task.prs.values() if pr.url not in named)


def _of_group(task: Task, view: GroupView, commands: tuple[str, ...]) -> Delivery:
    group = view.group
    return Delivery(
        task=str(task.key),
        stages=group.stages,
        branch=group.branch,
        base=group.base_ref,
        state=view.state,
        url=view.pr.url if view.pr else "",
        changes=tuple(change.message for change in view.changed),
        commands=commands,
    )


def _of_pull_request(task: Task, pr: PullRequest) -> Delivery:
    state = "in-pr" if pr.status == "open" else pr.status
    return Delivery(str(task.key), pr.stages, pr.branch, pr.base_ref, state, pr.url)
