"""Takes secrets and home directories out of text before it is stored or leaves, where it could not be taken back."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from okstra_git.redaction.contexts import in_addresses, key_blocks, surrounded
from okstra_git.redaction.matching import Span, merged
from okstra_git.redaction.named import named
from okstra_git.redaction.tokens import packed, prefixed

_HOME = r"(?<![\w.])(?:/home|/Users)/[A-Za-z0-9._-]{1,64}|\b[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s\"']{1,64}"


class Redacted(NamedTuple):
    """The text without what was found, and how often each kind was."""

    text: str
    found: dict[str, int]


def redact(text: str, *, home: str) -> Redacted:
    """The text with every known secret replaced by `[redacted:<kind>]` and home directories by `~`.

    `home` is the user's own, empty where home directories are to stay. Object names, checksums and ULIDs stay unless
    a name says that they are a secret. A text that went through stays as it is when it goes through again.
    """
    counts: Counter[str] = Counter()
    text = _without_secrets(text, counts)
    text = _without_homes(text, home.rstrip("/"), counts) if home else text
    return Redacted(text, {kind: times for kind, times in sorted(counts.items()) if times})


def find_secrets(text: str) -> list[Span]:
    """Every secret in a text, in order, none overlapping another."""
    return merged([*_plainly(text), *packed(text, _plainly)], text)


def _plainly(text: str) -> Iterator[Span]:
    yield from key_blocks(text)
    yield from prefixed(text)
    yield from in_addresses(text)
    yield from surrounded(text)
    yield from named(text)


def _without_secrets(text: str, counts: Counter[str]) -> str:
    pieces, at = [], 0
    for span in find_secrets(text):
        pieces += [text[at : span.start], f"[redacted:{span.kind}]"]
        counts[span.kind] += 1
        at = span.end
    return "".join([*pieces, text[at:]]) if pieces else text


def _without_homes(text: str, home: str, counts: Counter[str]) -> str:
    if len(home) > 1 and home in text:
        text, times = re.subn(re.escape(home) + r"(?![\w.-])", "~", text)
        counts["home"] += times
    if "/home/" in text or "Users" in text:
        text, times = re.subn(_HOME, "~", text)
        counts["home"] += times
    return text
