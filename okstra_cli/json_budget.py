"""Cuts a JSON document to a size, so that its reader knows beforehand what it costs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 20
"""Items of one list that are kept at best."""

STEPS = ((400, 3), (160, 3), (100, 1), (60, 0), (24, 0))
"""Bytes of a text that are kept, and to how many items lists are cut before texts are cut further."""

CUT = "…"
LARGEST = 10**15
"""Larger numbers cannot be a count or a size; they become null."""


@dataclass(frozen=True, eq=False)
class Truncatable:
    """A list that may be cut: it becomes `{"count": …, "shown": […]}`, so that a cut is seen."""

    items: Sequence[Any]


def fitted(document: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """The document in at most `limit` bytes of JSON in one line: the largest lists are cut first, then texts.

    Keys, numbers and plain lists in it have to be few; lists that may be long are `Truncatable`.
    """
    limits = {id(many): MOST for many in _lists(document)}
    made: dict[str, Any] = {}
    for size, least in STEPS:
        while True:
            made = _cut(document, limits, size)
            if size_of_json(made) <= limit:
                return made
            widest = _widest(document, limits, size, least)
            if widest is None:
                break
            limits[id(widest)] = max(least, min(limits[id(widest)], len(widest.items)) // 2)
    return made


def size_of_json(value: Any) -> int:
    """Bytes of the value as it is written in an answer."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def _lists(value: Any) -> Iterator[Truncatable]:
    """Every list that may be cut, also those inside the items that may be kept."""
    if isinstance(value, Truncatable):
        yield value
        yield from (inner for item in value.items[:MOST] for inner in _lists(item))
    elif isinstance(value, Mapping):
        yield from (inner for item in value.values() for inner in _lists(item))


def _widest(document: Any, limits: Mapping[int, int], size: int, least: int) -> Truncatable | None:
    """The list that takes the most room and may still be cut."""
    shrinkable = [many for many in _lists(document) if min(limits[id(many)], len(many.items)) > least]
    return max(shrinkable, key=lambda many: size_of_json(_cut(many, limits, size)), default=None)


def _cut(value: Any, limits: Mapping[int, int], size: int) -> Any:
    if isinstance(value, Truncatable):
        return {
            "count": len(value.items),
            "shown": [_cut(item, limits, size) for item in value.items[: limits[id(value)]]],
        }
    if isinstance(value, Mapping):
        return {key: _cut(item, limits, size) for key, item in value.items()}
    if isinstance(value, str):
        return truncated(value, size)
    return None if isinstance(value, int) and abs(value) >= LARGEST else value


def truncated(text: str, size: int) -> str:
    """The text in at most `size` bytes of JSON, a mark at its end when something was left out."""
    if len(text) <= size and size_of_json(text) <= size + 2:
        return text
    characters, left = [], size - len(CUT.encode())
    for character in text[:size]:
        left -= size_of_json(character) - 2
        if left < 0:
            break
        characters.append(character)
    return "".join(characters) + CUT
