"""What may leave, what was assembled and what was published, as JSON and as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from okstra_cli.page import Cell, Page
from okstra_cli.views.pull_requests import leaving_json
from okstra_git.commands import word
from okstra_git.git.revisions import branch_refs
from okstra_git.handoff.group_status import describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from okstra_cli.answers import handoff as shapes
    from okstra_git.handoff.assembly import GroupConflict
    from okstra_git.handoff.eligibility import Eligibility
    from okstra_git.handoff.groups import Pair
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.handoff import AssembledGroup, EligibleStages
    from okstra_git.porcelain.publish import Published, PublishPlan

SHORT = 10


def eligible_json(stages: EligibleStages) -> shapes.EligibleStages:
    """The binding shape of `handoff eligible`, with sentences beside the codes."""
    return {
        "task": str(stages.key),
        "base": stages.base,
        "stages": [_eligibility_json(eligibility) for eligibility in stages.stages.values()],
        "suggested_groups": [list(group) for group in stages.suggestion.groups],
        "left_out": [
            {"stage": left.stage, "conflicts_with": list(left.conflicts_with), "needs": list(left.needs)}
            for left in stages.suggestion.left_out
        ],
        "conflicts": [{"stages": sorted(pair), "paths": list(paths)} for pair, paths in _sorted(stages.conflicts)],
    }


def _sorted(conflicts: Mapping[Pair, Sequence[str]]) -> list[tuple[Pair, Sequence[str]]]:
    return sorted(conflicts.items(), key=lambda item: sorted(item[0]))


def _eligibility_json(eligibility: Eligibility) -> shapes.EligibleStage:
    stage = eligibility.stage
    verified = stage.verified if stage is not None else None
    return {
        "stage": eligibility.number,
        "eligible": eligibility.is_eligible,
        "reasons": eligibility.codes,
        "title": eligibility.title,
        "state": stage.status if stage is not None else "pending",
        "depends_on": list(eligibility.depends_on),
        "details": [
            {"code": reason.code, "message": reason.message, "hint": reason.hint or None, **reason.facts}
            for reason in eligibility.reasons
        ],
        "stack_on": [
            {"stage": number, "url": pr.url, "branch": pr.branch} for number, pr in eligibility.waits_on.items()
        ],
        "verified": {"commit": verified.commit, "tree": verified.tree, "carries": stage.is_verified}
        if verified is not None and stage is not None
        else None,
    }


def eligible_page(stages: EligibleStages, *, printed: Callable[[str], str] = str) -> Page:
    """Every stage, why it may not leave, and what can be assembled; `printed` says how a branch is printed."""
    page = Page()
    key, judged = stages.key, stages.stages
    if not judged:
        page.line(f"{key} has no stages yet")
        return page
    page.table(("stage", "may leave", "why not", "title"), [_row(eligibility) for eligibility in judged.values()])
    for eligibility in judged.values():
        _add_reasons(page, eligibility, printed)
    for group in stages.suggestion.groups:
        members = ",".join(map(str, group))
        page.line("can leave together: " if len(group) > 1 else "can leave alone: ", Cell(members, "strong"))
        base = stages.base or _usual_base([judged[number] for number in group])
        assemble = f"git okstra handoff assemble --task-key {key} --stages {members} --base {word(printed(base))}"
        publish = f"git okstra handoff publish --task-key {key}"
        page.line(Cell(f"  next: {publish if stages.is_adopted else assemble}", "faint"))
    for left in stages.suggestion.left_out:
        page.line(Cell(f"stage {left.stage} is left out: ", "warn"), _why_left(left.conflicts_with, left.needs))
    for pair, paths in _sorted(stages.conflicts):
        both = " and ".join(map(str, sorted(pair)))
        page.line(Cell("conflict ahead: ", "warn"), f"stages {both} in {', '.join(paths[:3])}")
    return page


def _add_reasons(page: Page, eligibility: Eligibility, printed: Callable[[str], str]) -> None:
    """Why a stage may not leave, and how one that builds on an open pull request can be stacked on it."""
    for reason in eligibility.reasons:
        page.line(Cell(f"  {eligibility.number}: ", "faint"), reason.message)
        for hint in reason.hint.splitlines():
            page.line(Cell(f"     next: {hint}" if hint.startswith("git ") else f"     {hint}", "faint"))
    if {"already-in-pr", "landed"} & {*eligibility.codes}:
        return
    for number, pr in eligibility.waits_on.items():
        stack = f"--base {word(printed(pr.branch))}, or wait until it landed"
        page.line(
            Cell(f"  {eligibility.number}: ", "faint"), f"it builds on stage {number}, which is in {pr.url}: {stack}"
        )


def _usual_base(members: Sequence[Eligibility]) -> str:
    """The branch that those who build on nothing were begun on, if it is one; else the word to put a branch for."""
    first = {each.stage.base_ref for each in members if each.stage is not None and not each.depends_on}
    known = first.pop() if len(first) == 1 else ""
    return known if branch_refs(known) else "BRANCH"


def _row(eligibility: Eligibility) -> list[Cell]:
    landed = "landed" in eligibility.codes
    mark = (
        Cell("yes", "good") if eligibility.is_eligible else Cell("-" if landed else "no", "faint" if landed else "warn")
    )
    return [Cell(str(eligibility.number)), mark, Cell(", ".join(eligibility.codes) or "-"), Cell(eligibility.title)]


def _why_left(conflicts: Sequence[int], needs: Sequence[int]) -> str:
    if conflicts:
        return f"it would conflict with stage {', '.join(map(str, conflicts))}"
    return f"it needs stage {', '.join(map(str, needs))}, which is left out"


def assembled_json(done: AssembledGroup, *, dry_run: bool) -> shapes.AssembledGroup:
    """The binding shape of a successful `handoff assemble`; `rests`: stages of which the base had a part already."""
    group, upto = done.group, done.upto
    return {
        "task": str(group.task.key),
        "group": group.group,
        "branch": group.branch,
        "worktree": group.worktree,
        "commit": group.commit,
        "tree": group.tree,
        "merged": list(group.order),
        "base": group.base,
        "joined": [{"stage": stage, "how": how} for stage, how in group.joined.items()],
        "rests": [{"stage": stage, "after": upto[stage]} for stage in group.order if stage in upto],
        "superseded": list(group.superseded),
        "changed": group.changed,
        "dry_run": dry_run,
    }


_HOW = {
    "as-is": "its own commits, as they are",
    "merged": "merged, with its own commits",
    "replayed": "its own commits, one by one on top",
    "squashed": "as one commit",
}


def assembled_page(key: TaskKey, done: AssembledGroup, *, dry_run: bool) -> Page:
    page = Page()
    group = done.group
    verb = "would be" if dry_run else ("is" if group.changed else "is already")
    page.line(
        f"group {group.group} of {key} {verb} assembled at ",
        Cell(group.commit[:SHORT], "strong"),
        f", onto {done.base} ({group.base[:SHORT]}), branch ",
        Cell(group.branch, "strong"),
    )
    for stage, how in group.joined.items():
        page.line(f"  stage {stage}: {_HOW[how]}")
    if group.worktree and not dry_run:
        page.line("worktree: ", Cell(group.worktree, "strong"))
    for other in group.superseded:
        page.line(f"group {other} gave way to it; its branch stays")
    if not dry_run:
        stages = group.group.replace("-", ",")
        page.line(Cell(f"next: git okstra handoff publish --task-key {key} --stages {stages} --dry-run", "faint"))
    return page


def conflict_json(conflict: GroupConflict) -> shapes.Conflicts:
    """The binding shape of a conflict, beside the error."""
    return {
        "conflicts": [
            {"stages": list(each.stages), "path": each.path, "kind": each.kind} for each in conflict.contradictions
        ]
    }


def conflict_page(conflict: GroupConflict) -> Page:
    page = Page()
    base = conflict.facts["base"]
    rows = [
        (
            " and ".join(map(str, each.stages)) if len(each.stages) > 1 else f"{each.stages[0]} and {base}",
            each.kind,
            each.path,
        )
        for each in conflict.contradictions
    ]
    page.table(("stages", "kind", "path"), rows)
    untried = conflict.facts.get("untried", [])
    if untried:
        page.line(f"not tried, because they build on one of these: {', '.join(map(str, untried))}")
    return page


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
