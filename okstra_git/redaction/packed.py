"""Secrets inside Base64: what a run of it says in plain text is looked at as any other text."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator

from okstra_git.redaction.lazy import Lazy
from okstra_git.redaction.span import Span

_RUN = Lazy(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,100000}+={0,2}")
_KUBERNETES = Lazy(r"^kind:[ \t]*[\"']?Secret\b", re.MULTILINE)
_DATA = Lazy(r"^(?:stringData|data):[ \t]*\n((?:[ \t]+[^\n]{0,9000}\n?|[ \t]*\n){1,200})", re.MULTILINE)
_ENTRY = Lazy(r"^[ \t]+[\"']?[\w.-]{1,200}[\"']?:[ \t]*[\"']?(?P<value>[^\s\"'|>][^\n\"']{2,8000})", re.MULTILINE)


def packed(text: str, find: Callable[[str], Iterable[Span]]) -> Iterator[Span]:
    """Every run of Base64 that hides what `find` finds, and the values of a Secret of Kubernetes."""
    if len(text) >= 16:
        for match in _RUN.finditer(text):
            inside = _unpacked(match[0])
            if inside and any(True for _ in find(inside)):
                yield Span(match.start(), match.end(), "packed")
    if "Secret" in text and _KUBERNETES.search(text):
        for block in _DATA.finditer(text):
            for entry in _ENTRY.finditer(text, *block.span(1)):
                yield Span(entry.start("value"), entry.start("value") + len(entry["value"].rstrip()), "secret")


def _unpacked(run: str) -> str:
    """The text that a run stands for; empty where it stands for something else."""
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        unpacked = b64decode(body[: len(body) - (len(body) % 4 == 1)] + "=" * (-len(body) % 4)).decode("ascii")
    except (ValueError, UnicodeDecodeError):
        return ""
    return unpacked if unpacked.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else ""
