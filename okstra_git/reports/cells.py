"""The cells of one line of a Markdown table: where they are, what they say, and how a text is written into one."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from okstra_git.documents.escaping import on_one_line, text_in_cell

ESCAPED_PIPE = "\\|"
JOINT = " / "
"""Between the lines of a text that becomes one line in a cell."""

_QUOTED = re.compile(r"[ \t>]*")
_PLAIN = re.compile(r"[^\\`<&]*")
_TICKS = re.compile(r"`+")
_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_WRITTEN = re.compile(
    rf"\\({_PUNCTUATION})|<br ?/?>|&(?:#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,31}});"
)


class CellSpan(NamedTuple):
    """From one offset of a line to another."""

    start: int
    end: int


class TableLine(NamedTuple):
    """A row of a table as written; `spans` are its cells between the pipes, and nothing of it is cut off.

    `has_first` and `has_last` say whether a pipe stands before the first cell and behind the last one; `end` is where
    the row ends, blanks behind it left out.
    """

    text: str
    spans: tuple[CellSpan, ...]
    has_first: bool
    has_last: bool
    end: int

    @property
    def cells(self) -> tuple[str, ...]:
        """What the cells say."""
        return tuple(read_cell(self.text[start:end]) for start, end in self.spans)


def read_line(text: str, columns: int | None = None) -> TableLine:
    """The row on this line, which has no line end; as the rules of GitHub's Markdown split it.

    A pipe behind a backslash is part of its cell, in a code span too (https://github.github.com/gfm/#tables-extension-).
    People forget that backslash in code: where the row has more cells than the table has `columns`, and just as many
    when pipes in code spans do not count, they do not.
    """
    quoted = _QUOTED.match(text)
    start, end = quoted.end() if quoted else 0, len(text.rstrip())
    pipes = list(_pipes(text, start, end))
    line = _split(text, start, end, pipes)
    if columns is not None and len(line.spans) > columns and "`" in text:
        inside = _code_places(text)
        outside = _split(text, start, end, [at for at in pipes if at not in inside])
        return outside if len(outside.spans) == columns else line
    return line


def _split(text: str, start: int, end: int, pipes: list[int]) -> TableLine:
    has_first = bool(pipes) and pipes[0] == start
    has_last = len(pipes) > has_first and pipes[-1] == end - 1
    spans = [CellSpan(before + 1, behind) for before, behind in pairwise([start - 1, *pipes, end])]
    spans = spans[1 if has_first else 0 : len(spans) - 1 if has_last else None]
    return TableLine(text, tuple(spans), has_first, has_last, end)


def _code_places(text: str) -> set[int]:
    places: set[int] = set()
    at = 0
    for part, is_code in _parts(text):
        places.update(range(at, at + len(part)) if is_code else ())
        at += len(part)
    return places


def _pipes(text: str, start: int, end: int) -> Iterator[int]:
    at = text.find("|", start, end)
    while at >= 0:
        if at == start or text[at - 1] != "\\":
            yield at
        at = text.find("|", at + 1, end)


def read_cell(raw: str) -> str:
    """What a cell says, on one line without blanks around it: escapes undone, code spans as they are; nothing where it
    has but a comment."""
    if _PLAIN.fullmatch(raw):
        return raw.strip()
    content = raw.replace(ESCAPED_PIPE, "|").strip()
    if content.startswith("<!--") and content.find("-->") == len(content) - 3:
        return ""
    return "".join(part if is_code else _WRITTEN.sub(_meant, part) for part, is_code in _parts(content)).strip()


def _meant(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    if match[0][0] == "<":
        return JOINT
    meant = unescape(match[0])
    return meant if meant.isprintable() else " "


def write_cell(text: str) -> str:
    """The cell that says this text, as letters and not as markup, a blank on each side; lines are joined to one."""
    line = joined(text)
    return f" {text_in_cell(line)} " if line else " "


def joined(text: str) -> str:
    """The text on one line: its lines without the blanks around them, empty ones left out, ` / ` between them.

    What no page should show (control characters, marks of direction) is replaced, as everywhere in a report.
    """
    lines = (on_one_line(line) for line in text.splitlines())
    return JOINT.join(line for line in lines if line)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The Markdown in parts: code spans, and what is between them."""
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(text)]
    last = {end - start: start for start, end in runs}
    at = behind = 0
    while at < len(runs):
        start, end = runs[at]
        if _is_escaped(text, start, behind):
            start += 1
        closing = _closing(runs, at, end - start, last) if end > start else None
        if closing is None:
            at += 1
            continue
        if start > behind:
            yield text[behind:start], False
        behind = runs[closing][1]
        yield text[start:behind], True
        at = closing + 1
    if behind < len(text):
        yield text[behind:], False


def _closing(runs: list[tuple[int, int]], at: int, length: int, last: dict[int, int]) -> int | None:
    """The next run of exactly this length; asked only where there is one, so that the way to it is gone once."""
    if last.get(length, -1) < runs[at][1]:
        return None
    return next(other for other in range(at + 1, len(runs)) if runs[other][1] - runs[other][0] == length)


def _is_escaped(text: str, at: int, start: int) -> bool:
    """Whether an odd number of backslashes stands before this place."""
    before = at
    while before > start and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def replaced(line: TableLine, changes: dict[int, str]) -> str:
    """The line with these texts in these cells, by their index; cells that the row lacks are added behind it."""
    missing = range(len(line.spans), max(changes, default=-1) + 1)
    pieces, at = [], 0
    for index in sorted(set(changes) - set(missing)):
        start, end = line.spans[index]
        pipe = "|" if index == 0 and not line.has_first else ""
        pieces += [line.text[at:start], pipe, write_cell(changes[index])]
        at = end
    pieces.append(line.text[at : line.end])
    if missing:
        pieces.append("" if line.has_last else " |")
        pieces += [write_cell(changes.get(index, "")) + "|" for index in missing]
    elif not line.has_last and len(line.spans) - 1 in changes:
        pieces.append("|")
    return "".join(pieces) + line.text[line.end :]
