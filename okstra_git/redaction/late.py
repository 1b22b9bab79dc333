"""The way in to redaction that loads its tables when the first text is to be redacted: most commands only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okstra_git.redaction.redacting import Redacted


def redact(text: str, *, home: str) -> Redacted:
    """As `redacting.redact`."""
    from okstra_git.redaction.redacting import redact as with_tables

    return with_tables(text, home=home)
