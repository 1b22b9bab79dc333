"""Compares subjects of commits of which one was recorded without the secrets in it."""

from okstra_git.redaction.late import redact

_MARK = "[redacted:"
NO_HOME = "/"
"""Home directories of anybody go, of nobody in particular."""


def without_secrets(text: str) -> str:
    """The text as it is recorded."""
    return redact(text, home=NO_HOME).text


def same_subject(one: str, other: str) -> bool:
    """Whether the two are one subject, whichever of them was recorded."""
    if one == other or not (_MARK in one or _MARK in other):
        return one == other
    return without_secrets(one) == without_secrets(other)
