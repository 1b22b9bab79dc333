"""Registry rows and worktrees as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.open_work import checkout_json
from okstra_cli.page import Cell, Page
from okstra_git.git.checkouts import clauses_of
from okstra_git.records.events import PlaceReleased

if TYPE_CHECKING:
    from okstra_git.git.checkouts import Checkout
    from okstra_git.records.events import AnyFact
    from okstra_git.tasks.places import PlaceRow, Pruned


def row_json(row: PlaceRow, seen: Checkout | None = None) -> dict[str, Any]:
    """One registry row with what stands at its path; `checkout` is null where there is no worktree."""
    place = row.place
    return {
        "task": row.task.replace("/", ":"),
        "scope": place.scope or "task",
        "branch": place.branch,
        "tip": row.tip,
        "worktree": place.worktree,
        "exists": row.exists if place.worktree else None,
        "locked": row.here.is_locked if row.here else None,
        "adopted": place.adopted,
        "status": place.status,
        "base_ref": place.base_ref,
        "phase": place.phase or None,
        "stages": list(place.stages) if place.stages is not None else None,
        "at": place.at.isoformat(),
        "checkout": checkout_json(seen),
    }


def list_page(rows: Sequence[PlaceRow], checkouts: Sequence[Checkout | None]) -> Page:
    page = Page()
    if not rows:
        page.line("no branch or worktree is reserved")
    cells = [_cells(row, seen) for row, seen in zip(rows, checkouts, strict=True)]
    headers = ["task", "for", "branch", "open", "worktree"]
    if not any(row[3].text for row in cells):
        del headers[3]
        for each in cells:
            del each[3]
    page.table(headers, cells)
    return page


def _cells(row: PlaceRow, seen: Checkout | None) -> list[Cell]:
    place = row.place
    where = (
        Cell(place.worktree or "-")
        if place.worktree is None or row.exists
        else Cell(f"{place.worktree} (gone)", "warn")
    )
    return [
        Cell(row.task.replace("/", ":"), "strong"),
        Cell(f"{place.scope or 'task'} {'' if place.status == 'active' else place.status}"),
        Cell(place.branch),
        Cell(", ".join(clauses_of(seen, place.branch)) if seen is not None else "", "warn"),
        where,
    ]


def released_json(fact: AnyFact) -> dict[str, Any]:
    """One row that was given up."""
    assert isinstance(fact, PlaceReleased)
    return {"scope": fact.scope or "task", "branch": fact.branch}


def released_page(key: str, freed: Sequence[AnyFact]) -> Page:
    page = Page()
    for fact in freed:
        facts = released_json(fact)
        page.line(f"released {facts['scope']} of {key}: branch {facts['branch']} is free again and stays")
    if not freed:
        page.line(f"{key} holds nothing to release")
    return page


def pruned_json(row: Pruned) -> dict[str, Any]:
    """One worktree and what became of it."""
    return {
        "worktree": row.row.place.worktree,
        "branch": row.row.place.branch,
        "removed": row.removed,
        "reason": row.reason,
    }


def pruned_page(rows: Sequence[Pruned], *, dry_run: bool) -> Page:
    page = Page()
    verb = "would remove" if dry_run else "removed"
    for row in rows:
        word = Cell(verb, "good") if row.removed else Cell("kept", "warn")
        page.line(word, f" {row.row.place.worktree}: {row.reason}")
    if not rows:
        page.line("no worktree to prune")
    return page
