"""Stages as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page, Tone

if TYPE_CHECKING:
    from okstra_git.records.states import Place, Stage, Task

TONES: dict[str, Tone] = {"done": "good", "verified": "good", "landed": "good", "started": "warn"}


def stage_json(task: Task, stage: Stage) -> dict[str, Any]:
    """One stage as recorded; absent parts are null."""
    place = task.places.get(f"stage-{stage.number}")
    verified = stage.verified
    carries = verified is not None and (verified.carried or _has_tree(stage, verified.tree))
    return {
        "number": stage.number,
        "title": stage.title,
        "depends_on": list(stage.depends_on),
        "state": stage.status,
        "branch": stage.branch or None,
        "worktree": place.worktree if place is not None and place.status == "active" else None,
        "commit": stage.range.head if stage.range else None,
        "base": (stage.range.base if stage.range else stage.base) or None,
        "verified": {"commit": verified.commit, "tree": verified.tree, "carries": carries} if verified else None,
        "pr": None,
        "lease": None,
    }


def _has_tree(stage: Stage, tree: str) -> bool:
    return stage.range is not None and stage.range.head_tree == tree


def stage_detail_json(task: Task, stage: Stage) -> dict[str, Any]:
    """One stage with its fingerprints and its earlier commits."""
    former = [{"commit": trail.range.head, "left_by": trail.proof} for trail in stage.trail]
    return {
        **stage_json(task, stage),
        "range": stage.range.model_dump() if stage.range else None,
        "former": former,
        "carry": stage.carry,
    }


def stage_cells(stage: Stage) -> list[Cell]:
    """A row: number, state, commit, branch, title."""
    commit = stage.range.head[:10] if stage.range else "-"
    return [
        Cell(str(stage.number)),
        Cell(stage.status, TONES.get(stage.status, "plain")),
        Cell(commit),
        Cell(stage.branch or "-"),
        Cell(stage.title),
    ]


def started_page(task: Task, stage: Stage) -> Page:
    page = Page()
    place = task.places[f"stage-{stage.number}"]
    key = task.key.replace("/", ":")
    page.line(
        f"stage {stage.number} of {key} is started on branch ",
        Cell(stage.branch, "strong"),
        f", from {stage.base[:10]} ({stage.base_ref})",
    )
    if place.worktree:
        page.line("worktree: ", Cell(place.worktree, "strong"))
    page.line(Cell(f"next: work there, commit, then git okstra stage done {stage.number} --task-key {key}", "faint"))
    return page


def done_page(task: Task, stages: Sequence[Stage], *, changed: bool) -> Page:
    page = Page()
    verb = "recorded" if changed else "unchanged"
    for stage in stages[:20]:
        found = stage.range
        if found is not None:
            size = f"{_count(found.commits, 'commit')}, {_count(found.path_count, 'file')}"
            page.line(
                f"{verb} stage {stage.number} of {task.key.replace('/', ':')} at ",
                Cell(found.head[:10], "strong"),
                f" ({size}): {found.subject}",
            )
    if len(stages) > 20:
        page.line(f"... and {len(stages) - 20} more")
    return page


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def list_page(task: Task) -> Page:
    page = Page()
    stages = [stage for _, stage in sorted(task.stages.items())]
    if not stages:
        page.line(f"{task.key.replace('/', ':')} has no stages yet")
    page.table(("stage", "state", "commit", "branch", "title"), [stage_cells(stage) for stage in stages])
    return page


def show_page(task: Task, stage: Stage) -> Page:
    page = Page()
    page.line(
        f"stage {stage.number} of {task.key.replace('/', ':')}: ", Cell(stage.status, "strong"), f"  {stage.title}"
    )
    rows = [
        ("branch", stage.branch),
        ("base", f"{stage.base[:10]} {stage.base_ref}"),
        ("depends on", ", ".join(map(str, stage.depends_on))),
    ]
    if stage.range is not None:
        found = stage.range
        rows += [
            ("commit", f"{found.head}  {found.subject}"),
            ("range", f"{(found.base or 'root')[:10]}..{found.head[:10]}"),
            ("files", ", ".join(found.paths) + (" ..." if found.path_count > len(found.paths) else "")),
        ]
    rows += [("was", f"{trail.range.head[:10]}, left by {trail.proof}") for trail in stage.trail]
    for name, value in rows:
        if value.strip():
            page.line(Cell(f"  {name:<11}", "faint"), value)
    return page


def released_page(key: str, scope: str, before: Place | None) -> Page:
    page = Page()
    what = f"{key} {scope.replace('-', ' ')}" if scope else key
    if before is None:
        page.line(f"{what} holds nothing to release")
    else:
        page.line(
            f"released {what}: branch {before.branch} is free again; ",
            f"the worktree {before.worktree} stays" if before.worktree else "the branch itself stays",
        )
    return page
