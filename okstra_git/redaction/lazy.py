"""Patterns that are compiled when they are first used: most commands record nothing that has to be looked at so closely."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class Lazy:
    """A regular expression with the methods of `re.Pattern` that are in use here."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._said = (pattern, flags)

    @cached_property
    def made(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(*self._said)

    def match(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self.made.match(text, start) if end is None else self.made.match(text, start, end)

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self.made.search(text, start) if end is None else self.made.search(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.made.fullmatch(text)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        return self.made.finditer(text, start) if end is None else self.made.finditer(text, start, end)

    def findall(self, text: str) -> list[str]:
        return self.made.findall(text)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self.made.sub(new, text)
