"""The way in to redaction that loads its tables when the first text is to be redacted: most commands only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okstra_git.redaction.redacting import Redacted


def redact(text: str, *, home: str) -> Redacted:
    """As `redacting.redact`."""
    from okstra_git.redaction.redacting import redact as with_tables

    return with_tables(text, home=home)


_MARK = "[redacted:"
NO_HOME = "/"
"""Home directories of anybody go, of nobody in particular."""


def without_secrets(text: str) -> str:
    """The text as it is recorded."""
    return redact(text, home=NO_HOME).text


def same_subject(first: str, second: str) -> bool:
    """Whether the two are one subject, whichever of them was recorded."""
    if first == second or not (_MARK in first or _MARK in second):
        return first == second
    return without_secrets(first) == without_secrets(second)
