"""What has landed, as JSON, as a sentence for each ref, and as the table that people clean up by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_cli.views.moments import age_of
from okstra_git.records.grammar import show_time
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import landed as shapes
    from okstra_git.porcelain.landed import RefLanding
    from okstra_git.porcelain.landed_prune import PrunedBranch
    from okstra_git.reconcile.branch_landings import State

SHOWN_COMMITS = 5
TONES: dict[State, Tone] = {"landed": "good", "partly": "warn", "not": "bad", "reverted": "warn", "unknown": "warn"}
WORDS: dict[State, str] = {
    "landed": "landed",
    "partly": "partly",
    "not": "not landed",
    "reverted": "taken out again",
    "unknown": "cannot say",
}
HOW = {"ancestor": "merged", "rebased": "rebased", "squash": "squashed", "group": "squashed with others"}


def exit_status(found: Sequence[RefLanding]) -> int:
    """0 when all have landed, 1 when one has not, else 2."""
    states = {each.landing.state for each in found}
    return 1 if "not" in states else 0 if states <= {"landed"} else 2


def ref_json(each: RefLanding) -> shapes.LandedRef:
    """One ref and what became of it."""
    landing, asked = each.landing, each.asked
    return {
        "ref": asked.name,
        "commit": asked.commit,
        "state": landing.state,
        "how": landing.how,
        "into": each.into,
        "at": landing.at,
        "of": list(landing.of) if landing.of is not None else None,
        "reason": landing.reason or None,
        "worktree": str(asked.worktree.path) if asked.worktree else None,
        "touched": show_time(touched) if (touched := _touched(each)) else None,
        "lost": list(landing.lost),
    }


def page(found: Sequence[RefLanding], now: datetime) -> Page:  # noqa: ARG001 - as `table_page`
    """A sentence for each ref, with what shows it."""
    page = Page()
    for each in found:
        name = Cell(each.asked.name, "strong")
        words = Cell(WORDS[each.landing.state], TONES[each.landing.state])
        page.line(name, ": ", words, _evidence(each))
        for commit in each.landing.lost[:SHOWN_COMMITS] if each.landing.state == "partly" else ():
            page.line(f"  not there: {commit[:10]}")
    return page


def _evidence(each: RefLanding) -> str:
    landing, into = each.landing, each.into
    where = f" at {landing.at[:10]}" if landing.at else ""
    reason = f": {landing.reason}" if landing.reason else ""
    how = f" ({HOW[landing.how]})" if landing.how else ""
    if landing.state == "landed":
        return f" in {into}{where}{how}{reason}"
    count = f", {landing.of[0]} of {landing.of[1]} commits" if landing.of and landing.state == "partly" else ""
    return f" in {into}{count}{where if landing.state != 'unknown' else ''}{reason}"


def table_page(found: Sequence[RefLanding], now: datetime) -> Page:
    """A row for each branch and worktree: what would be lost if it were removed."""
    page = Page()
    if not found:
        page.line("there are no branches except the one that others are merged into")
    headers = ["branch", "worktree", "last touched", "landed", "would be lost"]
    page.table(headers, [_cells(each, now) for each in found])
    return page


def _cells(each: RefLanding, now: datetime) -> list[Cell]:
    landing, touched = each.landing, _touched(each)
    how = f" at {landing.at[:10]} ({HOW[landing.how]})" if landing.at and landing.how else ""
    count = f" {landing.of[0]} of {landing.of[1]}" if landing.of and landing.state == "partly" else ""
    lost = counted(len(landing.lost), "commit") if landing.lost else "-"
    return [
        Cell(each.asked.name if each.asked.ref else "(detached)", "strong"),
        Cell(each.asked.worktree.path.name if each.asked.worktree else "-"),
        Cell(age_of(touched, now) or "now" if touched else "-"),
        Cell(f"{WORDS[landing.state]}{count}{how}", TONES[landing.state]),
        Cell("-" if landing.state == "landed" else f"{lost}{f' ({landing.reason})' if landing.reason else ''}"),
    ]


def _touched(each: RefLanding) -> datetime | None:
    return datetime.fromtimestamp(each.asked.touched, UTC) if each.asked.touched is not None else None


def pruned_json(each: PrunedBranch) -> shapes.PrunedRef:
    """One branch or worktree, and what became of it."""
    asked = each.landing.asked
    return {
        "ref": asked.name,
        "commit": asked.commit,
        "worktree": str(asked.worktree.path) if asked.worktree else None,
        "removed": each.removed,
        "reason": each.reason or None,
        "restore": each.restore,
    }


def pruned_page(done: Sequence[PrunedBranch], *, dry_run: bool) -> Page:
    """A line for each that has landed: gone, with the line that brings it back, or kept, with the reason."""
    page = Page()
    verb = "would remove" if dry_run else "removed"
    for each in done:
        asked = each.landing.asked
        tree = f" and its worktree {asked.worktree.path}" if asked.worktree and each.removed else ""
        word = Cell(verb, "good") if each.removed else Cell("kept", "warn")
        page.line(word, " ", Cell(asked.name, "strong"), f"{tree}{f': {each.reason}' if each.reason else ''}")
        if each.restore and not dry_run:
            page.line(Cell(f"  to bring it back: {each.restore}", "faint"))
    if not done:
        page.line("nothing has landed that could be removed")
    return page
