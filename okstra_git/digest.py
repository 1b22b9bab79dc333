"""Canonical JSON and the fingerprints that stand for content."""

import json
from collections.abc import Iterable
from typing import Any

from xxhash import xxh3_128_hexdigest, xxh3_128_intdigest

SUM_MASK = (1 << 128) - 1


def canonical_json(value: Any) -> bytes:
    """One line of JSON with sorted keys and no spaces: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def fingerprint(data: bytes) -> str:
    """XXH3-128 of the bytes, 32 hexadecimal characters. Not a defence against forgery: a name for content."""
    return xxh3_128_hexdigest(data)


def fingerprint_of(value: Any) -> str:
    """The same of a value, by its canonical JSON."""
    return fingerprint(canonical_json(value))


def weigh(data: bytes) -> int:
    """XXH3-128 as a number, one summand of an additive multiset fingerprint."""
    return xxh3_128_intdigest(data)


def multiset_sum(counts: Iterable[tuple[bytes, int]]) -> int:
    """The fingerprint of a signed multiset (item, how often), modulo 2**128.

    Additive: the sum over a range of steps is the sum of the steps, so every range of a history with a given
    difference is found by one pass with prefix sums. Locates candidates; never proves anything by itself.
    """
    return sum(weigh(item) * count for item, count in counts) & SUM_MASK


def add_sums(left: int, right: int) -> int:
    """left + right in the group of the fingerprints."""
    return (left + right) & SUM_MASK


def subtract_sums(left: int, right: int) -> int:
    """left - right in the group of the fingerprints."""
    return (left - right) & SUM_MASK


def show_sum(value: int) -> str:
    """32 hexadecimal characters, as stored in events."""
    return f"{value:032x}"
