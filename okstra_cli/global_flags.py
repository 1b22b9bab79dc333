"""Takes the flags that every command understands out of a command line, wherever they stand."""

from __future__ import annotations

import os

from okstra_git.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SWITCHES = {
    "--json": "json",
    "--text": "text",
    "--quiet": "quiet",
    "-q": "quiet",
    "--no-color": "no_color",
    "--no-colour": "no_color",
    "--version": "version",
}
OWN_TEXT = (["brief", "add"], ["brief", "ask"])
"""Commands with a `--text WORDS` of their own: the flag is theirs when words follow that begin with no hyphen."""

EVERYWHERE = "Everywhere: -C DIR, --json, --text, -q, --no-color (git okstra --help)"


class GlobalFlags:
    """What the line said to okstra as a whole; `directory` is the joined `-C`, relative to where it was started.

    `codes` is set by a command whose text programs read: its refusals say their code.
    """

    def __init__(self) -> None:
        self.directory = ""
        self.json = False
        self.text = False
        self.quiet = False
        self.no_color = False
        self.version = False
        self.codes = False


def split_line(argv: Sequence[str]) -> tuple[GlobalFlags, list[str]]:
    """The global flags, and the line without them; everything from `--` on is left alone.

    A value that looks like one of these flags has to be attached to its option, as in `--title=--json`.
    """
    flags, rest, words = GlobalFlags(), list[str](), [*reversed(argv)]
    while words:
        word = words.pop()
        if word == "--":
            rest += [word, *reversed(words)]
            break
        if word == "--text" and rest[:2] in OWN_TEXT and words and not words[-1].startswith("-"):
            rest += [word, words.pop()]
        elif word in SWITCHES:
            setattr(flags, SWITCHES[word], True)
        elif word == "-C":
            if not words:
                raise UsageError("-C needs a directory", hint="git okstra -C DIR …")
            flags.directory = os.path.join(flags.directory, words.pop())
        else:
            rest.append(word)
    if flags.json and flags.text:
        raise UsageError("--json and --text exclude each other", hint="name one of them")
    return flags, rest


def wants_json(argv: Sequence[str], *, stdout_is_terminal: bool) -> bool:
    """The form of a refusal while the line itself could not be read."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    return "--json" in words or ("--text" not in words and not stdout_is_terminal)
