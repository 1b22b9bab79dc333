"""JSON that means the same to every reader: one object, no key twice, no NaN, bounded in size and depth."""

import json
import math
from typing import Any

from okstra_git.names import quote

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


def _load(data: bytes, *, may_have_bom: bool) -> Any:
    try:
        text = data.decode("utf-8")
        if text.startswith("\ufeff") and not may_have_bom:
            raise NotPlain("begins with a byte order mark")
        return json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_refuse_constant, parse_float=_finite
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


def _refuse_constant(text: str) -> Any:
    raise NotPlain(f"holds {text}, which is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotPlain(f"holds {quote(text)}, which is too large for a number")
    return number
