"""What every search for secrets shares: patterns compiled when first used, spans, and what a value looks like."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from okstra_git.names import is_ulid


class Lazy:
    """A regular expression with the methods of `re.Pattern` that are in use here."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._said = (pattern, flags)

    @cached_property
    def made(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(*self._said)

    def match(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self.made.match(text, start) if end is None else self.made.match(text, start, end)

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self.made.search(text, start) if end is None else self.made.search(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.made.fullmatch(text)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        return self.made.finditer(text, start) if end is None else self.made.finditer(text, start, end)

    def findall(self, text: str) -> list[str]:
        return self.made.findall(text)

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        return self.made.sub(new, text)


MARK = Lazy(r"\[redacted:[a-z-]{1,40}\]")
"""What stands where a secret was."""


class Span(NamedTuple):
    """A secret from `start` up to `end`, and its kind in a word or two joined by a hyphen."""

    start: int
    end: int
    kind: str


def merged(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans in order without overlaps; of those that overlap the one that begins first gives its kind.

    What is a mark already, with nothing but punctuation around it, is not a secret any more.
    """
    kept: list[Span] = []
    for span in sorted(spans, key=lambda piece: (piece.start, -piece.end)):
        if kept and span.start < kept[-1].end:
            kept[-1] = kept[-1]._replace(end=max(span.end, kept[-1].end))
        elif span.end > span.start:
            kept.append(span)
    if "[redacted:" not in text:
        return kept
    return [span for span in kept if sum(map(str.isalnum, MARK.sub("", text[span.start : span.end]))) > 2
            and not _is_inside_mark(text, span)]  # fmt: skip


OBJECT_NAMES = (40, 64)
"""Hexadecimal digits of git objects and of SHA-256 sums."""
_PLACEHOLDER = Lazy(
    r"(?:str|string|text|bytes|bytea|int|integer|bool|boolean|number|none|null|nil|true|false|undefined|optional|any|object|array"
    r"|erforderlich|notwendig|obligatoire|requise?|obligatorio|obrigatório|obbligatorio|verplicht|wymagane|필수|必須|必填|vergessen|oublié|olvidada|falsch|wrong"
    r"|incorrect|invalid|expired|correct|ok|set|needed|mandatory|forbidden|disabled|enabled|none given|unchanged|unknown|default|custom|auto|generated"
    r"|required|missing|empty|hidden|masked|redacted|removed|changeme|change[-_]me|change[-_]this|replace[-_]me|placeholder|example"
    r"|varchar(?:\(\d+\))?|secret(?:str|string)|password|passwort|passwd|pwd|secret|token|key|input|value|yes|no|on|off|unset|n/a|tbd"
    r"|optional\[.*|option<.*|list\[.*|dict\[.*|union\[.*"
    r"|(?-i:\$(?:[A-Z_][A-Z0-9_]{0,60}|[a-z_]+(?:[A-Z][a-z]+)*))|\$[({\[].*|\$(?:env|this|_\w+)[:\[-].*|<.*|\{.*|%(?:\w{2,40}%|[sdrvqi](?:[:/@ -]{0,2}%[sdrvqi]){0,6}\Z|[({].*)|\*+|\.+|-+|_+|x+|X+|•+|●+|#+|\?+|…|\[redacted.*|\(.*|(?-i:&[a-z_]+|@[a-z_.]+|![A-Za-z]{2,20}(?:\s.*)?)"
    r"|your[-_ ]?.*|my[-_](?:secret|password|token|key|api)\w*|(?:enter|insert|put|add)[-_ ].*"
    r"|ENC\[.*|vault:.*|op://.*|secret://.*|ssm://.*|arn:.*|file:.*|env[:(.].*|ref\+.*|\w{1,20}::.*"
    r"|(?:await |new |return |not )?[A-Za-z_$][\w$.:>?!\[\]\"'-]{0,120}\(.*"
    r"|(?:os|process|self|this|config|settings|env|args|opts|options|ctx|req|request|response|data|params|props|state|user|var|local|module|secrets|inputs"
    r"|event|form|body|credentials|vars|context|system|import|window|each)[.\[].*"
    r"|[a-z_]\w{0,40}(?:\.[a-z_]\w{0,40}){1,6}"
    r"|[a-z_][\w.]{0,60}\[.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_PATH = Lazy(r"(?:~|\.{1,2}|[A-Za-z]:)?[/\\][\w.~ /\\@%-]{0,300}\Z|[a-z_-]{1,60}(?:/[a-z_.-]{0,40}\d{0,4}[a-z_.-]{0,40}){1,8}\Z|[\w./-]{1,120}"
                   r"\.(?:pem|key|crt|cer|p12|pfx|jks|txt|json|ya?ml|env|conf|cfg|ini|md|py|js|ts|go|rs|sh|toml|pub|asc|gpg|der|xml|html?)\Z")  # fmt: skip
_URL = Lazy(r"[a-z][a-z0-9+.-]{1,20}://\S{0,2000}\Z", re.IGNORECASE)
_WORDS = Lazy(r"[^\W\d_]{1,30}(?:[-_ ./:,][^\W\d_]{1,30}){0,12}[.,:;!?]{0,3}\Z")
_CALM = Lazy(
    r"[A-Z]?[a-z]{1,30}(?:[A-Z][a-z]{1,30}){0,6}\d{0,2}\Z|[A-Z][A-Z_]{1,60}\Z|[a-z]{1,20}(?:[-_.][a-z]{1,20}|[-_.]v?\d{1,3}){0,8}\Z"
)
_TITLED = Lazy(r"(?:[A-Z]?[a-z]{1,30}|[A-Z]{1,30})(?:[-_./:][\w]{0,30}|[A-Z][a-z]{1,30}){0,12}[.,:;!?]{0,3}\Z")
_OPTION = Lazy(r"-.*|[A-Za-z_-]{1,40}=\Z")
_RUN_OF_LETTERS = Lazy(r"[A-Z]?[a-z]{3,}")
_KNOWN = Lazy(
    r"(?:utf-?\d+|https?\d?|oauth\d?|sha-?\d+|base\d+|md5|ed25519|x509|argon2\w*|bcrypt\w*|pbkdf2\w*|aes-?\d*\w*|[reh]s\d{3}|k8s|ipv\d|i18n|python\d?|totp|hotp)"
    r"[.,:;]?\Z",
    re.IGNORECASE,
)
_NUMBER = Lazy(r"[-+]?[\d.,:/ ]{1,40}(?:[a-z%€$]{0,3})\Z", re.IGNORECASE)
_HEX = Lazy(r"(?:0[xX])?[0-9a-fA-F]{16,}\Z")
_UUID = Lazy(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_SUM = Lazy(r"(?:sha\d{1,3}|md5|blake\w{1,4})[-:=]", re.IGNORECASE)


def is_placeholder(value: str) -> bool:
    """Whether it stands for a value or computes one: a type, a variable, a call, a path to where it is kept."""
    return _PLACEHOLDER.match(value[:2000]) is not None


def is_place(value: str) -> bool:
    """Whether it is a path or an address."""
    return _PATH.match(value[:400]) is not None or _URL.match(value[:2100]) is not None


def is_words(value: str) -> bool:
    """Whether it consists of words of any language, or is a name as programs have them."""
    if is_jumbled(value):
        return False
    if (
        len(value) >= 16
        and value.isalnum()
        and sum(map(len, _RUN_OF_LETTERS.findall(value[:400]))) >= 0.6 * len(value[:400])
    ):
        return True  # HTTP2ServerConnection: mostly words
    return _WORDS.match(value[:400]) is not None or _CALM.match(value[:400]) is not None


def is_jumbled(value: str) -> bool:
    """Whether capital and small letters alone stand in it in no order, as where a lot drew no digit."""
    value = value[:400]
    if len(value) < 16 or not (value.isascii() and value.isalpha()) or value.isupper():
        return False
    in_words = sum(map(len, _RUN_OF_LETTERS.findall(value)))
    changes = sum(_kind(left) != _kind(right) for left, right in itertools.pairwise(value))
    return in_words < 0.5 * len(value) and changes >= 0.3 * len(value)


def is_number(value: str) -> bool:
    """Whether it is a number, a price, a time or a version."""
    return _NUMBER.match(value[:100]) is not None


def is_object_name(value: str) -> bool:
    """Whether it names a git object or another thing by its content or its birth."""
    return (
        (_HEX.match(value) is not None and len(value) in OBJECT_NAMES)
        or is_ulid(value)
        or _UUID.match(value) is not None
        or _SUM.match(value) is not None
    )


def is_likely(value: str) -> bool:
    """Whether a person or a machine would take it for a password: not a word, a number, a place or a name."""
    if len(value) < 6 or is_placeholder(value) or is_place(value) or is_number(value) or _KNOWN.match(value):
        return False
    if _WORDS.match(value[:400]) or _TITLED.match(value[:400]) or _OPTION.match(value) or " " in value.strip():
        return False
    kinds = sum((any(map(str.isdigit, value)), any(map(str.islower, value)), any(map(str.isupper, value)),
                 not value.isalnum()))  # fmt: skip
    return kinds >= 2


def is_random(value: str) -> bool:
    """Whether it is too varied for a name: much hexadecimal, or three kinds of characters in no order."""
    if is_object_name(value) or is_words(value) or is_placeholder(value) or any(map(str.isspace, value)):
        return False
    if _HEX.match(value):
        return len(value) >= 32 and not value.isdecimal()
    kinds = (str.isupper, str.islower, str.isdigit)
    varied = all(any(is_kind(c) for c in value) for is_kind in kinds)
    varied = varied or is_jumbled(value)
    return len(value) >= 16 and varied and not is_place(value) and entropy(value[:400]) >= 3.3


def is_drawn(value: str) -> bool:
    """Whether capital and small letters and digits stand in it in no order, as in what a machine has made."""
    kinds = (str.isupper, str.islower, str.isdigit)
    changes = sum(_kind(left) != _kind(right) for left, right in itertools.pairwise(value[:400]))
    return all(any(map(is_kind, value)) for is_kind in kinds) and changes >= 4 and not is_words(value)


def is_digits(value: str) -> bool:
    """Whether it is as much hexadecimal as keys and tokens have, whatever else may have as much."""
    return _HEX.match(value) is not None and len(value) >= 32 and not value.isdecimal()


def entropy(text: str) -> float:
    """Bits for each character, after Shannon."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _is_inside_mark(text: str, span: Span) -> bool:
    begin = text.rfind("[redacted:", max(0, span.start - 60), span.end)
    mark = MARK.match(text, begin) if begin >= 0 else None
    return mark is not None and mark.end() >= span.end and mark.start() <= span.start


def _kind(letter: str) -> int:
    return 0 if letter.isdigit() else 1 if letter.isupper() else 2
