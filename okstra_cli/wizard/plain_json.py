"""Reads and writes JSON without the json package, whose regular expressions cost a wizard step half its time.

CPython's own scanner and encoder do the work; where there are none, or they have changed their ways, the json package
does.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Reading:
    """What CPython's scanner asks of its context (json.decoder.JSONDecoder has the same attributes)."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    array_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    def __init__(self) -> None:
        self.memo: dict[str, str] = {}


def read_json(text: str) -> Any:
    """The value of a JSON text; ValueError when it is none, or when anything follows it."""
    try:
        from _json import make_scanner

        context: Any = _Reading()
        scan = make_scanner(context)
    except (ImportError, AttributeError, TypeError):
        import json

        return json.loads(text)
    try:
        value, end = scan(text, len(text) - len(text.lstrip(" \t\r\n")))
    except (StopIteration, RecursionError, SystemError) as error:
        # SystemError: up to Python 3.11 the scanner fails to raise JSONDecodeError while json.decoder is not loaded
        raise ValueError("no JSON value") from error
    if text[end:].strip(" \t\r\n"):
        raise ValueError("something follows the JSON value")
    return value


def write_json(value: Any) -> str:
    """One line of JSON with Unicode as it is; half characters have to be escaped by whoever encodes the line.

    Takes what JSON has: texts, numbers, booleans, None, lists, and dicts keyed by texts.
    """
    try:
        from _json import encode_basestring, make_encoder

        encode = make_encoder(None, _no_place, encode_basestring, None, ": ", ", ", False, False, False)
        return "".join(encode(value, 0))
    except (ImportError, AttributeError):
        import json

        return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _no_place(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in this JSON")
