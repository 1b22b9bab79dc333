"""What publishing would do and what it did, as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_git.commands import command
from okstra_git.handoff.leaving import describe

if TYPE_CHECKING:
    from okstra_cli.publishing import Done, Plan
    from okstra_git.names import TaskKey
    from okstra_git.records.handoff import Group


def published_json(plan: Plan, done: Done) -> dict[str, Any]:
    """Plan and outcome; `null` for what was not done."""
    group, pushed = plan.group, done.pushed
    return {
        "task": str(plan.asked.key),
        "group": group.id,
        "stages": list(group.stages),
        "branch": group.branch,
        "commit": group.range.head,
        "tree": group.range.head_tree,
        "members": [one.as_json() for one in plan.leaving],
        "base": plan.base,
        "remote": {"name": plan.remote.name, "url": plan.remote.url},
        "head": plan.head,
        "repo": plan.target.repo,
        "title": plan.text.title,
        "body": plan.text.body,
        "body_file": plan.text.body_path,
        "template": plan.text.template,
        "dry_run": plan.asked.dry_run,
        "forge": "gh" if plan.gh is not None else None,
        "pushed": None if pushed is None else {"was": pushed.was, "now": pushed.now, "up_to_date": pushed.up_to_date},
        "url": done.url,
        "existed": done.existed if done.url else None,
        "recorded": done.recorded,
        "ended_runs": list(done.ended),
        "next": list(done.next),
    }


def plan_page(plan: Plan, steps: Sequence[str]) -> Page:
    """All of it, before anything is done."""
    page = Page()
    group = plan.group
    stages = ", ".join(map(str, group.stages))
    page.line(f"group {group.id} of {plan.asked.key}: stages {stages}, onto ", Cell(plan.base, "strong"))
    page.line(
        f"  push   {group.range.head[:10]} to {plan.remote.name} ({plan.remote.url}) as ", Cell(group.branch, "strong")
    )
    for one in plan.leaving:
        page.line(Cell(f"         {describe(one)}", "warn" if one.differs else "faint"))
    if plan.asked.push_only:
        return page
    if plan.target.owner:
        page.line(f"  from   the fork of {plan.target.owner}, ", Cell(plan.head, "strong"), f", to {plan.target.repo}")
    page.line("  title  ", Cell(plan.text.title, "strong"))
    page.line(f"  body   {plan.text.body_path}" + (f", from {plan.text.template}" if plan.text.template else ""))
    page.line("")
    page.document(plan.text.body, indent="  | ")
    page.line("")
    if plan.gh is None:
        page.line(
            Cell("gh is not installed: the branch alone is pushed, opening the pull request is left to you", "warn")
        )
    page.line("the same by hand:")
    for step in steps:
        page.line(Cell(f"  {step}", "faint"))
    return page


def published_page(plan: Plan, done: Done) -> Page:
    if plan.asked.dry_run:
        page = plan_page(plan, done.next)
        page.line("nothing was pushed (--dry-run)")
        return page
    page = Page()
    if done.pushed is not None:
        verb = "is already on" if done.pushed.up_to_date else "pushed to"
        page.line(f"{plan.group.branch} {verb} {plan.remote.name} at {done.pushed.now[:10]}")
    if done.url is not None:
        verb = "exists already" if done.existed else "is open"
        page.line("the pull request ", Cell(done.url, "strong"), f" {verb}, and its stages are recorded as in it")
    for run in done.ended:
        page.line(f"  run {run} ended with it")
    if done.url is None:
        _left_to_do(page, plan)
    return page


def record_line(key: TaskKey, group: Group, url: str) -> str:
    """The command that records the pull request of a group."""
    stages = ",".join(map(str, group.stages))
    begin = f"git okstra handoff record-pr --task-key {key} --stages {stages}"
    return command(begin, ("--branch", group.branch), ("--url", url))


def _left_to_do(page: Page, plan: Plan) -> None:
    """The branch is there, and what is to be done with it was not done from here."""
    group = plan.group
    known = next((pr.url for pr in plan.task.prs.values() if pr.group == group.id and pr.status == "open"), None)
    if known is None and not plan.asked.push_only:
        page.line(Cell("gh is not installed; open the pull request yourself:", "warn"))
        page.line(f"  from   {plan.head}")
        page.line(f"  onto   {plan.base}")
        page.line(f"  title  {plan.text.title}")
        page.line(f"  body   {plan.text.body_path}")
    when = "next: " if known is not None else "next, when its pull request is open: "
    page.line(Cell(f"{when}{record_line(plan.asked.key, group, known or 'URL')}", "faint"))
