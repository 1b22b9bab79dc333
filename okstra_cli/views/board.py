"""The board as an answer: the file that has the page, and what the page holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okstra_cli.page import Cell, Page
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import board as shapes
    from okstra_git.pages.board_page import Tally
    from okstra_git.porcelain.board.page import BoardPage


def counts_json(tally: Tally) -> shapes.BoardCounts:
    return {"tasks": tally.tasks, "open": tally.open, "elided": tally.elided, "needs": tally.needs}


def written_json(page: BoardPage, *, opened: bool) -> shapes.WrittenBoard:
    size = len(page.html.encode("utf-8", "backslashreplace"))
    return {**counts_json(page.tally), "path": str(page.path), "bytes": size, "opened": opened}


def printed_json(page: BoardPage) -> shapes.PrintedBoard:
    return {**counts_json(page.tally), "page": page.html}


def written_page(page: BoardPage, *, offers_to_open: bool) -> Page:
    """Where the page is and what is on it; `offers_to_open` adds the line that shows it."""
    answer, tally = Page(), page.tally
    answer.line(Cell(str(page.path), "strong"))
    needs = f"{counted(tally.needs, 'thing')} that needs a person" if tally.needs == 1 else ""
    needs = needs or (f"{tally.needs} things that need a person" if tally.needs else "nothing that needs a person")
    answer.line(f"{counted(tally.open, 'open task')}, {needs}")
    if offers_to_open:
        answer.line(Cell("next: git okstra board --open", "faint"))
    return answer
