"""Registry rows and worktrees as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from okstra_cli.open_work import checkout_json
from okstra_cli.page import Cell, Page
from okstra_git.git.changes import show_path
from okstra_git.git.checkouts import clauses_of
from okstra_git.git.holding import size_in_words
from okstra_git.records.base import show_time
from okstra_git.records.events import PlaceReleased

if TYPE_CHECKING:
    from okstra_git.git.checkouts import Checkout
    from okstra_git.git.holding import Holding
    from okstra_git.records.events import AnyFact
    from okstra_git.tasks.places import PlaceRow, Pruned

LISTED = 50
"""Paths that JSON names; the count says how many there are."""


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
        "at": show_time(place.at),
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
        "holdings": [holding_json(each) for each in row.holdings],
        "caches": {
            "paths": [show_path(path) for path in row.caches.roots[:LISTED]],
            "files": row.caches.files,
            "bytes": row.caches.size,
        },
    }


def holding_json(held: Holding) -> dict[str, Any]:
    """One kind of thing that is nowhere else; of its paths the first ones."""
    return {
        "kind": held.kind,
        "message": held.message,
        "paths": [show_path(path) for path in held.paths[:LISTED]],
        "files": held.files,
        "bytes": held.size,
    }


def pruned_page(rows: Sequence[Pruned], *, dry_run: bool) -> Page:
    page = Page()
    verb = "would remove" if dry_run else "removed"
    for row in rows:
        word = Cell(verb, "good") if row.removed else Cell("kept", "warn")
        page.line(word, f" {row.row.place.worktree}: {row.reason}{_with_caches(row, dry_run=dry_run)}")
    if not rows:
        page.line("no worktree to prune")
    return page


def _with_caches(row: Pruned, *, dry_run: bool) -> str:
    """What goes with a removed worktree because it can be made again."""
    seen = row.caches
    if not row.removed or not seen.files:
        return ""
    count = "1 cache file" if seen.files == 1 else f"{seen.files} cache files"
    names = ", ".join(dict.fromkeys(show_path(root).rpartition("/")[2] for root in seen.roots))
    return f"; {count} {'go' if dry_run else 'went'} with it ({size_in_words(seen.size)} in {names})"
