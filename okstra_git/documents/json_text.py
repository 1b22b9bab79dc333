"""JSON as text: lists edited with every other byte kept, and objects that mean the same to every reader."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Never

from okstra_git.errors import OkstraError
from okstra_git.names import quote

_SPACE = re.compile(r"[ \t\r\n]*")
_FIRST_INDENT = re.compile(r"\n([ \t]+)\S")
_DECODER = json.JSONDecoder()


class NotPlainJson(OkstraError):
    """Text that is not strict JSON, or whose shape leaves no place for the list."""

    code = "json.not-plain"


class Item(NamedTuple):
    """A member of an object or an element of a list: where it begins and ends, and where its value begins."""

    key: str
    start: int
    value: int
    end: int


@dataclass(frozen=True)
class Container:
    """An object or a list in the text, and how the file writes it: a line for each item or all in one."""

    at: int
    items: tuple[Item, ...]
    is_tall: bool
    base: str
    indent: str
    unit: str
    newline: str
    inside: str

    def rendered(self, value: Any) -> str:
        """A value as an item of this container."""
        text = json.dumps(value, ensure_ascii=False, indent=self.unit if self.is_tall else None)
        return text.replace("\n", self.newline + self.indent)

    def insertion(self, pieces: Sequence[str]) -> tuple[int, str]:
        """Where further items go, and the text that brings them."""
        between = self.newline + self.indent if self.is_tall else " "
        if self.items:
            return self.items[-1].end, "".join(f",{between}{piece}" for piece in pieces)
        closing = self.newline + self.base if self.is_tall and "\n" not in self.inside else ""
        return self.at + 1, (between if self.is_tall else "") + f",{between}".join(pieces) + closing


@dataclass(frozen=True)
class Added:
    """The text with the new elements; `chunk` is what was put in, `made` the keys that had to be made for the list."""

    text: str
    chunk: str
    made: tuple[str, ...]


def read_json(text: str) -> Any:
    """The value of a JSON text; refuses comments, trailing commas and everything else that the standard does not have.

    A byte order mark in front is none of the text's.
    """
    try:
        return json.loads(text.removeprefix("\ufeff"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotPlainJson(f"it is not plain JSON: {error}") from error


def list_at(value: Any, keys: Sequence[str]) -> list[Any] | None:
    """The list below these keys, or None when a key is not there; refuses another shape on the way."""
    for key in keys:
        if not isinstance(value, dict):
            raise NotPlainJson(f"its {key} has no place: what should hold it is not an object")
        if key not in value:
            return None
        value = value[key]
    if not isinstance(value, list):
        raise NotPlainJson(f"its {'.'.join(keys)} is not a list")
    return value


def add_texts(text: str, keys: Sequence[str], values: Sequence[Any]) -> Added:
    """The text with the values at the end of the list below `keys`, in the manner of the file; one insertion."""
    data = read_json(text)
    list_at(data, keys)
    at, depth = _deepest(text, keys)
    container, made = _container(text, at), tuple(keys[depth:])
    wanted: Any = list(values)
    for key in reversed(made[1:]):
        wanted = {key: wanted}
    key = f"{json.dumps(made[0])}: " if made else ""
    new = [key + container.rendered(value) for value in ([wanted] if made else values)]
    place, chunk = container.insertion(new)
    edited = text[:place] + chunk + text[place:]
    _expect(edited, _with_values(data, keys, values))
    return Added(edited, chunk, made)


def take_texts(
    text: str, keys: Sequence[str], values: Sequence[Any], *, chunks: Sequence[str] = (), made: Sequence[str] = ()
) -> str:
    """The text without one of each of these values, and without the containers `made` for them once they are empty.

    Where the `chunks` that were put in are still as they were, the text is byte for byte what it was before.
    """
    plain = text
    for value in values:
        plain = _without_value(plain, keys, value)
    for depth in range(len(keys), len(keys) - len(made), -1):
        plain = _without_empty(plain, keys[:depth])
    return without_chunks(text, chunks, plain)


def without_chunks(text: str, chunks: Sequence[str], plain: str) -> str:
    """The text without what was put in, as it was byte for byte, where that means what `plain` does; else `plain`."""
    restored = text
    for chunk in reversed(chunks):
        if restored.count(chunk) == 1:
            restored = restored.replace(chunk, "")
    return restored if _reads_as(restored, read_json(plain)) else plain


MAX_BYTES = 4 << 20
MAX_DEPTH = 100
"""Objects and lists inside of one another; what readers and writers of JSON manage everywhere."""


class NotPlain(ValueError):
    """Why it is not plain, as the rest of a sentence about it; whoever reads the file refuses it."""


def read_plain_object(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, may_have_bom: bool = True
) -> dict[str, Any]:
    """The object; a byte order mark is skipped where there may be one, NotPlain says what is wrong."""
    if len(data) > max_bytes:
        size = f"{max_bytes >> 20} MiB" if max_bytes >= 1 << 20 else f"{max_bytes >> 10} KiB"
        raise NotPlain(f"is larger than {size}")
    value = _load(data, may_have_bom=may_have_bom)
    if not isinstance(value, dict):
        raise NotPlain("is not an object")
    _refuse_depth(value, max_depth)
    return value


def _deepest(text: str, keys: Sequence[str]) -> tuple[int, int]:
    """Where the innermost container that is there begins, and how many of the keys lead to it."""
    at = _SPACE.match(text, len(text) - len(text.removeprefix("\ufeff"))).end()  # type: ignore[union-attr]
    for depth, key in enumerate(keys):
        matches = [item for item in _items(text, at) if item.key == key]
        if not matches:
            return at, depth
        at = matches[-1].value  # of two equal keys every reader takes the last one
    return at, len(keys)


def _items(text: str, at: int) -> list[Item]:
    """The members of the object, or the elements of the list, whose bracket is at `at`."""
    items: list[Item] = []
    is_object, place = text[at] == "{", _skip(text, at + 1)
    while text[place] not in "]}":
        key, start = "", place
        if is_object:
            key, place = _DECODER.raw_decode(text, place)
            place = _skip(text, _skip(text, place) + 1)
        _, end = _DECODER.raw_decode(text, place)
        items.append(Item(key, start, place, end))
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return items


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _container(text: str, at: int) -> Container:
    items = tuple(_items(text, at))
    inside = text[at + 1 : items[0].start if items else _skip(text, at + 1)]
    is_tall = "\n" in inside or (not items and "\n" in text.strip("\ufeff"))
    base, unit = _indent_of_line(text, at), _unit(text)
    indent = inside.rpartition("\n")[2] if items and is_tall else base + unit
    return Container(at, items, is_tall, base, indent, unit, "\r\n" if "\r\n" in text else "\n", inside)


def _unit(text: str) -> str:
    match = _FIRST_INDENT.search(text)
    return match[1] if match else "  "


def _indent_of_line(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _without_value(text: str, keys: Sequence[str], value: Any) -> str:
    """The text without the last element that equals the value; without one there, unchanged."""
    if value not in (list_at(read_json(text), keys) or []):
        return text
    at, _ = _deepest(text, keys)
    items = _items(text, at)
    return _without_item(text, at, max(n for n, item in enumerate(items) if _value(text, item) == value))


def _without_empty(text: str, keys: Sequence[str]) -> str:
    """The text without the member below these keys when nothing is in it."""
    at, depth = _deepest(text, keys[:-1])
    items = _items(text, at) if depth == len(keys) - 1 and text[at] == "{" else []
    places = [number for number, item in enumerate(items) if item.key == keys[-1]]
    if not places or _value(text, items[places[-1]]) not in ([], {}):
        return text
    return _without_item(text, at, places[-1])


def _value(text: str, item: Item) -> Any:
    return _DECODER.raw_decode(text, item.value)[0]


def _without_item(text: str, at: int, number: int) -> str:
    """The text without one item of the container at `at`, and the comma that parted it from its neighbour."""
    items = _items(text, at)
    if number:
        return text[: items[number - 1].end] + text[items[number].end :]
    if len(items) > 1:
        return text[: items[0].start] + text[items[1].start :]
    return text[: at + 1] + text[_skip(text, items[0].end) :]


def _with_values(data: Any, keys: Sequence[str], values: Sequence[Any]) -> Any:
    copy = json.loads(json.dumps(data))
    place = copy
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    place.setdefault(keys[-1], []).extend(values)
    return copy


def _expect(text: str, wanted: Any) -> None:
    if not _reads_as(text, wanted):
        raise NotPlainJson("it cannot take the list without other changes")


def _reads_as(text: str, wanted: Any) -> bool:
    try:
        return bool(read_json(text) == wanted)
    except NotPlainJson:
        return False


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _load(data: bytes, *, may_have_bom: bool) -> Any:
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff") and not may_have_bom:
            raise NotPlain("begins with a byte order mark")
        return json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_not_a_number, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise NotPlain(f"is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise NotPlain("is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise NotPlain(f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except NotPlain:
        raise
    except ValueError as error:
        raise NotPlain("holds a number of too many digits") from error


def _refuse_depth(document: dict[str, Any], limit: int) -> None:
    """Level by level, so that no depth is too much."""
    level: list[Any] = [document]
    for _ in range(limit):
        below = [child for value in level for child in (value.values() if isinstance(value, dict) else value)]
        level = [child for child in below if isinstance(child, dict | list)]
        if not level:
            return
    raise NotPlain("is nested too deeply")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise NotPlain(f"has the key {quote(key)} twice in one object")
        members[key] = value
    return members


def _not_a_number(text: str) -> Any:
    raise NotPlain(f"holds {text}, which is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotPlain(f"holds {quote(text)}, which is too large for a number")
    return number
