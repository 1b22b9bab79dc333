"""Fits text into the columns of a terminal, where a Korean letter takes two."""

from __future__ import annotations

from collections.abc import Iterator

from okstra_cli.page import clean, columns_of

LEAST = 20
"""Columns that text is laid out for at least; a narrower terminal cuts it off."""


def fitted(text: str, columns: int) -> str:
    """The text on one line, harmless to a terminal; one that is too long loses its middle."""
    text = clean(text)
    columns = max(columns, LEAST)
    if columns_of(text) <= columns:
        return text
    head = _beginning(text, columns // 2)
    tail = _beginning(text[::-1], columns - 1 - columns_of(head))[::-1]
    return f"{head.rstrip('…')}…{tail.lstrip('…')}"  # its middle may be lost already


def wrapped(text: str, columns: int, *, indent: str = "") -> str:
    """The text with its lines broken between words, harmless to a terminal; all but the first are indented."""
    columns = max(columns, LEAST)
    return f"\n{indent}".join(piece for line in text.split("\n") for piece in _pieces(clean(line), columns))


def _pieces(line: str, columns: int) -> Iterator[str]:
    """The line in pieces that fit; a word that is too long for any of them is broken."""
    piece = ""
    for word in line.split(" "):
        both = f"{piece} {word}" if piece else word
        if columns_of(both) <= columns:
            piece = both
            continue
        if piece:
            yield piece
        while columns_of(word) > columns:
            part = _beginning(word, columns)
            yield part
            word = word[len(part) :]
        piece = word
    yield piece


def _beginning(text: str, columns: int) -> str:
    """As many letters as fit."""
    taken = 0
    for at, letter in enumerate(text):
        taken += columns_of(letter)
        if taken > columns:
            return text[:at]
    return text
