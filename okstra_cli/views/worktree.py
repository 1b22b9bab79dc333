"""Registry rows and worktrees as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from okstra_cli.page import Cell, Page
from okstra_cli.views.stage import checkout_json
from okstra_git.git.checkouts import clauses_of
from okstra_git.git.diffs import show_path
from okstra_git.git.unsaved_work import size_in_words
from okstra_git.records.events import PlaceReleased
from okstra_git.records.grammar import show_time

if TYPE_CHECKING:
    from okstra_cli.answers import worktrees as shapes
    from okstra_git.git.checkouts import Checkout
    from okstra_git.git.unsaved_work import UnsavedItem
    from okstra_git.records.events import AnyFact
    from okstra_git.stages.prune import Pruned
    from okstra_git.stages.worktrees import RepairedWorktree, ReservedWorktree
    from okstra_git.store.drift import Astray

LISTED = 50
"""Paths that JSON names; the count says how many there are."""


class ListedWorktree(NamedTuple):
    """A registry row, what is checked out at its path (None: no worktree), and what is wrong with that, if anything."""

    row: ReservedWorktree
    checkout: Checkout | None
    astray: Astray | None


def row_json(seen: ListedWorktree) -> shapes.WorktreeRow:
    """One registry row with what stands at its path, and what is wrong with that; `checkout` is null for none."""
    row, astray = seen.row, seen.astray
    place = row.place
    return {
        "task": str(row.task),
        "scope": place.scope or "task",
        "branch": place.branch,
        "tip": row.tip,
        "worktree": place.worktree,
        "writer": place.writer,
        "own": row.is_own or row.is_made,
        "exists": row.exists if place.worktree and not row.is_elsewhere else None,
        "locked": row.here.is_locked if row.here else None,
        "adopted": place.adopted,
        "status": place.status,
        "base_ref": place.base_ref,
        "phase": place.phase or None,
        "stages": list(place.stages) if place.stages is not None else None,
        "at": show_time(place.at),
        "checkout": checkout_json(seen.checkout),
        "problem": astray.code if astray else None,
        "found": str(astray.found) if astray and astray.found else None,
        "hint": astray.line if astray else None,
    }


def list_page(rows: Sequence[ListedWorktree]) -> Page:
    """The rows, and under them what is wrong with some, each with the line that settles it."""
    page = Page()
    if not rows:
        page.line("no branch or worktree is reserved")
    cells = [_cells(each) for each in rows]
    headers = ["task", "for", "branch", "open", "worktree"]
    if not any(row[3].text for row in cells):
        del headers[3]
        for each in cells:
            del each[3]
    page.table(headers, cells)
    for seen in rows:
        if seen.astray is not None:
            page.line(Cell(seen.astray.message, "warn"))
            page.line(Cell(f"  next: {seen.astray.line}", "faint"))
    return page


def _cells(seen: ListedWorktree) -> list[Cell]:
    row, astray = seen.row, seen.astray
    place = row.place
    where = Cell(place.worktree or "-")
    if astray is not None:
        where = Cell(f"{place.worktree} ({astray.trouble})", "warn")
    elif row.is_elsewhere:
        where = Cell(f"{place.worktree} (of clone {place.writer})", "faint")
    elif place.worktree is not None and not row.exists:
        where = Cell(f"{place.worktree} (gone)", "faint")
    return [
        Cell(str(row.task), "strong"),
        Cell(f"{place.scope or 'task'} {'' if place.status == 'active' else place.status}"),
        Cell(place.branch or "(detached)"),
        Cell(", ".join(clauses_of(seen.checkout, place.branch)) if seen.checkout is not None else "", "warn"),
        where,
    ]


def repaired_json(done: RepairedWorktree) -> shapes.RepairedRow:
    """One worktree that was astray, and what became of it."""
    return {
        "task": str(done.row.task.key),
        "scope": done.row.place.scope or "task",
        "worktree": done.row.place.worktree,
        "problem": done.row.code,
        "settled": done.is_settled,
        "done": done.done,
    }


def repaired_page(done: Sequence[RepairedWorktree], *, dry_run: bool) -> Page:
    """A line for each, or that there was nothing to do."""
    page = Page()
    for each in done:
        would = "would be " if dry_run and each.is_settled else ""
        page.line(Cell(each.row.subject, "strong"), f": {would}{each.done}")
    if not done:
        page.line("every worktree of this clone is where it is recorded")
    return page


def released_json(fact: AnyFact) -> shapes.ReleasedRow:
    """One row that was given up."""
    assert isinstance(fact, PlaceReleased)
    return {"scope": fact.scope or "task", "branch": fact.branch}


def released_page(key: str, freed: Sequence[AnyFact]) -> Page:
    page = Page()
    for fact in freed:
        facts = released_json(fact)
        branch = f": branch {facts['branch']} is free again and stays" if facts["branch"] else ""
        page.line(f"released {facts['scope']} of {key}{branch}")
    if not freed:
        page.line(f"{key} holds nothing to release")
    return page


def pruned_json(row: Pruned) -> shapes.PrunedRow:
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


def holding_json(held: UnsavedItem) -> shapes.Holding:
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
