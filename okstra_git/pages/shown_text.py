"""Text of strangers as a page shows it: on one line, of a bearable length, every character seen."""

JOINERS = frozenset("\u200c\u200d")
"""Invisible, and part of how Persian and emoji are written."""

CUT = "…"


def shown(text: str, most: int = 300) -> str:
    """The text on one line, at most `most` characters of it; what cannot be seen, or turns a line around, is spelt."""
    text = " ".join(text[: most * 2].split()) if not text.isprintable() else text
    if len(text) > most:
        text = text[: most - 1] + CUT
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in JOINERS else c.encode("unicode_escape").decode("ascii") for c in text)
