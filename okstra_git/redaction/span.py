"""A piece of a text that is a secret, and how pieces that overlap become one."""

from collections.abc import Iterable
from typing import NamedTuple

from okstra_git.redaction.lazy import Lazy

MARK = Lazy(r"\[redacted:[a-z-]{1,40}\]")
"""What stands where a secret was."""


class Span(NamedTuple):
    """A secret from `start` up to `end`, and its kind in a word or two joined by a hyphen."""

    start: int
    end: int
    kind: str


def merged(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans in order without overlaps; of those that overlap the one that begins first gives its kind.

    What is a mark already, with nothing but punctuation around it, is not a secret any more.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda piece: (piece.start, -piece.end)):
        if kept and span.start < kept[-1].end:
            kept[-1] = kept[-1]._replace(end=max(span.end, kept[-1].end))
        elif span.end > span.start:
            kept.append(span)
    if "[redacted:" not in text:
        return kept
    return [span for span in kept if sum(map(str.isalnum, MARK.sub("", text[span.start : span.end]))) > 2
            and not _is_inside_mark(text, span)]  # fmt: skip


def _is_inside_mark(text: str, span: Span) -> bool:
    begin = text.rfind("[redacted:", max(0, span.start - 60), span.end)
    mark = MARK.match(text, begin) if begin >= 0 else None
    return mark is not None and mark.end() >= span.end and mark.start() <= span.start
