"""Objects of JSON that have further keys than their shape, or that are cut to a size which their reader knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from okstra_cli.answers.parts import Cut

Item = TypeVar("Item")
Document = TypeVar("Document")
Shape = TypeVar("Shape", bound=Mapping[str, Any])

MOST = 20
"""Items of one list that are kept at best."""

STEPS = ((400, 3), (160, 3), (100, 1), (60, 0), (24, 0))
"""Bytes of a text that are kept, and to how many items lists are cut before texts are cut further."""

CUT = "…"
LARGEST = 10**15
"""Larger numbers cannot be a count or a size; they become null."""


def with_further(known: Shape, further: Mapping[str, Any]) -> Shape:
    """An object of an open shape: the keys that the shape has, and further ones, in whose order they stay."""
    return cast("Shape", {**further, **known})


class _Truncatable(dict[str, Any]):
    """A list that may be cut; by its type it is known among other objects that have the same keys."""


def truncatable(items: Sequence[Item]) -> Cut[Item]:
    """A list that may be cut, `{"count": …, "shown": […]}`, so that a cut is seen."""
    return cast("Cut[Item]", _Truncatable(count=len(items), shown=list(items)))


def fitted(document: Document, limit: int) -> Document:
    """The document in at most `limit` bytes of JSON in one line: the largest lists are cut first, then texts.

    Keys, numbers and plain lists in it have to be few; lists that may be long are `truncatable`.
    """
    limits = {id(many): MOST for many in _lists(document)}
    made = document
    for size, least in STEPS:
        while True:
            made = _cut(document, limits, size)
            if size_of_json(made) <= limit:
                return made
            widest = _widest(document, limits, size, least)
            if widest is None:
                break
            limits[id(widest)] = max(least, min(limits[id(widest)], widest["count"]) // 2)
    return made


def size_of_json(value: Any) -> int:
    """Bytes of the value as it is written in an answer."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def _lists(value: Any) -> Iterator[_Truncatable]:
    """Every list that may be cut, also those inside the items that may be kept."""
    if isinstance(value, _Truncatable):
        yield value
        yield from (inner for item in value["shown"][:MOST] for inner in _lists(item))
    elif isinstance(value, Mapping):
        yield from (inner for item in value.values() for inner in _lists(item))


def _widest(document: Any, limits: Mapping[int, int], size: int, least: int) -> _Truncatable | None:
    """The list that takes the most room and may still be cut."""
    shrinkable = [many for many in _lists(document) if min(limits[id(many)], many["count"]) > least]
    return max(shrinkable, key=lambda many: size_of_json(_cut(many, limits, size)), default=None)


def _cut(value: Any, limits: Mapping[int, int], size: int) -> Any:
    if isinstance(value, _Truncatable):
        shown = value["shown"][: limits[id(value)]]
        return {"count": value["count"], "shown": [_cut(item, limits, size) for item in shown]}
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
