"""Lines of JSON as agent programs write them: read one by one, cut ends and broken lines counted."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST = 64 << 20
"""Bytes of a line that is still parsed; longer ones are counted as broken."""


@dataclass
class LineReader:
    """Reads objects from lines; `broken` counts the lines that are none.

    `wanted` are pieces of bytes of which a line must hold one to be worth parsing: most lines of a transcript are
    conversation, and parsing them would be most of the work.
    """

    wanted: tuple[bytes, ...] = ()
    broken: int = 0

    def objects(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """The objects of the lines that may matter."""
        for line in lines:
            if self.wanted and not any(piece in line for piece in self.wanted):
                continue
            value = self._parse(line)
            if value is not None:
                yield value

    def _parse(self, line: bytes) -> dict[str, Any] | None:
        if not line.strip():
            return None
        value = parse_object(line)
        if value is None:
            self.broken += 1
        return value


def parse_object(line: bytes) -> dict[str, Any] | None:
    """The object of a line; None for anything else, and for a line beyond `LONGEST`."""
    try:
        value = json.loads(line) if len(line) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def part(values: object, *keys: str) -> dict[str, Any]:
    """The object at the end of the keys; an empty one where something on the way is no object."""
    for key in keys:
        values = values.get(key) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}
