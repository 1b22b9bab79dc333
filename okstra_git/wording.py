"""Parts of messages: counted nouns, other programs' words made fit, and wide letters that no search finds."""

from __future__ import annotations

import re

SHIFT = 0xFF01 - 0x21
_WIDE = {code: code + SHIFT for code in range(0x21, 0x7F)} | {0x20: 0x3000}
_NARROW = {wide: plain for plain, wide in _WIDE.items()}


def widen(text: str) -> str:
    """The text in wide letters, lines kept; what is not ASCII becomes an escape such as `\\ud55c`, in wide letters."""
    plain = (line.encode("unicode_escape").decode("ascii") for line in text.split("\n"))
    return "\n".join(plain).translate(_WIDE)


def narrow(text: str) -> str:
    """The text that was widened; text that never was comes back as it is."""
    if not all(ord(character) in _NARROW for character in text if character != "\n"):
        return text
    plain = (line.encode("ascii").decode("unicode_escape") for line in text.translate(_NARROW).split("\n"))
    return "\n".join(plain)


def counted(number: int, noun: str, plural: str = "") -> str:
    """The number and its noun, in the plural where there is more or less than one: `0 rules`, `1 rule`, `2 entries`.

    `plural` is for nouns that take no plain s.
    """
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def shortened(text: str, longest: int) -> str:
    """The text, cut to that many characters at the end of a word if it has one near, with `…` for what is left out."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return f"{cut.rpartition(' ')[0] if ' ' in cut[longest // 2 :] else cut}…"


MOST_LINES = 20
MOST_CHARACTERS = 300
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
_WEB_USER = re.compile(r"(?i)\b(https?|ftps?)://[^/\s'\"]*@")
_OTHER_PASSWORD = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^/\s:@'\"]*):[^/\s'\"]*@")


def plain_lines(text: str | bytes) -> list[str]:
    """The lines of what another program said: the first 20 that are not blank, at most 300 characters each.

    Escape sequences and other control characters are gone, of a line that was drawn over only its last state is left.
    """
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    found = (_plain(line.rstrip("\r").rpartition("\r")[2]) for line in said.split("\n"))
    return [without_credentials(line)[:MOST_CHARACTERS] for line in found if line.strip()][:MOST_LINES]


def without_credentials(text: str) -> str:
    """The text with no password in any URL; of a web address the user goes too, for a token may stand there alone."""
    return _OTHER_PASSWORD.sub(r"\1@", _WEB_USER.sub(r"\1://", text))


def _plain(line: str) -> str:
    bare = _ESCAPE.sub("", line).replace("\t", " ")
    return "".join(character for character in bare if character.isprintable()).rstrip()
