"""Takes secrets and home directories out of text before it becomes part of git, where it could not be taken back."""

import math
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from okstra_git.names import is_ulid


class Redacted(NamedTuple):
    """The text without what was found, and how often each kind was."""

    text: str
    found: dict[str, int]


class Shape(NamedTuple):
    """A kind of secret; groups `before` and `after` of a match stay, the rest goes."""

    kind: str
    pattern: re.Pattern[str]


def _shape(kind: str, pattern: str, flags: int = 0) -> Shape:
    return Shape(kind, re.compile(pattern, flags))


_PRIVATE = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
SHAPES = (
    _shape("private-key", rf"-----BEGIN {_PRIVATE}(?:.*?-----END {_PRIVATE}|[\sA-Za-z0-9+/=:,\\-]*)", re.DOTALL),
    _shape("private-key", rf"(?:^[A-Za-z0-9+/=]{{16,80}}\s*\n){{1,400}}-----END {_PRIVATE}", re.MULTILINE),
    _shape("github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})"),
    _shape("gitlab-token", r"\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|soat|imt|agent|wt)-[A-Za-z0-9_.-]{16,300}"),
    _shape("api-key", r"\bsk-[A-Za-z0-9_-]{20,300}"),
    _shape("stripe-key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,300}"),
    _shape("aws-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    _shape("google-key", r"\b(?:AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,1000}|GOCSPX-[0-9A-Za-z_-]{20,100})"),
    _shape("slack-token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,300}|\bxapp-[A-Za-z0-9-]{10,300}"),
    _shape("slack-hook", r"(?P<before>hooks\.slack\.com/(?:services|workflows)/)[A-Za-z0-9/_-]{20,300}"),
    _shape("package-token", r"\bnpm_[A-Za-z0-9]{30,100}|\bpypi-[A-Za-z0-9_-]{40,400}|\bhf_[A-Za-z0-9]{30,100}"),
    _shape("package-token", r"\bdop_v1_[a-f0-9]{64}|\bSG\.[\w-]{16,64}\.[\w-]{16,64}"),
    _shape("jwt", r"\beyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{0,2000}"),
    _shape(
        "authorization",
        r"(?P<before>\bauthorization\\?[\"']?\s{0,8}[:=]\s{0,8}\\?[\"']?(?:bearer|basic|token)\s{1,8})(?!\[redacted)[^\s\"'\\,;]{4,4000}",
        re.IGNORECASE,
    ),
    _shape("authorization", r"(?P<before>\bBearer\s{1,8})[A-Za-z0-9._~+/=-]{16,4000}"),
    _shape("password", r"(?P<before>://[^\s/:@\"'<>\\]{0,200}:)(?!\[redacted)[^\s/@\"'<>\\]{1,500}(?P<after>@)"),
    _shape("token", r"(?P<before>://)[^\s/:@\"'<>\\]{20,500}(?P<after>@)"),
)
"""Tried in this order. Every repetition has a bound, so no text makes them slow."""

_VALUE = r"\\?\"[^\"\n\\]{1,400}|\\?'[^'\n\\]{1,400}|[^\s\"'\\,;)}\]]{1,400}"
_NAMED = re.compile(
    r"(?P<before>(?P<name>passwords?|passwd|pwd|passphrase|secrets?|api[_-]?keys?|access[_-]?keys?|private[_-]?keys?"
    r"|auth[_-]?tokens?|access[_-]?tokens?|refresh[_-]?tokens?|credentials?|client[_-]?secret|token|key|auth|cookie"
    r"|signature)(?P<rest>[\w.-]{0,24})\\?[\"']?\s{0,8}(?:=>|:=|=|:)\s{0,8})"
    rf"(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_CERTAIN = re.compile(r"(pass|pwd|secret|api|access|private|client|credential|auth[_-]?token|refresh)", re.IGNORECASE)
_HARMLESS = re.compile(
    r"(str|string|bytes|int|bool|none|null|nil|true|false|undefined|optional|any|object|required|missing|empty|"
    r"[a-z_.]+\(.*|\$.*|<.*|\{.*|%.*|\*+|\.+|-+|x+|\[redacted.*|(os|process|self|this|config|settings|env|args)\..*)\Z",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[A-Za-z]{1,30}([-_ ./][A-Za-z]{1,30}){0,12}\Z")
_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_HOME = re.compile(r"(?<![\w.])(?:/home|/Users)/[A-Za-z0-9._-]{1,64}|\b[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s\"']{1,64}")
OBJECT_NAMES = (40, 64)
"""Hexadecimal digits of git objects and of SHA-256 sums."""


def redact(text: str, *, home: str) -> Redacted:
    """The text with every known secret replaced by `[redacted:<kind>]` and home directories by `~`.

    `home` is the user's own. Object names, checksums and ULIDs stay unless a name says that they are a secret.
    """
    found: Counter[str] = Counter()
    for shape in SHAPES:
        text = shape.pattern.sub(_replacing(shape.kind, found), text)
    text = _NAMED.sub(lambda match: _judge_named(match, found), text)
    if len(home.rstrip("/")) > 1:
        text, times = re.subn(re.escape(home.rstrip("/")) + r"(?![\w.-])", "~", text)
        found["home"] += times
    text, times = _HOME.subn("~", text)
    found["home"] += times
    return Redacted(text, {kind: times for kind, times in sorted(found.items()) if times})


def _replacing(kind: str, found: Counter[str]) -> Callable[[re.Match[str]], str]:
    def replacement(match: re.Match[str]) -> str:
        kept = match.groupdict()
        found[kind] += 1
        return f"{kept.get('before') or ''}[redacted:{kind}]{kept.get('after') or ''}"

    return replacement


def _judge_named(match: re.Match[str], found: Counter[str]) -> str:
    """`password = x` goes whatever x is; for `key`, `token` and the like x has to look like a secret as well."""
    written = match["value"]
    quote = written[: len(written) - len(written.lstrip("\\\"'"))]
    value = written[len(quote) :]
    kind = "password" if match["name"].lower().startswith(("pass", "pwd")) else "secret"
    certain = _CERTAIN.match(match["name"]) is not None and not match["rest"].lower().startswith(("_file", "-file"))
    if _HARMLESS.match(value) or not (_is_value(value, kind) if certain else _is_random(value)):
        return match[0]
    found[kind] += 1
    return f"{match['before']}{quote}[redacted:{kind}]"


def _is_value(value: str, kind: str) -> bool:
    """Whether this can be a secret at all: any password; for other names not a mere word."""
    return len(value) >= 3 if kind == "password" else len(value) >= 8 and _WORDS.match(value) is None


def _is_random(value: str) -> bool:
    """Whether the text is too varied for a name: three kinds of characters, or much hexadecimal of an odd length."""
    if is_ulid(value) or _WORDS.match(value):
        return False
    if _HEX.match(value):
        return len(value) >= 32 and len(value) not in OBJECT_NAMES and not value.isdecimal()
    kinds = (str.isupper, str.islower, str.isdigit)
    varied = all(any(is_kind(c) for c in value) for is_kind in kinds)
    return len(value) >= 20 and varied and _entropy(value) >= 3.7


def _entropy(text: str) -> float:
    """Bits for each character, after Shannon."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
