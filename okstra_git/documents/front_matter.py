"""The YAML block at the head of a document: its values, and where each of them stands."""

from dataclasses import dataclass, field
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Place:
    """Where a value stands in the block: 0-based lines of its key and of itself, and the columns it takes."""

    key_line: int
    line: int
    start: int
    end: int
    end_line: int


@dataclass(frozen=True)
class FrontMatter:
    """The block as a plain mapping; `exists` tells an empty block from none, `problem` says why it is not YAML."""

    exists: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problem: str = ""
    problem_line: int = 0

    def text(self, key: str) -> str:
        """The value as one line of text; empty when it is not there."""
        value = self.values.get(key)
        return "" if value is None else str(value).strip()


def read_front_matter(content: str | None) -> FrontMatter:
    """The block between the two `---` lines, None when there is none; never raises."""
    if content is None:
        return FrontMatter()
    try:
        root = yaml.compose(content, Loader=_LOADER)
        values = yaml.load(content, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error)
        return FrontMatter(exists=True, problem=str(why), problem_line=(mark.line if mark else 0) + 2)
    if values is None:
        return FrontMatter(exists=True)
    if not isinstance(values, dict) or not isinstance(root, yaml.MappingNode):
        return FrontMatter(exists=True, problem="it is not a list of `key: value` lines", problem_line=2)
    places = {str(key.value): _place(key, value) for key, value in root.value}
    return FrontMatter(True, {str(key): value for key, value in values.items()}, places)


def _place(key: yaml.Node, value: yaml.Node) -> Place:
    start, end = value.start_mark, value.end_mark
    return Place(key.start_mark.line, start.line, start.column, end.column, end.line)
