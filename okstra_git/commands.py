"""Command lines that are printed for people and agents to paste: names in them are quoted for a shell."""

import re
from shlex import quote

_PLAIN = re.compile(r"[A-Za-z0-9_.,:/@%+-]")


def command(begin: str, *words: object) -> str:
    """`begin`, our own text such as `git okstra stage done`, and behind it each word quoted by itself."""
    return " ".join([begin, *map(word, words)])


def word(value: object) -> str:
    """The text of the value as one word of a shell's line: as it is where it is plain, else in quotes.

    What a terminal would interpret is written as `$'\\033'`, which bash and zsh turn back; no shell can be made to run
    any of it, also one that does not know this form, for there is no quote inside.
    """
    text = str(value)
    if text.isprintable():
        return f"'{text}'" if text.startswith("=") and "'" not in text else quote(text)
    return "$'" + "".join(_escaped(character) for character in text) + "'"


def _escaped(character: str) -> str:
    if _PLAIN.match(character):
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
