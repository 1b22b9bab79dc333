"""Numbers of things in words: `1 file`, `3 files`."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """The number and its noun, in the plural where there is more or less than one: `0 rules`, `1 rule`, `2 entries`.

    `plural` is for nouns that take no plain s.
    """
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
