"""Status, and the forecast of conflicts, as JSON and as text."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.health import SHOWN_OF_A_KIND, problem_json
from okstra_cli.views.stage import checkout_json, lease_cell, stage_json, state_cell
from okstra_cli.views.task import task_json, task_status
from okstra_git.git.checkouts import clauses_of
from okstra_git.porcelain.workspace import URGENT
from okstra_git.records.states import recorded_and_planned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from okstra_cli.answers import tasks as shapes
    from okstra_git.git.checkouts import Checkout
    from okstra_git.handoff.forecast import Forecast
    from okstra_git.names import TaskKey
    from okstra_git.porcelain.status import Survey
    from okstra_git.porcelain.workspace import StatusProblem
    from okstra_git.reconcile.findings import Finding, Report
    from okstra_git.records.states import Stage, Task


def status_json(seen: Survey, *, only_problems: bool) -> shapes.Status:
    """The binding shape of `status --json`."""
    problems = list(map(problem_json, seen.problems))
    facts: shapes.Status = {"project": seen.project, "writer": seen.writer, "problems": problems}
    if only_problems:
        return facts
    return {**facts, "tasks": [_task_json(task, seen) for task in seen.tasks]}


def _task_json(task: Task, seen: Survey) -> shapes.StatusTask:
    report = seen.reports[task.key]
    findings = {finding.stage: finding for finding in report.findings}
    facts = task_json(task, seen.leases[task.key])
    stages = [_stage_json(row, findings.get(row["number"]), task, seen) for row in facts["stages"]]
    return {**facts, "anchor": _anchor_json(facts["anchor"], report), "stages": stages}


def _anchor_json(anchor: shapes.Anchor | None, report: Report) -> shapes.StatusAnchor | None:
    if anchor is None:
        return None
    facts: shapes.StatusAnchor = {"commit": anchor["commit"], "ref": anchor["ref"]}
    return facts if report.anchor is None else {**facts, "status": report.anchor.status}


def _stage_json(row: shapes.Stage, finding: Finding | None, task: Task, seen: Survey) -> shapes.StatusStage:
    """The stage, how it stands in history, and its worktree."""
    checkout = checkout_json(seen.checkouts.get((task.key, row["number"])))
    return {**_as_found(row, finding), "finding": _finding_word(finding), "checkout": checkout}


def _finding_word(finding: Finding | None) -> str | None:
    if finding is None:
        return None
    return "ok" if finding.kind == "restored" and finding.new is not None else finding.kind


def _as_found(row: shapes.Stage, finding: Finding | None) -> shapes.Stage:
    """The stage as recorded; a restored one stands at the commit its branch is back at."""
    if finding is None or finding.kind != "restored" or finding.new is None:
        return row
    return {**row, "commit": finding.new.head, "base": finding.new.base}


def status_page(seen: Survey, *, only_problems: bool) -> Page:
    """Questions first, then what settles by itself, then the tasks."""
    page = Page()
    _problems(page, seen)
    if only_problems:
        if not seen.problems:
            page.line("nothing needs attention")
        return page
    if not seen.tasks:
        page.line("no open task" + (f" in project {seen.project}" if seen.project else ""))
        page.line(Cell(f"next: git okstra task open {seen.project or '<project>'}:<group>:<task>", "faint"))
    for task in seen.tasks:
        _task(page, task, seen)
    return page


def _problems(page: Page, seen: Survey) -> None:
    """What a person has to decide, all of it; of the rest the first of each kind, for a stranger may make thousands."""
    shown: Counter[str] = Counter()
    for problem in sorted(seen.problems, key=lambda problem: problem.code not in URGENT):
        code = problem.code
        shown[code] += 1
        if code in URGENT or shown[code] <= SHOWN_OF_A_KIND:
            _problem(page, problem)
    for code, count in shown.items():
        if code not in URGENT and count > SHOWN_OF_A_KIND:
            page.line(
                Cell(f"note: {count - SHOWN_OF_A_KIND} more problems of the kind {code} (all with --json)", "warn")
            )


def _problem(page: Page, problem: StatusProblem) -> None:
    where = problem.task or ""
    stage = f" stage {problem.stage}" if problem.stage is not None else ""
    word, tone = ("decide", "bad") if problem.code in URGENT else ("note", "warn")
    toned: Tone = "bad" if tone == "bad" else "warn"
    page.line(Cell(f"{word}: ", toned), f"{where}{stage}{': ' if where else ''}{problem.message}")
    page.line(Cell(f"        next: {problem.hint}", "faint"))


def _task(page: Page, task: Task, seen: Survey) -> None:
    report, leases = seen.reports[task.key], seen.leases[task.key]
    findings = {finding.stage: finding for finding in report.findings}
    anchor = f", from {task.anchor.range.head[:10]}" if task.anchor else ""
    page.line(Cell(str(task.key), "strong"), f"  {task_status(task)}{anchor}  {task.title}")
    stages = recorded_and_planned(task)
    rows = [_row(task, stage, findings.get(stage.number)) for stage in stages]
    headers = ["  stage", "state", "commit", "history", "branch", "title"]
    if leases:
        headers.insert(2, "run")
        for row, stage in zip(rows, stages, strict=True):
            row.insert(2, lease_cell(leases, stage.number))
    lying = [_lying(stage, seen.checkouts.get((task.key, stage.number))) for stage in stages]
    if any(cell.text for cell in lying):
        headers.insert(-1, "worktree")
        for row, cell in zip(rows, lying, strict=True):
            row.insert(-1, cell)
    page.table(headers, rows)


def _lying(stage: Stage, seen: Checkout | None) -> Cell:
    """What is open in the worktree: nothing where it is clean and on its branch."""
    return Cell(", ".join(clauses_of(seen, stage.branch)) if seen is not None else "", "warn")


def _row(task: Task, stage: Stage, finding: Finding | None) -> list[Cell]:
    facts = _as_found(stage_json(task, stage), finding)
    word, tone = _history(finding)
    return [
        Cell(f"  {stage.number}"),
        state_cell(stage, is_released=facts["released"]),
        Cell((facts["commit"] or "-")[:10]),
        Cell(word, tone),
        Cell(stage.branch or "-"),
        Cell(stage.title),
    ]


def _history(finding: Finding | None) -> tuple[str, Tone]:
    if finding is None:
        return "-", "plain"
    if finding.kind == "confirm":
        return "decide", "bad"
    return ("moved", "warn") if finding.kind == "auto" else ("ok", "good")


SHOWN = 5
"""Paths of one pair that the text names."""


def forecast_json(ahead: Forecast) -> shapes.Forecast:
    """The shape of `forecast` in `status --forecast --json`."""
    return {
        "stages": [
            {"task": str(each.task), "stage": each.stage, "commit": each.commit, "tree": each.tree,
             "uncommitted": each.is_dirty}
            for each in ahead.stages
        ],
        "conflicts": [
            {"stages": [_stage(clash.one), _stage(clash.other)], "path": clash.path, "kind": clash.kind}
            for clash in ahead.conflicts
        ],
        "pairs": ahead.pairs,
        "merges": ahead.merged,
        "cached": ahead.cached,
        "skipped": list(ahead.skipped),
    }  # fmt: skip


def with_forecast(page: Page, ahead: Forecast) -> Page:
    """The page, and after it what lies ahead: each two stages that would conflict, with their paths."""
    dirty = {each.place for each in ahead.stages if each.is_dirty}
    count = len(ahead.stages)
    live = f"{count} live stage{'' if count == 1 else 's'}"
    if not count:
        page.line(Cell("forecast: ", "strong"), "no stage is under way")
    elif not ahead.conflicts:
        page.line(Cell("forecast: ", "strong"), Cell(f"no conflicts ahead among {live}", "good"))
    else:
        page.line(Cell("forecast: ", "strong"), f"merged in memory, {live}; these would conflict:")
        for (one, other), clashes in groupby(ahead.conflicts, key=lambda clash: (clash.one, clash.other)):
            page.line("  ", Cell(f"{_label(one, dirty)} and {_label(other, dirty)}", "bad"))
            listed = list(clashes)
            for clash in listed[:SHOWN]:
                page.line(f"    {clash.path}  ", Cell(f"({clash.kind})", "faint"))
            if len(listed) > SHOWN:
                page.line(Cell(f"    and {len(listed) - SHOWN} more paths", "faint"))
        page.line(Cell("  nothing was changed; the second of two to be merged will have to settle it", "faint"))
    for reason in ahead.skipped:
        page.line(Cell("  note: ", "warn"), reason)
    return page


def _stage(place: tuple[TaskKey, int]) -> shapes.StageName:
    return {"task": str(place[0]), "stage": place[1]}


def _label(place: tuple[TaskKey, int], dirty: set[tuple[TaskKey, int]]) -> str:
    return f"{place[0]} stage {place[1]}" + (" (with uncommitted changes)" if place in dirty else "")
