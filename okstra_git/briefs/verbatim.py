"""Words kept exactly as they came: in a fence of backticks longer than any of theirs, marked `verbatim`.

Whatever stands in such a fence (headings, fences that never close, lines like front matter) is code to every reader of
Markdown (https://spec.commonmark.org/0.31.2/#fenced-code-blocks), so it ends nothing and begins nothing.
"""

import re
from collections.abc import Iterator

from okstra_git.documents.markdown import Document, Item, Section

VERBATIM = "verbatim"
_TICKS = re.compile(r"`+")
_COMMENTS = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->)*\Z", re.DOTALL)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
"""A line with its end, as `parse_document` counts them: a form feed or a line separator ends none."""


def fence_for(text: str) -> str:
    """Backticks enough that no line of the text closes them."""
    return "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))


def fenced(text: str) -> str:
    """The text in its fence; a line end is put behind it, whatever it ends with."""
    fence = fence_for(text)
    return f"{fence}{VERBATIM}\n{text}\n{fence}\n"


def words_of(document: Document, section: Section) -> str:
    """What the section says: the words in its fence as they came, else its Markdown; empty for comments alone."""
    if _is_one_fence(document, section):
        return _unfenced(document, section)
    text = document.text_of(section)
    return "" if _COMMENTS.match(text) else text


def block_of(section: Section, item: Item) -> str | None:
    """The words of the verbatim fence right behind the item, None when there is none."""
    code = next((code for code in section.codes if code.line > item.line and code.info == VERBATIM), None)
    if code is None or any(item.line < line < code.line for line in _lines_of_others(section)):
        return None
    return code.content.removesuffix("\n")


def _lines_of_others(section: Section) -> Iterator[int]:
    """Where something begins that is not code."""
    yield from (item.line for item in section.items)
    yield from (paragraph.line for paragraph in section.paragraphs)
    yield from (table.line for table in section.tables)


def _is_one_fence(document: Document, section: Section) -> bool:
    others = section.items or section.tables or section.paragraphs or document.below(section)
    return not others and len(section.codes) == 1 and section.codes[0].info == VERBATIM


def _unfenced(document: Document, section: Section) -> str:
    """The content of the section's fence as it is in the file, without the line end that `fenced` put behind it."""
    code = section.codes[0]
    lines = LINE.findall(document.text)
    inside = "".join(lines[code.first - 1 : code.first - 1 + len(LINE.findall(code.content))])
    opening = lines[code.line - 1]
    return inside.removesuffix(opening[len(opening.rstrip("\r\n")) :])
