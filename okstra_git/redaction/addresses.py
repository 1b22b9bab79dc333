"""Passwords and tokens in front of the host of an address."""

from collections.abc import Iterator

from okstra_git.redaction.lazy import Lazy
from okstra_git.redaction.span import MARK, Span
from okstra_git.redaction.values import is_placeholder, is_random

LONGEST = 600
_BREAK = Lazy(r"[\s\"'<>\\]")
_PORT = Lazy(r"\d{1,5}(?:/|\Z)")
_HOST = Lazy(r"[\w.\[-]")
_TOKEN = 20
"""Letters of a user's name from which on it is a token."""


def in_addresses(text: str) -> Iterator[Span]:
    """What stands between `://` and `@`: of a name and a password the password, else a long name."""
    at = text.find("@") if "://" in text else -1
    while at >= 0:
        begin = text.rfind("://", max(0, at - LONGEST), at) + 3
        if begin > 2 and _HOST.match(text, at + 1):
            yield from _before_host(text, begin, at)
        at = text.find("@", at + 1)


def _before_host(text: str, begin: int, at: int) -> Iterator[Span]:
    login = MARK.sub(lambda mark: "*" * len(mark[0]), text[begin:at])
    if _BREAK.search(login) or "/" in login.partition("@")[2]:
        return
    user, colon, password = login.partition(":")
    if "/" in user or _PORT.match(password) or is_placeholder(password or user):
        return
    if password:
        yield Span(begin + len(user) + 1, at, "password")
        if len(user) >= _TOKEN and is_random(user):
            yield Span(begin, begin + len(user), "token")
    elif len(user) >= _TOKEN and not colon:
        yield Span(begin, at, "token")
