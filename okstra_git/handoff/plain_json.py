"""JSON that means the same to every reader: one object, no key twice, no NaN, bounded."""

import json
from typing import Any

from okstra_git.names import shown

MAX_BYTES = 4 << 20


class NotPlain(ValueError):
    """Why it is none, as the rest of a sentence about it; whoever reads the file refuses it."""


def read_plain_object(data: bytes) -> dict[str, Any]:
    """The object; a byte order mark is skipped, NotPlain tells what is wrong."""
    if len(data) > MAX_BYTES:
        raise NotPlain(f"is larger than {MAX_BYTES >> 20} MiB")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
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
    if not isinstance(found, dict):
        raise NotPlain("is not an object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise NotPlain(f"has the key {shown(key)} twice in one object")
        found[key] = value
    return found


def _refuse_constant(text: str) -> Any:
    raise NotPlain(f"holds {text}, which is no number")
