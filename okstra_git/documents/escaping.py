"""Text as Markdown that says exactly that text: in a cell, an item, a heading, a paragraph.

Code spans stay code spans. Elsewhere a character is escaped where CommonMark or GitHub's dialect could read more into
it, and nowhere else, so that `snake_case`, `a < b` and `items[0]` stay legible. What no page should show (control
characters, marks that turn the direction of what follows) becomes the replacement character.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_BREAKS = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_TROUBLE = re.compile("[\\\\*`~_<&\\]|\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")
_SPECIAL = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|\Z)            # a backslash that would escape what follows
      | [*`~|]
      | (?<!\w)_++ | (?<!_)_++(?![^\W_])    # underscores, but for those inside of a word
      | <(?=[A-Za-z/!?]|\Z)                 # tags, comments, addresses in brackets
      | &(?=\#?[0-9A-Za-z]{1,40};)          # entities
      | \](?=[(\[:]|\Z)                     # links and their definitions
    """,
    re.VERBOSE,
)
_TICKS = re.compile("`+")
_START = re.compile(r"[#>=\[]|[-+](?![0-9A-Za-z])|:(?=-)")
_NUMBERED = re.compile(r"([0-9]{1,9})([.)])(?=\s|\Z)")
_LAST_MARK = re.compile(r"#\Z")
_PLAIN_SCALAR = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_.:/-]*[0-9A-Za-z])?")
_WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_ESCAPED_PIPE = "\\|"
_REPLACEMENT = "\ufffd"


class Verbatim(str):
    """Markdown already: stands as it is wherever text would be escaped."""

    __slots__ = ()


class _Piece(NamedTuple):
    """Words, or the content of a code span between its marks."""

    text: str
    marks: str = ""


def text_in_line(value: object) -> str:
    """The text on one line, behind other words."""
    return value if isinstance(value, Verbatim) else _escaped(on_one_line(value), _span_in_line)


def text_in_cell(value: object) -> str:
    """The text as a cell of a table."""
    return value if isinstance(value, Verbatim) else _escaped(on_one_line(value), _span_in_cell)


def text_in_item(value: object) -> str:
    """The text at the beginning of an item of a list: it becomes no list, heading, quotation or check box itself."""
    return value if isinstance(value, Verbatim) else _guarded(text_in_line(value))


def text_in_heading(value: object) -> str:
    """The text at the end of a heading."""
    return _LAST_MARK.sub(r"\\#", text_in_line(value))


def text_in_paragraphs(value: object) -> str:
    """The text with its paragraphs, and its line breaks as hard ones."""
    if isinstance(value, Verbatim):
        return value
    paragraphs = ("\\\n".join(text_in_item(line) for line in lines) for lines in _paragraphs(_lines(value)))
    return "\n\n".join(paragraphs)


def text_in_front_matter(value: object) -> str:
    """The text as the value of a key of YAML."""
    text = on_one_line(value)
    is_plain = _PLAIN_SCALAR.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def code_in_line(value: object) -> str:
    """A code span of exactly this text on one line; nothing where there is none."""
    text = on_one_line(value)
    return _span(text) if text else ""


def code_in_cell(value: object) -> str:
    """As `code_in_line`, in a table. A pipe behind a backslash cannot be said there: it stays words."""
    text = on_one_line(value)
    if not text:
        return ""
    return _escaped_words(text) if _ESCAPED_PIPE in text else _span(text).replace("|", _ESCAPED_PIPE)


def code_in_block(value: object) -> str:
    """A fenced block of exactly these lines."""
    text = "\n".join(_lines(value)).rstrip("\n")
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}\n{text}\n{fence}"


def on_one_line(value: object) -> str:
    """The text without line breaks, and without what no page should show."""
    text = str(value)
    if _TROUBLE.search(text):
        text = _UNSHOWN.sub(_REPLACEMENT, _BREAKS.sub(" ", text))
    return text.strip()


def _lines(value: object) -> list[str]:
    """The lines; of all that ends one somewhere, each ends one here."""
    return [_UNSHOWN.sub(_REPLACEMENT, line.expandtabs(4)) for line in str(value).splitlines()]


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    paragraph: list[str] = []
    for line in lines:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _escaped(text: str, span: Callable[[_Piece], str]) -> str:
    if not _TROUBLE.search(text):
        return text
    if "`" not in text:
        return _escaped_words(text)
    return "".join(span(piece) if piece.marks else _escaped_words(piece.text) for piece in _pieces(text))


def _span_in_line(span: _Piece) -> str:
    return f"{span.marks}{span.text}{span.marks}"


def _span_in_cell(span: _Piece) -> str:
    if _ESCAPED_PIPE in span.text:
        return _escaped_words(f"{span.marks}{span.text}{span.marks}")
    return f"{span.marks}{span.text}{span.marks}".replace("|", _ESCAPED_PIPE)


def _escaped_words(text: str) -> str:
    return _SPECIAL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if match[0] == "|" and match.start() and match.string[match.start() - 1] == "\\":
        return "&#124;"  # readers disagree on how many backslashes a pipe may have in front of it
    return "".join(f"\\{letter}" for letter in match[0])


def _guarded(text: str) -> str:
    """The escaped text, so that its beginning is no mark of a block."""
    if _START.match(text):
        return f"\\{text}"
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text


def _pieces(text: str) -> Iterator[_Piece]:
    """The text as words and code spans: a run of backticks opens one if another of its length follows."""
    runs = list(_TICKS.finditer(text))
    closers = _closers(runs)
    at = index = 0
    while index < len(runs):
        opener, closer = runs[index], closers[index]
        if closer is None:
            index += 1
            continue
        yield _Piece(text[at : opener.start()])
        yield _Piece(text[opener.end() : runs[closer].start()], opener[0])
        at, index = runs[closer].end(), closer + 1
    yield _Piece(text[at:])


def _closers(runs: list[re.Match[str]]) -> list[int | None]:
    """For each run the next one of its length."""
    later: dict[int, int] = {}
    closers: list[int | None] = [None] * len(runs)
    for index in range(len(runs) - 1, -1, -1):
        length = len(runs[index][0])
        closers[index], later[length] = later.get(length), index
    return closers


def _span(text: str) -> str:
    marks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def _longest_run(text: str) -> int:
    return max((len(run[0]) for run in _TICKS.finditer(text)), default=0)
