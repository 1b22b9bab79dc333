"""Blocks of private keys: whole, cut off at either end, or written on one line."""

from bisect import bisect_left
from collections.abc import Iterator

from okstra_git.redaction.lazy import Lazy
from okstra_git.redaction.span import Span

KIND = "private-key"
_HEAD = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?[- ]{4,5}"
_BEGIN = Lazy(rf"-{{4,5}} ?BEGIN {_HEAD}")
_END = Lazy(rf"-{{4,5}} ?END {_HEAD}")
_BODY = Lazy(r"(?:[\sA-Za-z0-9+/=:,.()\\-]|\\n|\" ?\+?\s){0,40000}+")
_LINE = Lazy(r"[ \t>+|*#/\"'-]{0,12}[A-Za-z0-9+/=]{8,100}[\\nr\"'+,; \t]{0,8}\Z")
MOST_LINES = 400


def key_blocks(text: str) -> Iterator[Span]:
    """From the line that begins a key to the one that ends it; without an end, what follows and can be of a key."""
    if "PRIVATE KEY" not in text:
        return
    begins = [match.span() for match in _BEGIN.finditer(text)]
    ends = [match.span() for match in _END.finditer(text)]
    taken, index = 0, 0
    for place, (start, after) in enumerate(begins):
        until = begins[place + 1][0] if place + 1 < len(begins) else len(text)
        while index < len(ends) and ends[index][0] < start:
            index += 1
        if index < len(ends) and ends[index][0] < until:
            taken = ends[index][1]
        else:
            body = _BODY.match(text, after, until)
            taken = after + len(body[0].rstrip()) if body else after
        yield Span(start, taken, KIND)
    yield from _without_beginning(text, ends, [start for start, _ in begins])


def _without_beginning(text: str, ends: list[tuple[int, int]], begins: list[int]) -> Iterator[Span]:
    """The lines of a key above an end that no beginning stands before."""
    last = 0
    for start, after in ends:
        if not _begins_between(begins, last, start):
            first, lines = start, 0
            while first > last and lines < MOST_LINES:
                line = text.rfind("\n", last, first - 1) + 1 or last
                if not _LINE.match(text[line:first].rstrip("\n")):
                    break
                first, lines = line, lines + 1
            if lines:
                yield Span(first, after, KIND)
        last = after


def _begins_between(begins: list[int], last: int, start: int) -> bool:
    index = bisect_left(begins, last)
    return index < len(begins) and begins[index] < start
