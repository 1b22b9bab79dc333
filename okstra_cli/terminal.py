"""Draws a page on a terminal; the only module that imports rich, and only a terminal ever loads it."""

from typing import TextIO

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from okstra_cli.page import Cell, Line, Page, Table

STYLES = {"plain": "", "strong": "bold", "faint": "dim", "good": "green", "warn": "yellow", "bad": "bold red"}


def draw(page: Page, stream: TextIO, *, colour: bool, width: int) -> None:
    """Write the page for a screen `width` columns wide; long cells are folded, never cut.

    A line with a command is not broken, since it is there to be copied.
    """
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        highlight=False,
        emoji=False,
        markup=False,
        _environ={},
    )
    for block in page.blocks:
        if isinstance(block, Line):
            console.print(_text(*block.cells), soft_wrap=_names_a_command(block))
        else:
            console.print(_table(block))


def _names_a_command(line: Line) -> bool:
    words = "".join(cell.text for cell in line.cells)
    return "git okstra " in words or words.lstrip().startswith(("git ", "gh ", "sh ", "cd ", "okstra "))


def _text(*cells: Cell) -> Text:
    return Text.assemble(*((cell.text, STYLES[cell.tone]) for cell in cells))


def _table(table: Table) -> RichTable:
    drawn = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in table.headers:
        drawn.add_column(header, overflow="fold")
    for row in table.rows:
        drawn.add_row(*map(_text, row))
    return drawn
