"""Command lines that are printed for people and agents to paste: names in them are quoted for a shell."""

from collections.abc import Iterable

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")
"""Characters into which no shell reads anything."""

FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Characters that Unicode calls printable and that take their place without showing anything."""

_UNSEEN = FILLERS | frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Selectors of variants as well: in a text they belong to an emoji, in a name nobody would type them."""

NOT_SHOWN = "(a name that cannot be shown: type it)"
A_HYPHEN = "(a name that begins with a hyphen: type it)"
"""What stands in a line in place of such a name. No branch or remote can be called so, and a command refuses it."""


def command(begin: str, *words: object) -> str:
    """`begin`, our own text such as `git okstra stage done`, and behind it each word quoted by itself.

    A pair is an option, written in the code, and its value: `("--branch", branch)`. Behind a `begin` that ends in `--`
    a word may begin with a hyphen.
    """
    behind = begin.endswith(" --")
    made = (option(*each) if isinstance(each, tuple) else _one(each, is_behind=behind) for each in words)
    return " ".join([begin, *made])


def option(name: str, value: object) -> str:
    """An option and its value, in one word where the value would be taken for another option."""
    text = str(value)
    return f"{name}={exact_word(text)}" if text.startswith("-") and is_showable(text) else f"{name} {word(text)}"


def word(value: object) -> str:
    """The text of the value as one word of a shell's line: as it is where it is plain, else in quotes.

    A name that holds what no terminal shows (control characters, marks of direction, invisible ones, bytes that are
    not UTF-8) never stands in a line that is offered, nor does one that a command would take for an option: there
    stands, in quotes, that the name has to be typed.
    """
    return _one(value)


def _one(value: object, *, is_behind: bool = False) -> str:
    text = str(value)
    if not is_showable(text):
        text = NOT_SHOWN
    return exact_word(A_HYPHEN if text.startswith("-") and not is_behind else text)


def exact_word(text: str) -> str:
    """Any text as one word for any POSIX shell: for scripts that are run, not for lines that people read."""
    if text and _PLAIN.issuperset(text) and not text.startswith("="):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"


def exact_line(words: Iterable[str]) -> str:
    """An argument vector as one line that any POSIX shell takes for it."""
    return " ".join(map(exact_word, words))


def is_showable(text: str) -> bool:
    """Whether a line on a terminal shows every character of it."""
    return text.isprintable() and (text.isascii() or _UNSEEN.isdisjoint(text))
