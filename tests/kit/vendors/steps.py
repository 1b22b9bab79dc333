"""What a model service answers to one request, as a test writes it down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from okstra_git.agents.tokens import Tokens


@dataclass(frozen=True)
class Say:
    """Words that end the turn."""

    text: str = "ok"
    tokens: Tokens | None = None


@dataclass(frozen=True)
class Call:
    """A call of a tool, perhaps with words before it; the program carries it out and asks again.

    `input` is an object, or a text for the tools of Codex that take one.
    """

    tool: str
    input: Mapping[str, Any] | str
    text: str = ""
    tokens: Tokens | None = None


@dataclass(frozen=True)
class Refuse:
    """An HTTP error in the manner of the vendor."""

    status: int
    retry_after: int | None = None


@dataclass(frozen=True)
class Hang:
    """Not one byte; the connection is closed after so many seconds."""

    seconds: float = 60


@dataclass(frozen=True)
class Cut:
    """A stream that breaks off after these words; with `seconds`, it says nothing for so long before."""

    text: str = "partial words"
    seconds: float = 0


Step = Say | Call | Refuse | Hang | Cut
Planned = Step | Callable[[str], Step]
"""A step, or what makes one from the text of the request: for answers that need an id which nobody knows before."""


def tokens_of(number: int, step: Step) -> Tokens:
    """What the answer to request `number` counts: for each another multiple, so that a sum says which were counted.

    >>> tokens_of(2, Say())
    Tokens(fresh=2001, cached=200, written=20, output=17, thought=4)
    """
    given = step.tokens if isinstance(step, Say | Call) else None
    return given or Tokens(1000 * number + 1, 100 * number, 10 * number, 7 * number + 3, 2 * number)
