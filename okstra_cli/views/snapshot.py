"""Snapshots of worktrees, and what was put back from one, as JSON and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_cli.views.moments import local_time
from okstra_git.commands import command
from okstra_git.git.diffs import show_path
from okstra_git.records.grammar import show_time

if TYPE_CHECKING:
    from okstra_cli.answers import parts
    from okstra_cli.answers import runs as shapes
    from okstra_git.porcelain.worktrees import Restored
    from okstra_git.snapshots.take import WorktreeSnapshot

_PAST = {"write": "written", "replace": "replaced", "delete": "deleted", "same": "there already", "keep": "left alone"}
_FUTURE = {**_PAST, "write": "would be written", "replace": "would be replaced", "delete": "would be deleted"}


def snapshot_json(snapshot: WorktreeSnapshot) -> parts.Snapshot:
    """One snapshot with its ref, which any git command reads."""
    about = snapshot.about
    return {
        "id": snapshot.id,
        "ref": snapshot.ref,
        "commit": snapshot.commit,
        "at": show_time(snapshot.at),
        "task": about.task.replace("/", ":"),
        "stage": about.stage,
        "run": about.run or None,
        "reason": about.reason,
        "worktree": snapshot.worktree,
        "branch": snapshot.branch or None,
        "head": snapshot.head,
        "index": snapshot.index,
        "during": snapshot.during or None,
        "files": snapshot.files,
        "ignored": snapshot.ignored,
        "bytes": snapshot.size,
        "left_out": list(snapshot.left_out),
    }


def snapshots_page(snapshots: Sequence[WorktreeSnapshot]) -> Page:
    page = Page()
    if not snapshots:
        page.line("nothing was kept")
    rows = [
        (
            Cell(each.id, "strong"),
            local_time(each.at),
            each.about.task.replace("/", ":"),
            str(each.about.stage or "-"),
            f"{each.files}" + (f" (+{len(each.left_out)} left out)" if each.left_out else ""),
            str(each.size),
            each.about.reason,
        )
        for each in snapshots
    ]
    page.table(("snapshot", "when", "task", "stage", "files", "bytes", "why"), rows)
    return page


def restored_json(restored: Restored) -> shapes.Restored:
    """What was done to each path, or would be."""
    files: list[shapes.RestoredFile] = [
        {"path": show_path(step.path), "does": step.does, "why": step.why or None} for step in restored.steps
    ]
    return {
        "snapshot": restored.snapshot.id,
        "into": str(restored.directory),
        "dry_run": restored.dry_run,
        "files": files,
        "left_out": list(restored.snapshot.left_out),
    }


def restored_page(restored: Restored) -> Page:
    page = Page()
    snapshot = restored.snapshot
    words = _FUTURE if restored.dry_run else _PAST
    for step in restored.steps:
        why = f" ({step.why})" if step.why else ""
        page.line(f"{words[step.does]}: {show_path(step.path)}{why}")
    for line in snapshot.left_out:
        page.line(Cell("not in the snapshot: ", "warn"), line)
    page.line(f"nothing was changed in {restored.directory}" if restored.dry_run else f"in {restored.directory}")
    if snapshot.index is not None and not restored.dry_run:
        look = command("git diff", *([snapshot.head] if snapshot.head else []), snapshot.index)
        page.line(Cell(f"nothing was staged; what was staged then: {look}", "faint"))
    return page
