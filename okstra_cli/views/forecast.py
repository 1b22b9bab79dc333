"""The forecast as JSON and as text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Cell, Page

if TYPE_CHECKING:
    from okstra_git.handoff.forecast import Forecast

SHOWN = 5
"""Paths of one pair that the text names."""


def forecast_json(found: Forecast) -> dict[str, Any]:
    """The shape of `forecast` in `status --forecast --json`."""
    return {
        "stages": [
            {"task": _key(each.task), "stage": each.stage, "commit": each.commit, "tree": each.tree,
             "uncommitted": each.is_dirty}
            for each in found.stages
        ],
        "conflicts": [
            {"stages": [_stage(clash.one), _stage(clash.other)], "path": clash.path, "kind": clash.kind}
            for clash in found.conflicts
        ],
        "pairs": found.pairs,
        "merges": found.merged,
        "cached": found.cached,
        "skipped": list(found.skipped),
    }  # fmt: skip


def with_forecast(page: Page, found: Forecast) -> Page:
    """The page, and after it each two stages that would conflict, with their paths; else that there is nothing."""
    dirty = {each.place for each in found.stages if each.is_dirty}
    count = len(found.stages)
    live = f"{count} live stage{'' if count == 1 else 's'}"
    if not count:
        page.line(Cell("forecast: ", "strong"), "no stage is under way")
    elif not found.conflicts:
        page.line(Cell("forecast: ", "strong"), Cell(f"no conflicts ahead among {live}", "good"))
    else:
        page.line(Cell("forecast: ", "strong"), f"merged in memory, {live}; these would conflict:")
        for (one, other), clashes in groupby(found.conflicts, key=lambda clash: (clash.one, clash.other)):
            page.line("  ", Cell(f"{_told(one, dirty)} and {_told(other, dirty)}", "bad"))
            listed = list(clashes)
            for clash in listed[:SHOWN]:
                page.line(f"    {clash.path}  ", Cell(f"({clash.kind})", "faint"))
            if len(listed) > SHOWN:
                page.line(Cell(f"    and {len(listed) - SHOWN} more paths", "faint"))
        page.line(Cell("  nothing was changed; the second of two to be merged will have to settle it", "faint"))
    for reason in found.skipped:
        page.line(Cell("  note: ", "warn"), reason)
    return page


def _key(slashed: str) -> str:
    return slashed.replace("/", ":")


def _stage(place: tuple[str, int]) -> dict[str, Any]:
    return {"task": _key(place[0]), "stage": place[1]}


def _told(place: tuple[str, int], dirty: set[tuple[str, int]]) -> str:
    return f"{_key(place[0])} stage {place[1]}" + (" (with uncommitted changes)" if place in dirty else "")
