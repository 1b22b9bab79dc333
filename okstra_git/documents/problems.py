"""What is wrong with a document: a code, a line and a sentence; fences and comments that never end are found here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markdown_it.token import Token


class Flaw(NamedTuple):
    """One thing that is wrong; lines count from 1, `stage` where it belongs to one."""

    code: str
    line: int
    message: str
    hint: str = ""
    stage: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As the command line shows it."""
        return self._asdict()


def in_order(problems: Iterable[Flaw]) -> list[Flaw]:
    """Top to bottom, each once."""
    return sorted(dict.fromkeys(problems), key=lambda flaw: (flaw.line, flaw.code, flaw.message))


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
