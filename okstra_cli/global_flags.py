"""Takes the flags that every command understands out of a command line, wherever they stand."""

from __future__ import annotations

import os

from okstra_git.errors import refuse

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

LEADS = (("render-bundle",), ("run", "prepare"), ("run", "resume"))
"""Commands whose answer is what a lead starts from: labels and a prompt, so text off a terminal too."""

CODED = (*LEADS, ("run", "finish"), ("run", "abandon"))
"""Commands whose refusals programs distinguish in text: off a terminal each says its code."""

EVERYWHERE = "Everywhere: -C DIR, --json, --text, -q, --no-color (git okstra --help)"


class GlobalFlags:
    """What the line said to okstra as a whole; `directory` is the joined `-C`, relative to where it was started.

    `codes`: refusals in text say their code, since programs read them.
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
                raise refuse("usage", "-C needs a directory", hint="git okstra -C DIR …")
            flags.directory = os.path.join(flags.directory, words.pop())
        else:
            rest.append(word)
    if flags.json and flags.text:
        raise refuse("usage", "--json and --text exclude each other", hint="name one of them")
    return flags, rest


def settle_form(flags: GlobalFlags, words: Sequence[str], *, stdout_is_terminal: bool) -> GlobalFlags:
    """The flags with the form of the answer added that the command of these words has by itself."""
    if _is_one_of(words, LEADS):
        flags.text = not flags.json
    flags.codes = not stdout_is_terminal and _is_one_of(words, CODED)
    return flags


def unread_flags(argv: Sequence[str], *, stdout_is_terminal: bool) -> GlobalFlags:
    """The form of a refusal while the line itself could not be read: the same that it has afterwards."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    flags = GlobalFlags()
    flags.json = "--json" in words
    flags.text = "--text" in words and not flags.json
    return settle_form(flags, words, stdout_is_terminal=stdout_is_terminal)


def _is_one_of(words: Sequence[str], named: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the line is of one of these commands; neither a flag nor the value of `-C` is a command."""
    bare = [word for word, before in zip(words, ["", *words], strict=False) if before != "-C" and word[:1] != "-"]
    return "--explain" not in words and any(tuple(bare[: len(command)]) == command for command in named)
