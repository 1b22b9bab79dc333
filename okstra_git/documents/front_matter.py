"""The YAML block at the head of a document: its values, and where each of them is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WRONG = (yaml.YAMLError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)
"""What the parser raises for one text or another; a bad `!!timestamp` is an AttributeError, a bad `!!bool` a KeyError.
"""
_UNCLOSED = ("a flow sequence", "a flow mapping", "a quoted scalar")
_DEEPEST = 100
"""Brackets within brackets; the parser's own recursion has no bound."""


@dataclass(frozen=True)
class Place:
    """Where a value is: 0-based line of its key, and offsets in the block of the key's end and of the value.

    An empty value takes no room; what takes several lines ends before the last line break. `text` is a scalar as
    it is written, without its quotes.
    """

    line: int
    key_end: int
    start: int
    end: int
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class FrontMatter:
    """The block as a plain mapping; `exists` distinguishes an empty block from none, `problem` says why it is not YAML.

    `content` is what is between the two marks, the second of which is in line `closing` (from 1). Keys are indented
    by `indent`; `inside` is the offset behind the bracket of a mapping that is written in brackets.
    """

    exists: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problem: str = ""
    problem_line: int = 0
    content: str = ""
    closing: int = 0
    indent: int = 0
    inside: int | None = None

    def text(self, key: str) -> str:
        """The value as one line of text as it is written, `0012` as `0012`; empty when it is not a single value."""
        value, place = self.values.get(key), self.places.get(key)
        return "" if value is None or place is None else " ".join(place.text.split())


class _Root(NamedTuple):
    """The mapping of the block as events have it."""

    places: dict[str, Place]
    indent: int
    inside: int | None


class _TooDeep(yaml.YAMLError):
    """Brackets within brackets within brackets."""

    def __init__(self, mark: Any) -> None:
        self.problem, self.problem_mark = "it is nested too deeply", mark


def read_front_matter(content: str | None, *, closing: int = 0) -> FrontMatter:
    """The block between the two `---` lines, None when there is none; never raises."""
    if content is None:
        return FrontMatter()
    try:
        root = _root(content)
        values = yaml.load(content, Loader=_LOADER)
    except _WRONG as raised:
        error = _too_deep(content, raised) or raised
        why = " ".join(str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).split())
        return FrontMatter(True, problem=why, problem_line=_line_of(error, content), content=content, closing=closing)
    if root is None:
        return FrontMatter(True, content=content, closing=closing)
    if not isinstance(values, dict):
        why = "it is not a list of `key: value` lines"
        return FrontMatter(True, problem=why, problem_line=2, content=content, closing=closing)
    named = {str(key): value for key, value in values.items()}
    return FrontMatter(True, named, root.places, "", 0, content, closing, root.indent, root.inside)


def _too_deep(content: str, error: Exception) -> _TooDeep | None:
    """Whether the text before the complaint is nested too deeply, which some versions of the parser notice first."""
    mark = getattr(error, "problem_mark", None)
    try:
        for _ in _bounded(yaml.parse(content[: mark.index], Loader=_LOADER)) if mark else ():
            pass
    except _TooDeep as deep:
        return deep
    except _WRONG:
        pass
    return None


def _line_of(error: Exception, content: str) -> int:
    """The line of the document that the parser complained about."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if str(getattr(error, "context", None)).endswith(_UNCLOSED):
        mark = getattr(error, "context_mark", None)  # where it was opened: the end of it may be looked for far below
    if mark is not None:
        return content.count("\n", 0, mark.index) + 2
    if isinstance(error, yaml.reader.ReaderError):
        return content.encode(errors="replace")[: error.position].count(b"\n") + 2
    if not isinstance(error, yaml.YAMLError | RecursionError | UnicodeError):
        return _line_of_value(content)
    return 2


def _line_of_value(content: str) -> int:
    """The line of the first value that is well written and means nothing, as the 31st of February."""
    root = yaml.compose(content, Loader=_LOADER)
    for _, value in root.value if isinstance(root, yaml.MappingNode) else ():
        try:
            _LOADER("").construct_document(value)
        except _WRONG:
            return content.count("\n", 0, _index(value.start_mark)) + 2
    return 2


def _index(mark: Any) -> int:
    """Offset of a mark in the block; this parser sets every mark, which its types do not say."""
    return int(mark.index)


def _root(content: str) -> _Root | None:
    """Where the values of the outermost mapping are; None for a block without a value."""
    events = _bounded(yaml.parse(content, Loader=_LOADER))
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            break
        if isinstance(event, yaml.NodeEvent):
            return _Root({}, 0, None)
    else:
        return None
    inside = _index(event.start_mark) + 1 if event.flow_style else None
    places: dict[str, Place] = {}
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            break
        _, key_end = _extent(key, events)
        value = next(events)
        start, end = _extent(value, events)
        end = start + len(content[start:end].rstrip())
        line = content.count("\n", 0, _index(key.start_mark))
        places[str(getattr(key, "value", ""))] = Place(
            line, key_end, start, end, value.value if isinstance(value, yaml.ScalarEvent) else ""
        )
    for _ in events:
        pass
    start = _index(event.start_mark)
    return _Root(places, start - content.rfind("\n", 0, start) - 1, inside)


def _bounded(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _TooDeep(event.start_mark)
        yield event


def _extent(first: yaml.Event, events: Iterator[yaml.Event]) -> tuple[int, int]:
    """Offsets of the node that begins with this event; takes its other events."""
    end, depth, event = _index(first.end_mark), 0, first
    while True:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if not isinstance(event, yaml.CollectionEndEvent) or _index(event.end_mark) > _index(event.start_mark):
            end = max(end, _index(event.end_mark))  # a collection without brackets ends where the next thing begins
        if not depth:
            return _index(first.start_mark), end
        event = next(events)
