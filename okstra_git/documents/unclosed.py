"""Finds fences and comments that never end, behind which no reader of Markdown sees anything."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TAG = re.compile(r"<(?:pre|script|style|textarea)(?=[\s>]|$)", re.IGNORECASE)
_END_TAG = re.compile(r"</(?:pre|script|style|textarea)>", re.IGNORECASE)
_ENDS = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>"}


@dataclass(frozen=True)
class Unclosed:
    """What begins on this line and never ends; `ends` is what would end it."""

    line: int
    begins: str
    ends: str


def find_unclosed(tokens: Sequence[Token]) -> Iterator[Unclosed]:
    """What reaches to the end of the text, or of the list item it is in, because nothing ends it.

    Only HTML that blank lines do not end counts (https://spec.commonmark.org/0.31.2/#html-blocks).
    """
    for token in tokens:
        first, behind = token.map or (0, 0)
        if token.type == "fence" and behind - first == 1 + len(_LINE.findall(token.content)):
            yield Unclosed(first + 1, token.markup, token.markup)
        elif token.type == "html_block":
            begins, ends = _html(token.content.lstrip())
            if ends:
                yield Unclosed(first + 1, begins, ends)


def _html(content: str) -> tuple[str, str]:
    """How a block that does not end begins, and what would end it; empty for one that ends."""
    tag = _TAG.match(content)
    if tag:
        return (tag[0], f"</{tag[0][1:]}>") if not _END_TAG.search(content) else ("", "")
    marks = next(((begins, ends) for begins, ends in _ENDS.items() if content.startswith(begins)), ("", ""))
    return ("", "") if marks[1] in content else marks
