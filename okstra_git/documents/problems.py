"""What is wrong with a document: a stable code, the line, a sentence, and what to do about it."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Flaw(NamedTuple):
    """One thing that is wrong; lines count from 1, `stage` where it belongs to one."""

    code: str
    line: int
    message: str
    hint: str = ""
    stage: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As the command line shows it."""
        return self._asdict()


def in_order(problems: Iterable[Flaw]) -> list[Flaw]:
    """Top to bottom, each once."""
    return sorted(dict.fromkeys(problems), key=lambda flaw: (flaw.line, flaw.code, flaw.message))
