"""What publishing would do and what it did, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.pull_requests import leaving_json
from okstra_git.handoff.group_status import describe

if TYPE_CHECKING:
    from okstra_cli.answers import handoff as shapes
    from okstra_git.porcelain.publish import Published, PublishPlan


def published_json(done: Published) -> shapes.Published:
    """Plan and outcome; `null` for what was not done."""
    plan, pushed = done.plan, done.pushed
    group = plan.group
    return {
        "task": str(plan.request.key),
        "group": group.id,
        "stages": list(group.stages),
        "branch": group.branch,
        "commit": group.range.head,
        "tree": group.range.head_tree,
        "members": [leaving_json(stage) for stage in plan.leaving],
        "base": plan.base,
        "remote": {"name": plan.remote.name, "url": plan.remote.url},
        "head": plan.head,
        "repo": plan.target.repo,
        "title": plan.text.title,
        "body": plan.text.body,
        "body_file": plan.text.body_path,
        "template": plan.text.template,
        "dry_run": plan.request.dry_run,
        "forge": "gh" if plan.gh is not None else None,
        "pushed": None if pushed is None else {"was": pushed.was, "now": pushed.now, "up_to_date": pushed.up_to_date},
        "url": done.url,
        "existed": done.existed if done.url else None,
        "recorded": done.recorded,
        "ended_runs": list(done.ended_runs),
        "next": list(done.next),
    }


def plan_page(plan: PublishPlan) -> Page:
    """All of it, before anything is done."""
    page = Page()
    group = plan.group
    stages = ", ".join(map(str, group.stages))
    page.line(f"group {group.id} of {plan.request.key}: stages {stages}, onto ", Cell(plan.base, "strong"))
    page.line(
        f"  push   {group.range.head[:10]} to {plan.remote.name} ({plan.remote.url}) as ", Cell(group.branch, "strong")
    )
    for stage in plan.leaving:
        page.line(Cell(f"         {describe(stage)}", "warn" if stage.differs else "faint"))
    if plan.request.push_only:
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
    for step in plan.steps():
        page.line(Cell(f"  {step}", "faint"))
    return page


def published_page(done: Published) -> Page:
    plan = done.plan
    if plan.request.dry_run:
        page = plan_page(plan)
        page.line("nothing was pushed (--dry-run)")
        return page
    page = Page()
    if done.pushed is not None:
        verb = "is already on" if done.pushed.up_to_date else "pushed to"
        page.line(f"{plan.group.branch} {verb} {plan.remote.name} at {done.pushed.now[:10]}")
    if done.url is not None:
        verb = "exists already" if done.existed else "is open"
        page.line("the pull request ", Cell(done.url, "strong"), f" {verb}, and its stages are recorded as in it")
    for run in done.ended_runs:
        page.line(f"  run {run} ended with it")
    if done.url is None:
        _add_what_is_left(page, plan)
    return page


def _add_what_is_left(page: Page, plan: PublishPlan) -> None:
    """The branch is there, and what is to be done with it was not done from here."""
    known = plan.open_pr
    if known is None and not plan.request.push_only:
        page.line(Cell("gh is not installed; open the pull request yourself:", "warn"))
        page.line(f"  from   {plan.head}")
        page.line(f"  onto   {plan.base}")
        page.line(f"  title  {plan.text.title}")
        page.line(f"  body   {plan.text.body_path}")
    when = "next: " if known is not None else "next, when its pull request is open: "
    page.line(Cell(f"{when}{plan.record_line(known.url if known is not None else 'URL')}", "faint"))
