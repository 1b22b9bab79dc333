"""The forecast as JSON and as text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from okstra_cli.answers import tasks as shapes
    from okstra_git.handoff.forecast import Forecast
    from okstra_git.names import TaskKey

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
