"""The YAML block at the head of a document: its values, and where each of them stands."""

from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_LENGTH = 64 << 10
"""Characters: a block is some lines of settings, and YAML is slow to read."""


@dataclass(frozen=True)
class Place:
    """Where a value stands: `line` of the document its key is on, from 1; the rest are offsets into the block.

    `colon` is behind the key's colon; `text` is the value as written, without quotes, empty unless it is a scalar.
    """

    line: int
    colon: int
    start: int
    end: int
    text: str = ""


@dataclass(frozen=True)
class FrontMatter:
    """The block as a plain mapping; `exists` tells an empty block from none, `problem` says why it is not read.

    `content` is the YAML, `closing` the index of the document's line that ends the block.
    """

    exists: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problem: str = ""
    problem_line: int = 0
    content: str = ""
    closing: int = 0

    def text(self, key: str) -> str:
        """The value as it is written, `0012` as `0012`; empty when there is none or it is more than one value."""
        place = self.places.get(key)
        return place.text.strip() if place else ""


class _Loader(yaml.SafeLoader):
    """Safe values without aliases: a few lines of those stand for gigabytes, and an edit could not follow them.

    Written in Python on purpose: the loader in C overflows the stack on ten thousand brackets.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not read here", mark)
        return super().compose_node(parent, index)


def read_front_matter(content: str | None, *, closing: int = 0) -> FrontMatter:
    """The block between the two `---` lines, None when there is none; never raises."""
    if content is None:
        return FrontMatter()
    if len(content) > MAX_LENGTH:
        return _unread(content, closing, f"it is longer than {MAX_LENGTH >> 10} KiB")
    try:
        root = yaml.compose(content, Loader=_Loader)
        values = yaml.load(content, Loader=_Loader)
        if values is None:
            return FrontMatter(exists=True, content=content, closing=closing)
        if not isinstance(values, dict) or not isinstance(root, yaml.MappingNode):
            return _unread(content, closing, "it is not a list of `key: value` lines")
        named = {str(key): value for key, value in values.items()}
        places = {str(key.value): _place(content, key, value) for key, value in root.value}
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error).partition("\n")[0]
        return _unread(content, closing, str(why), content.count("\n", 0, mark.index) if mark else 0)
    return FrontMatter(True, named, places, content=content, closing=closing)


def _unread(content: str, closing: int, why: str, line: int = 0) -> FrontMatter:
    return FrontMatter(exists=True, problem=why, problem_line=line + 2, content=content, closing=closing)


def _place(content: str, key: yaml.Node, value: yaml.Node) -> Place:
    """The end of a list or mapping is where the next key begins, so what belongs to nobody is given back."""
    start, end = value.start_mark.index, value.end_mark.index
    is_scalar = isinstance(value, yaml.ScalarNode)
    if not is_scalar:
        end = start + len(_without_tail(content[start:end]))
    text = value.value if is_scalar and not value.tag.endswith(":null") else ""
    line = content.count("\n", 0, key.start_mark.index) + 2  # to YAML, U+2028 ends a line too
    return Place(line, content.find(":", key.end_mark.index) + 1, start, end, text)


def _without_tail(text: str) -> str:
    """The text without the blank lines and comments at its end."""
    lines = text.split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines)
