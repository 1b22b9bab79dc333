"""Reads the words of an unfinished command line, as a shell hands them to its completion."""

from __future__ import annotations

import os
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAMS = ("okstra", "git-okstra")
_BREAKS = frozenset(":=@")
"""Characters at which bash breaks words while completing; `shop:web:login` reaches us as five words."""


class CommandLine:
    """The words before the cursor, from the program's name on and without flags that every command understands.

    `value` is what was typed of the word at the cursor, behind `option_prefix` where that is `--option=`.
    `before_break` is the part of the word that bash leaves as it is. The command would run in `cwd`.
    """

    def __init__(self, words: list[str], current: str, *, before_break: str, cwd: str, git_dir: str) -> None:
        self.wants_directory = words[-1:] == ["-C"]
        self.words, folders = _without_global_flags(words)
        self.cwd = os.path.join(cwd, *folders)
        self.git_dir = git_dir
        self.before_break = before_break
        option, equals, value = current.partition("=")
        is_inline = bool(equals) and option.startswith("--")
        self.option_prefix = f"{option}=" if is_inline else ""
        self.value = value if is_inline else current

    @property
    def option(self) -> str:
        """The option whose value is being typed, if that is what is being typed: `--stage=` or the word before."""
        return self.option_prefix[:-1] or (self.words[-1] if self.words and self.words[-1].startswith("-") else "")

    def value_of(self, option: str) -> str | None:
        """What the line gives for an option so far; None where it does not name it."""
        for word, after in zip(self.words, [*self.words[1:], ""], strict=True):
            if word == option:
                return after
            if word.startswith(f"{option}="):
                return word[len(option) + 1 :]
        return None


def read_line(words: Sequence[str], index: int, *, cwd: str, environ: Mapping[str, str]) -> CommandLine | None:
    """The line up to the word at `index`; None where okstra is not named before it."""
    whole, before_break = _join_broken(words[: index + 1])
    program = next((place for place, word in enumerate(whole[:-1]) if os.path.basename(word) in PROGRAMS), None)
    if program is None:
        return None
    folders = [after for word, after in pairwise(whole[: program + 1]) if word == "-C"]
    begin = program + 2 if whole[program + 1] == "help" and program + 2 < len(whole) else program + 1
    return CommandLine(
        whole[begin:-1],
        whole[-1],
        before_break=before_break,
        cwd=os.path.join(cwd, *folders),
        git_dir=environ.get("GIT_DIR", ""),
    )


def _join_broken(words: Sequence[str]) -> tuple[list[str], str]:
    """The words made whole again and without quotes, and what bash does not replace of the last one."""
    whole: list[str] = []
    before, joins = "", False
    for word in words:
        is_break = bool(word) and _BREAKS.issuperset(word)
        if whole and (is_break or joins):
            before = whole[-1] + word if is_break else whole[-1]
            whole[-1] += word
        else:
            before = ""
            whole.append(word)
        joins = is_break
    return [_unquoted(word) for word in whole], _unquoted(before)


def _unquoted(word: str) -> str:
    plain = word.translate({ord(letter): None for letter in "'\"\\"})
    return os.path.expanduser(plain) if plain.startswith("~") else plain


def _without_global_flags(words: list[str]) -> tuple[list[str], list[str]]:
    """The line without `-C` and its like, and the folders that `-C` names."""
    remaining: list[str] = []
    folders: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "-C":
            folders += [folder for folder in [next(rest, "")] if folder]
        elif word not in ("--json", "--text", "--quiet", "-q", "--no-color"):
            remaining.append(word)
    return remaining, folders
