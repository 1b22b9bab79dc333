"""Text by others made fit for a pull request: it shows what it says and does nothing."""

import re
from unicodedata import category, combining, east_asian_width

_JOINERS = "\u200c\u200d"
_BREAK = "&#8203;"
"""A space of no width: whatever a forge looks for, it is not in one piece any more."""

_ACTIVE = re.compile(
    r"(?P<broken>@(?=\S)|[#!](?=\d)|\bGH(?=-\d)|:(?=//)|\bwww(?=\.))"
    r"|(?P<and>&)"
    r"|(?P<marked>[\\`*\[\]<>|~$#]|_(?![^\W_]))",
    re.IGNORECASE,
)
_OPENING = re.compile(r"([0-9]{1,9})[.)]|[-+=/]")
"""What begins a list, a rule or, on GitLab, a command."""

_LIVE_TICKET = re.compile(
    r"#?[A-Za-z0-9][A-Za-z0-9_.-]{0,99}|[\w.-]{1,99}/[\w.-]{1,99}[#!][0-9]{1,12}"
    r"|https?://[\w./?&=#%~:+,-]{1,300}",
    re.ASCII,
)
_LONG_ENOUGH = 12
"""How many columns a cut may lose for the sake of a whole word."""


def one_line(text: str) -> str:
    """The text on one line, without control characters, half characters and marks that turn the direction of text."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace() or c in _JOINERS).split())


def visible_line(text: str, limit: int) -> str:
    """At most `limit` characters on one line, in which control characters are shown, not obeyed."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return clipped(plain, limit)


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def prose(text: str, limit: int = 500) -> str:
    """The text as Markdown that renders as just this text: no markup, HTML, links, formulas or commands.

    Mentions, references to issues and addresses are broken by a space of no width, so that nobody is notified, no issue
    is closed, and nothing is linked.
    """
    plain = clipped(one_line(text), limit)
    safe = _ACTIVE.sub(_disarmed, plain)
    opening = _OPENING.match(safe)
    return f"{opening[1] or ''}\\{safe[opening.end(1) if opening[1] else 0 :]}" if opening else safe


def ticket(text: str) -> str:
    """A ticket as forges link it, `#12`, `SHOP-12` or an address; anything else is prose."""
    plain = one_line(text)
    return plain if _LIVE_TICKET.fullmatch(plain) else prose(plain, 100)


def columns(text: str) -> int:
    """How wide a terminal shows the text: wide characters count twice, marks on others not at all."""
    return sum(_width(character) for character in text)


def cut_to_columns(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis, after a whole word where one ends near."""
    if columns(text) <= limit:
        return text
    width = end = 0
    while end < len(text) and width + _width(text[end]) <= limit - 1:
        width += _width(text[end])
        end += 1
    head, word = text[:end], text[:end].rpartition(" ")[0]
    if not text[end : end + 1].isspace() and word and columns(head) - columns(word) <= _LONG_ENOUGH:
        head = word
    return f"{head.rstrip(f' {_JOINERS}')}…"


def _disarmed(match: re.Match[str]) -> str:
    if match["and"]:
        return "&amp;"
    return f"\\{match[0]}" if match["marked"] else f"{match[0]}{_BREAK}"


def _width(character: str) -> int:
    if combining(character) or category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
