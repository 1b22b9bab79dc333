"""Reads an unfinished command line, and the table of commands and options that it is completed from.

The table is generated from the command tree (`make docs`). A line in it that begins with a letter is a command, or with
` …` behind it a group of them. The lines below it, indented, are its arguments and then its options, each with the kind
of its value: `--stage=auto|<stage>`. A value of kind `<text>` is anything. Behind a tab stands what it means.
"""

from __future__ import annotations

import os
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Candidate = tuple[str, str]
    """A word and what it means."""

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


FILE = os.path.join(os.path.dirname(__file__), "commands.txt")
GROUP, MORE = " …", "…"
GLOBAL_OPTIONS = [
    ("--help", "Explain the command"),
    ("--json", "Answer with one JSON object"),
    ("--text", "Answer with text"),
    ("--quiet", "No notes on stderr"),
    ("--no-color", "No colours"),
]


class Command:
    """One command: the kinds of its arguments, and by name the kinds of its options, "" for a switch."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.arguments: list[str] = []
        self.options: dict[str, str] = {}
        self.offered: dict[str, str] = {}
        """One name of each option, and what it means."""

    def add(self, row: str) -> None:
        """Take in one indented line of the table."""
        words, _, meaning = row.strip().partition("\t")
        if not words.startswith("-"):
            self.arguments.append(words)
            return
        names, _, kind = words.partition("=")
        self.options |= dict.fromkeys(names.split(), kind)
        self.offered[names.split()[0]] = meaning

    def value_wanted(self, line: CommandLine) -> str | None:
        """The kind of the option's value that is being typed; None where it is not an option's value."""
        return self.options.get(line.option, "").removesuffix(MORE) or None

    def argument_wanted(self, line: CommandLine) -> str:
        """The kind of the argument that is being typed; "" where the command takes no further one."""
        count = self._arguments_in(line)
        if count < len(self.arguments):
            return self.arguments[count].removesuffix(MORE)
        last = self.arguments[-1] if self.arguments else ""
        return last.removesuffix(MORE) if last.endswith(MORE) else ""

    def _arguments_in(self, line: CommandLine) -> int:
        words = line.words[len(self.name.split()) :]
        pairs = zip(["", *words], words, strict=False)
        return sum(not word.startswith("-") and not self.options.get(before) for before, word in pairs)

    def options_left(self, line: CommandLine) -> Iterator[Candidate]:
        """Options that the line may still be given."""
        used = {word.partition("=")[0] for word in line.words}
        for name, meaning in self.offered.items():
            if name not in used or self.options[name].endswith(MORE):
                yield name, meaning
        yield from GLOBAL_OPTIONS


class Table:
    """All commands by name, and what each command and group is for."""

    def __init__(self, text: str) -> None:
        self._commands: dict[str, Command] = {}
        self._meanings: dict[str, str] = {}
        command = Command("")
        for row in text.splitlines():
            if row.startswith(" "):
                command.add(row)
                continue
            name, _, meaning = row.partition("\t")
            self._meanings[name.removesuffix(GROUP)] = meaning
            if not name.endswith(GROUP):
                command = self._commands[name] = Command(name)

    def find(self, words: Sequence[str]) -> Command | None:
        """The command that the line begins with."""
        return self._commands.get(" ".join(words[:2])) or self._commands.get(" ".join(words[:1]))

    def names_below(self, words: Sequence[str]) -> Iterator[Candidate]:
        """The words that lead on from a group; from no words, the top-level commands."""
        for name, meaning in self._meanings.items():
            parts = name.split()
            if len(parts) == len(words) + 1 and parts[:-1] == list(words):
                yield parts[-1], meaning


def read_table() -> Table:
    """The table as it was installed."""
    with open(FILE, encoding="utf-8") as file:
        return Table(file.read())
