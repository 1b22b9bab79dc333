"""A text answer as blocks of lines and tables, before anything is known of the terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from okstra_git.commands import FILLERS

Tone = Literal["plain", "strong", "faint", "good", "warn", "bad"]


class Cell(NamedTuple):
    """A piece of text and what it means to the reader."""

    text: str
    tone: Tone = "plain"


Words = str | Cell


@dataclass(frozen=True)
class Line:
    """One line, its pieces joined as they are; without pieces an empty line."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headers; the last column takes what room is left."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass
class Page:
    """The text form of an answer, filled from top to bottom."""

    blocks: list[Line | Table] = field(default_factory=list)

    def line(self, *words: Words) -> None:
        """Add one line made of these pieces."""
        self.blocks.append(Line(tuple(map(_cell, words))))

    def document(self, text: str, *, indent: str = "") -> None:
        """Add the lines of foreign text; tabs in them stay."""
        for line in clean_lines(text).splitlines():
            self.blocks.append(Line((Cell(f"{indent}{line}"),)))

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[Words]]) -> None:
        """Add a table; without rows nothing is added."""
        if rows:
            self.blocks.append(Table(tuple(headers), tuple(tuple(map(_cell, row)) for row in rows)))

    def plain(self) -> str:
        """The page without colour or cutting, columns aligned, for files and pipes."""
        return "".join(_plain_line(block) if isinstance(block, Line) else _plain_table(block) for block in self.blocks)


def clean(text: str) -> str:
    """The text on one line and harmless to a terminal: what cannot be printed, or not be seen, becomes an escape."""
    if _is_clean(text):
        return text
    return "".join(c if _is_clean(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def clean_lines(text: str) -> str:
    """A whole document made harmless to a terminal, line by line: line breaks and tabs stay, all else is `clean`ed."""
    if _is_clean(text.replace("\n", "").replace("\t", "")):
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(clean, line.split("\t"))) for line in lines)


def clean_json(text: str) -> str:
    """A JSON text that means the same and is harmless to a terminal: what cannot be seen becomes `\\uXXXX`."""
    if _is_clean(text.replace("\n", "")):
        return text
    return "".join(c if c == "\n" or _is_clean(c) else json.dumps(c)[1:-1] for c in text.replace("\x7f", "\\u007f"))


def _is_clean(text: str) -> bool:
    return text.isprintable() and (text.isascii() or FILLERS.isdisjoint(text))


def columns_of(text: str) -> int:
    """How many columns of a terminal the text takes; Korean letters take two."""
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cell(words: Words) -> Cell:
    return Cell(clean(words)) if isinstance(words, str) else Cell(clean(words.text), words.tone)


def _plain_line(line: Line) -> str:
    return "".join(cell.text for cell in line.cells).rstrip() + "\n"


def _plain_table(table: Table) -> str:
    rows = [table.headers, *(tuple(cell.text for cell in row) for row in table.rows)]
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    return "".join(_aligned(row, widths) for row in rows)


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    padded = (text + " " * (width - columns_of(text)) for text, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip() + "\n"
