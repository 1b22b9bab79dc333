"""What was handed over, as JSON and as text: verifications, groups, pull requests, landings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page, Tone
from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.git.revisions import printed_recorded
from okstra_git.handoff.leaving import describe, list_leaving
from okstra_git.handoff.overview import list_groups
from okstra_git.handoff.putting_back import put_back
from okstra_git.records.base import show_time

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.handoff.leaving import Leaving
    from okstra_git.handoff.overview import GroupView
    from okstra_git.names import TaskKey
    from okstra_git.records.handoff import PullRequest
    from okstra_git.records.states import Stage, Task

SHORT = 10
TONES: dict[str, Tone] = {
    "landed": "good",
    "in-pr": "good",
    "assembled": "warn",
    "closed": "faint",
    "superseded": "faint",
}


def pr_json(task: Task, pr: PullRequest, elsewhere: Collection[str]) -> dict[str, Any]:
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


def status_json(git: Git, task: Task, elsewhere: Collection[str], stale: Mapping[int, str]) -> dict[str, Any]:
    """Groups, pull requests and landings of one task; `elsewhere` landed where they do not go to, `stale` stages need
    a decision."""
    return {
        "task": str(task.key),
        "groups": [_group_json(git, task, one) for one in list_groups(git, task, elsewhere, stale)],
        "prs": [pr_json(task, pr, elsewhere) for pr in task.prs.values()],
        "stages": [_stage_json(stage) for _, stage in sorted(task.stages.items())],
    }


def _leaving(git: Git, task: Task, one: GroupView) -> list[Leaving] | None:
    """What leaves with a group that has not arrived; None where nothing leaves any more, or it cannot be read."""
    try:
        return list_leaving(git, task, one.group) if one.state in ("assembled", "in-pr") else None
    except OkstraError:
        return None


def _group_json(git: Git, task: Task, one: GroupView) -> dict[str, Any]:
    group, leaving = one.group, _leaving(git, task, one)
    return {
        "group": group.id,
        "stages": list(group.stages),
        "state": one.state,
        "branch": group.branch,
        "base_ref": group.base_ref,
        "base": group.range.base,
        "commit": group.range.head,
        "tree": group.range.head_tree,
        "worktree": one.worktree,
        "pr": one.pr.url if one.pr is not None else None,
        "members": [each.as_json() for each in leaving] if leaving is not None else None,
        "changed": [{"code": change.code, "message": change.message} for change in one.changed],
        "replaced_by": group.replaced_by or None,
    }


def _stage_json(stage: Stage) -> dict[str, Any]:
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


def status_page(git: Git, seen: Sequence[tuple[Task, Collection[str], Mapping[int, str]]]) -> Page:
    page = Page()
    for task, elsewhere, stale in seen:
        _task(page, git, task, elsewhere, stale)
    if not seen:
        page.line("nothing is being handed over")
        page.line(Cell("next: git okstra handoff eligible --task-key KEY", "faint"))
    return page


def _next_lines(git: Git, task: Task, one: GroupView) -> tuple[str, ...]:
    """What to do about a group that is not any more what was assembled; each line is accepted as things stand."""
    codes = {change.code for change in one.changed}
    if not codes or (one.state != "assembled" and codes == {"base-moved"}):
        return ()
    key, group = str(task.key), one.group
    if "stale-history" in codes:
        return (f"git okstra reconcile --task-key {key} --check",)
    members = [task.stages.get(number) for number in group.stages]
    if any(stage is None or not (stage.is_verified or stage.landed) for stage in members):
        return (f"git okstra handoff eligible --task-key {key}",)
    back = put_back(git, group.branch, group.range.head, group.former) if "branch-moved" in codes else ()
    stages, base = ",".join(map(str, group.stages)), printed_recorded(git, group.base_ref)
    update = " --update" if one.state == "in-pr" else ""
    return back or (f"git okstra handoff assemble --task-key {key} --stages {stages} --base {word(base)}{update}",)


def _task(page: Page, git: Git, task: Task, elsewhere: Collection[str], stale: Mapping[int, str]) -> None:
    key = str(task.key)
    page.line(Cell(key, "strong"))
    groups = list_groups(git, task, elsewhere, stale)
    known = {one.group.id for one in groups}
    rows = [_group_row(task, one, elsewhere) for one in groups]
    rows += [_pr_row(task, pr, elsewhere) for pr in task.prs.values() if pr.group not in known]
    page.table(("  group", "state", "commit", "onto", "branch", "pull request"), rows)
    for one in groups:
        for each in _leaving(git, task, one) or ():
            page.line(
                Cell(f"  group {one.group.id}: ", "faint"), Cell(describe(each), "warn" if each.differs else "faint")
            )
        for change in one.changed:
            page.line(Cell(f"  group {one.group.id}: ", "warn"), change.message)
        for line in _next_lines(git, task, one):
            page.line(Cell(f"    next: {line}", "faint"))
    for _, stage in sorted(task.stages.items()):
        if stage.landing is not None:
            found = stage.landing
            with_group = f", with group {found.group}" if found.group else ""
            page.line(
                f"  stage {stage.number} landed in {found.target} at {found.commit[:SHORT]} ({found.how}{with_group})"
            )
    if not rows:
        page.line("  no group was assembled yet")


def _group_row(task: Task, one: GroupView, elsewhere: Collection[str]) -> list[Cell]:
    group = one.group
    return [
        Cell(f"  {group.id}"),
        Cell(one.state, TONES.get(one.state, "plain")),
        Cell(group.range.head[:SHORT]),
        Cell(group.base_ref),
        Cell(group.branch),
        Cell(f"{one.pr.url} ({pr_status(task, one.pr, elsewhere)})" if one.pr is not None else "-"),
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


def recorded_pr_page(key: TaskKey, pr: PullRequest, ended: Sequence[str], *, changed: bool) -> Page:
    page = Page()
    verb = "recorded" if changed else "on record already"
    many = len(pr.stages) > 1
    stages = f"stages {', '.join(map(str, pr.stages))}" if many else f"stage {pr.stages[0]}"
    page.line(f"{verb}: {stages} of {key} {'are' if many else 'is'} in ", Cell(pr.url, "strong"))
    for run in ended:
        page.line(f"  run {run} ended with it")
    return page


def closed_page(key: str, pr: PullRequest, *, changed: bool) -> Page:
    page = Page()
    verb = "recorded" if changed else "on record already"
    by = f" by {pr.replaced_by}" if pr.replaced_by else ""
    page.line(f"{verb}: {pr.url} is {pr.status}{by}; its stages may leave again")
    stages = ",".join(map(str, pr.stages))
    command = f"assemble --task-key {key} --stages {stages} --base BRANCH"
    if pr.replaced_by:
        command = f"record-pr --task-key {key} --stages {stages} --branch BRANCH --url {word(pr.replaced_by)}"
    page.line(Cell(f"next: git okstra handoff {command}", "faint"))
    return page


def verified_json(task: Task, stage: Stage, *, changed: bool, warnings: Sequence[str]) -> dict[str, Any]:
    """What is on record of a stage's verification now."""
    found = stage.verified
    assert found is not None
    return {
        "task": str(task.key),
        "stage": stage.number,
        "state": stage.status,
        "changed": changed,
        "verified": {
            "commit": found.commit,
            "tree": found.tree,
            "carries": stage.is_verified,
            "verdict": found.verdict,
            "report": found.report,
            "report_blob": found.report_blob,
            "data": found.data,
            "data_blob": found.data_blob,
            "database_verified": found.database,
            "again": found.again or None,
            "evidence": [{"command": check.command, "exitCode": check.exit_code} for check in found.checks],
        },
        "warnings": list(warnings),
    }


def _checks(checks: Sequence[object]) -> str:
    return "1 check" if len(checks) == 1 else f"{len(checks)} checks"


def verified_page(task: Task, stage: Stage, *, changed: bool) -> Page:
    page = Page()
    found = stage.verified
    assert found is not None
    verb = "recorded" if changed else "on record already"
    key = str(task.key)
    page.line(f"{verb}: stage {stage.number} of {key} is verified at ", Cell(found.commit[:SHORT], "strong"),
              f", tree {found.tree[:SHORT]} ({_checks(found.checks)})")  # fmt: skip
    page.line(Cell(f"next: git okstra handoff eligible --task-key {key}", "faint"))
    return page
