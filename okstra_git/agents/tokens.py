"""Counted tokens in one meaning for all programs, and what a session used by model, day and trust.

Vendors count differently: one includes what came from the cache in its input and the other does not; one leaves
thoughts out of its output. Here `fresh`, `cached` and `written` are three parts of what went in; `output` is all that
came out, thoughts included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Confidence = Literal["exact", "lower_bound", "approximate"]
"""`lower_bound`: at least that much was used; `approximate`: it may be more or less."""

WORST_FIRST: tuple[Confidence, ...] = ("approximate", "lower_bound", "exact")


class Tokens(NamedTuple):
    """Tokens in (`fresh`, `cached` = read from the cache, `written` = put into it) and out (`thought` is a part of it).

    >>> Tokens(fresh=3, output=2) + Tokens(fresh=1, cached=10)
    Tokens(fresh=4, cached=10, written=0, output=2, thought=0)
    """

    fresh: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    thought: int = 0

    def __add__(self, other: object) -> "Tokens":
        if not isinstance(other, Tokens):
            return NotImplemented
        return Tokens(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __sub__(self, other: "Tokens") -> "Tokens":
        return Tokens(*(max(0, mine - theirs) for mine, theirs in zip(self, other, strict=True)))

    @property
    def total(self) -> int:
        """Everything that went in and came out."""
        return self.fresh + self.cached + self.written + self.output


NO_TOKENS = Tokens()


class Request(NamedTuple):
    """One answered request: the model without its window's suffix, its tokens, and the day, as `2026-11-30`."""

    model: str
    tokens: Tokens
    day: str = ""


@dataclass(frozen=True)
class SessionUsage:
    """What one session of a program used; `parser` says by which reading of which format.

    `session` and `model` of a request are empty where they are not said. `remarks` say why it is not exact.
    """

    program: str
    session: str
    parser: str
    requests: tuple[Request, ...] = ()
    confidence: Confidence = "exact"
    remarks: tuple[str, ...] = ()

    @property
    def tokens(self) -> Tokens:
        """The sum of all requests."""
        return sum_tokens(request.tokens for request in self.requests)

    def by_model(self) -> Mapping[str, Tokens]:
        """Sums by model, those that used most first."""
        return _grouped(self.requests, "model")

    def by_day(self) -> Mapping[str, Tokens]:
        """Sums by day (UTC)."""
        return dict(sorted(_grouped(self.requests, "day").items()))


@dataclass
class Doubts:
    """Collects while a file is read why its numbers are not exact."""

    confidence: Confidence = "exact"
    remarks: list[str] = field(default_factory=list)

    def add(self, confidence: Confidence, remark: str) -> None:
        """The worse confidence wins; the same remark counts once."""
        self.confidence = worst((self.confidence, confidence))
        if remark not in self.remarks:
            self.remarks.append(remark)


def sum_tokens(parts: Iterable[Tokens]) -> Tokens:
    """The sum, by part."""
    return sum(parts, NO_TOKENS)


def worst(parts: Iterable[Confidence]) -> Confidence:
    """How sure a sum is whose parts are that sure."""
    given = set(parts)
    return next((each for each in WORST_FIRST if each in given), "exact")


def count_of(values: Mapping[str, Any], key: str) -> int:
    """A counter of a usage object; what is missing, no whole number, or below nothing counts as nothing."""
    value = values.get(key)
    return value if type(value) is int and 0 <= value < 1 << 53 else 0


def plain_model(name: object) -> str:
    """The model without what is said about its window: `claude-opus-4-8[1m]` is `claude-opus-4-8`."""
    text = name if isinstance(name, str) else ""
    return text.partition("[")[0].strip()[:200]


def day_of(timestamp: object) -> str:
    """The day of an RFC 3339 time in UTC, `2026-11-30`; empty for anything else."""
    text = timestamp if isinstance(timestamp, str) else ""
    day = text[:10]
    looks_right = len(day) == 10 and day[4] == day[7] == "-" and day.replace("-", "").isascii()
    return day if looks_right and day.replace("-", "").isdigit() else ""


def _grouped(requests: Iterable[Request], by: str) -> dict[str, Tokens]:
    sums: dict[str, Tokens] = {}
    for request in requests:
        name = getattr(request, by)
        sums[name] = sums.get(name, NO_TOKENS) + request.tokens
    return dict(sorted(sums.items(), key=lambda entry: -entry[1].total))
