"""What may leave and what was assembled, as JSON and as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page
from okstra_git.commands import word
from okstra_git.git.revisions import branch_refs

if TYPE_CHECKING:
    from okstra_git.handoff.assembly import Assembled, GroupConflict
    from okstra_git.handoff.eligibility import Standing
    from okstra_git.handoff.grouping import Pair, Suggestion
    from okstra_git.names import TaskKey

SHORT = 10


def eligible_json(
    key: TaskKey,
    standings: Mapping[int, Standing],
    suggestion: Suggestion,
    clashes: Mapping[Pair, Sequence[str]],
    *,
    base: str | None,
) -> dict[str, Any]:
    """The binding shape of `handoff eligible`, with sentences beside the codes."""
    return {
        "task": str(key),
        "base": base,
        "stages": [_standing_json(standing) for standing in standings.values()],
        "suggested_groups": [list(group) for group in suggestion.groups],
        "left_out": [
            {"stage": one.stage, "conflicts_with": list(one.conflicts_with), "needs": list(one.needs)}
            for one in suggestion.left_out
        ],
        "conflicts": [{"stages": sorted(pair), "paths": list(paths)} for pair, paths in _sorted(clashes)],
    }


def _sorted(clashes: Mapping[Pair, Sequence[str]]) -> list[tuple[Pair, Sequence[str]]]:
    return sorted(clashes.items(), key=lambda item: sorted(item[0]))


def _standing_json(standing: Standing) -> dict[str, Any]:
    stage = standing.stage
    verified = stage.verified if stage is not None else None
    return {
        "stage": standing.number,
        "eligible": standing.is_eligible,
        "reasons": standing.codes,
        "title": standing.title,
        "state": stage.status if stage is not None else "pending",
        "depends_on": list(standing.depends_on),
        "details": [
            {"code": r.code, "message": r.message, "hint": r.hint or None, **r.facts} for r in standing.reasons
        ],
        "stack_on": [{"stage": number, "url": pr.url, "branch": pr.branch} for number, pr in standing.waits_on.items()],
        "verified": {"commit": verified.commit, "tree": verified.tree, "carries": stage.is_verified}
        if verified is not None and stage is not None
        else None,
    }


def eligible_page(
    key: TaskKey,
    standings: Mapping[int, Standing],
    suggestion: Suggestion,
    clashes: Mapping[Pair, Sequence[str]],
    *,
    base: str | None,
    printed: Callable[[str], str] = str,
) -> Page:
    """Every stage, why it may not leave, and what can be assembled; `printed` says how a branch is printed."""
    page = Page()
    if not standings:
        page.line(f"{key} has no stages yet")
        return page
    page.table(("stage", "may leave", "why not", "title"), [_row(standing) for standing in standings.values()])
    for standing in standings.values():
        for reason in standing.reasons:
            page.line(Cell(f"  {standing.number}: ", "faint"), reason.message)
            for hint in reason.hint.splitlines():
                page.line(Cell(f"     next: {hint}" if hint.startswith("git ") else f"     {hint}", "faint"))
        has_left = {"already-in-pr", "landed"} & {*standing.codes}
        for number, pr in () if has_left else standing.waits_on.items():
            stack = f"--base {word(printed(pr.branch))}, or wait until it landed"
            told = f"it builds on stage {number}, which is in {pr.url}: {stack}"
            page.line(Cell(f"  {standing.number}: ", "faint"), told)
    for group in suggestion.groups:
        members = ",".join(map(str, group))
        page.line("can leave together: " if len(group) > 1 else "can leave alone: ", Cell(members, "strong"))
        onto = base or _usual_base([standings[number] for number in group])
        assemble = f"git okstra handoff assemble --task-key {key} --stages {members} --base {word(printed(onto))}"
        page.line(Cell(f"  next: {assemble}", "faint"))
    for left in suggestion.left_out:
        page.line(Cell(f"stage {left.stage} is left out: ", "warn"), _why_left(left.conflicts_with, left.needs))
    for pair, paths in _sorted(clashes):
        both = " and ".join(map(str, sorted(pair)))
        page.line(Cell("conflict ahead: ", "warn"), f"stages {both} in {', '.join(paths[:3])}")
    return page


def _usual_base(members: Sequence[Standing]) -> str:
    """The branch that those who build on nothing were begun on, if it is one; else the word to put a branch for."""
    first = {one.stage.base_ref for one in members if one.stage is not None and not one.depends_on}
    known = first.pop() if len(first) == 1 else ""
    return known if branch_refs(known) else "BRANCH"


def _row(standing: Standing) -> list[Cell]:
    landed = "landed" in standing.codes
    mark = Cell("yes", "good") if standing.is_eligible else Cell("-" if landed else "no", "faint" if landed else "warn")
    return [Cell(str(standing.number)), mark, Cell(", ".join(standing.codes) or "-"), Cell(standing.title)]


def _why_left(conflicts: Sequence[int], needs: Sequence[int]) -> str:
    if conflicts:
        return f"it would conflict with stage {', '.join(map(str, conflicts))}"
    return f"it needs stage {', '.join(map(str, needs))}, which is left out"


def assembled_json(done: Assembled, upto: Mapping[int, str], *, dry_run: bool) -> dict[str, Any]:
    """The binding shape of a successful `handoff assemble`; `upto`: what the base had of stages that are put on."""
    return {
        "task": str(done.task.key),
        "group": done.group,
        "branch": done.branch,
        "worktree": done.worktree,
        "commit": done.commit,
        "tree": done.tree,
        "merged": list(done.order),
        "base": done.base,
        "joined": [{"stage": stage, "how": how} for stage, how in done.joined.items()],
        "rests": [{"stage": stage, "after": upto[stage]} for stage in done.order if stage in upto],
        "superseded": list(done.superseded),
        "changed": done.changed,
        "dry_run": dry_run,
    }


_HOW = {
    "as-is": "its own commits, as they are",
    "merged": "merged, with its own commits",
    "replayed": "its own commits, one by one on top",
    "squashed": "as one commit",
}


def assembled_page(key: TaskKey, done: Assembled, base: str, *, dry_run: bool) -> Page:
    page = Page()
    verb = "would be" if dry_run else ("is" if done.changed else "is already")
    page.line(
        f"group {done.group} of {key} {verb} assembled at ",
        Cell(done.commit[:SHORT], "strong"),
        f", onto {base} ({done.base[:SHORT]}), branch ",
        Cell(done.branch, "strong"),
    )
    for stage, how in done.joined.items():
        page.line(f"  stage {stage}: {_HOW[how]}")
    if done.worktree and not dry_run:
        page.line("worktree: ", Cell(done.worktree, "strong"))
    for other in done.superseded:
        page.line(f"group {other} gave way to it; its branch stays")
    if not dry_run:
        stages = done.group.replace("-", ",")
        page.line(Cell(f"next: git okstra handoff publish --task-key {key} --stages {stages} --dry-run", "faint"))
    return page


def conflict_json(conflict: GroupConflict) -> dict[str, Any]:
    """The binding shape of a conflict, beside the error."""
    return {
        "conflicts": [
            {"stages": list(one.stages), "path": one.path, "kind": one.kind} for one in conflict.contradictions
        ]
    }


def conflict_page(conflict: GroupConflict, base: str) -> Page:
    page = Page()
    rows = [
        (
            " and ".join(map(str, one.stages)) if len(one.stages) > 1 else f"{one.stages[0]} and {base}",
            one.kind,
            one.path,
        )
        for one in conflict.contradictions
    ]
    page.table(("stages", "kind", "path"), rows)
    untried = conflict.facts.get("untried", [])
    if untried:
        page.line(f"not tried, because they build on one of these: {', '.join(map(str, untried))}")
    return page
