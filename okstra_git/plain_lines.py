"""Command lines that need no shell: taken apart into arguments, or refused with what would need one."""

import shlex

_SHELL = frozenset(";&|<>()$`*?[]{}~!#\n\r\0")
"""Characters that mean something to a shell outside of quotes."""

_WITHIN_QUOTES = frozenset("$`\\!")
"""Those that still do within double quotes."""


def split_plain(line: str) -> list[str]:
    """The arguments of a line in which nothing is left for a shell to do; quotation marks count as in sh.

    Raises ValueError with what is in the way: characters by which a shell would chain, redirect or expand, a variable
    set in front, a quotation mark without its fellow. `sh -c '…'` is a line like any other: its text is one argument.
    """
    character = _find_shell(line)
    if character:
        raise ValueError(f"it needs a shell for {character!r}")
    words = shlex.split(line)
    if not words:
        raise ValueError("there is no command in it")
    if "=" in words[0]:
        raise ValueError(f"it needs a shell for {words[0]!r}; env sets variables, too")
    return words


def _find_shell(line: str) -> str:
    """The first character that a shell would act upon, empty where there is none."""
    mark = ""
    for character in line:
        if character in "\n\r\0":
            return character
        if mark == "'":
            mark = "" if character == mark else mark
        elif character in ("'", '"'):
            mark = "" if character == mark else mark or character
        elif character in (_WITHIN_QUOTES if mark else _SHELL) or character == "\\":
            return character
    return ""


ANY = "*"
"""As the last word of an allowed line: any further arguments."""


def is_allowed(words: list[str], allowed: str) -> bool:
    """Whether the allowed line is this one, or ends in ` *` and these arguments begin with the words before it.

    Words are compared one by one, so that nothing in them can end one command and begin another.
    """
    line, star, rest = allowed.rpartition(f" {ANY}")
    begins = bool(star) and not rest.strip()
    wanted = split_plain(line if begins else allowed)
    return words[: len(wanted)] == wanted if begins else words == wanted
