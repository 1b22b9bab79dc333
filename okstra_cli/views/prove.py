"""The verdict on two changes as JSON and as text, with the difference of the two patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page, Tone
from okstra_git.commands import command
from okstra_git.git.diffs import show_path
from okstra_git.git.patch_differences import patch_difference
from okstra_git.names import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_cli.answers import proofs as shapes
    from okstra_git.git.repo import Git
    from okstra_git.porcelain.prove import Compared, Measured
    from okstra_git.reconcile.compare_ranges import Difference

SHORT = 10
MAX_LINES = 400
"""Lines of differences on a page."""

MAX_FILES = 200
"""Differing files on a page."""

KINDS = {
    "only-old": "only in old",
    "only-new": "only in new",
    "changed": "changed otherwise",
    "in-new-base": "in the base of new already",
    "in-old-base": "in the base of old already",
    "partly-in-base": "partly in a base already",
}


def exit_status(compared: Compared) -> int:
    """0 the same, 1 different, 2 where it cannot be said."""
    same = compared.comparison.same
    return 2 if same is None else 0 if same else 1


def compared_json(compared: Compared) -> shapes.ProvenSame:
    """The binding shape."""
    comparison = compared.comparison
    return {
        "same": comparison.same,
        "proof": comparison.proof,
        "old": range_json(compared.old),
        "new": range_json(compared.new),
        "differs": differs_json(comparison.differs),
        "reason": comparison.reason,
    }


def range_json(measured: Measured) -> shapes.ComparedRange:
    """What a side was taken for."""
    return {"base": measured.base, "head": measured.head, "tree": measured.tree}


def differs_json(differs: Sequence[Difference]) -> list[shapes.DifferingFile]:
    """The files at which two changes differ."""
    return [{"path": show_path(difference.path), "kind": difference.kind} for difference in differs]


def compared_page(git: Git, compared: Compared) -> Page:
    """The verdict, what was compared, the files that differ, and how."""
    page, comparison = Page(), compared.comparison
    verdict, tone = verdict_words(comparison.same)
    proof = f" ({comparison.proof})" if comparison.proof else ""
    page.line(Cell(verdict, tone), f"{proof}: {comparison.reason}")
    for name, side in (("old", compared.old), ("new", compared.new)):
        page.line(Cell(f"  {name}  ", "faint"), _range_words(side))
    differences(page, git, comparison.differs)
    has_many = max(compared.old.commits or 0, compared.new.commits or 0) > 1
    if comparison.same is False and compared.are_alone and has_many:
        page.line()
        sides = [f"{side.text}^!" for side in (compared.old, compared.new)]
        page.line(Cell(f"for the two commits by themselves: {command('git okstra prove', *sides)}", "faint"))
    return page


def verdict_words(same: bool | None) -> tuple[str, Tone]:
    """The verdict in words, and what it means to the reader."""
    return ("cannot say", "warn") if same is None else ("the same change", "good") if same else ("different", "bad")


def differences(page: Page, git: Git, differs: Sequence[Difference]) -> None:
    """The files that differ, and behind them the differences of their patches, as many lines as fit."""
    if not differs:
        return
    page.line()
    page.table(("file", "how"), [(show_path(each.path), KINDS[each.kind]) for each in differs[:MAX_FILES]])
    if len(differs) > MAX_FILES:
        page.line(Cell(f"and {len(differs) - MAX_FILES} more files", "faint"))
    left = MAX_LINES
    for each in differs:
        if each.kind.endswith("-base"):
            continue  # what a base had already is the same on both sides
        difference = patch_difference(git, each.old, each.new) if left > 0 else None
        if difference is None or not difference.lines:
            continue
        signs = (
            "old patch (-) and new patch (+)" if difference.is_of_patches else "as old has it (-) and as new has it (+)"
        )
        page.line()
        page.line(Cell(f"{show_path(each.path)}: {signs}", "strong"))
        for line in difference.lines[:left]:
            page.line(Cell(f"  {line}", _tone_of(line)))
        left -= len(difference.lines)
    if left < 0:
        page.line(Cell("  ... (there is more)", "faint"))


def _tone_of(line: str) -> Tone:
    tones: dict[str, Tone] = {"-": "bad", "+": "good", "@": "faint"}
    return tones.get(line[:1], "plain")


def _range_words(side: Measured) -> str:
    begin = f"{side.base[:SHORT]}.." if side.base else ""
    many = "" if side.commits is None else ", 1 commit" if side.commits == 1 else f", {side.commits} commits"
    return f"{quote(side.text)}: {begin}{side.head[:SHORT]}{many}"
