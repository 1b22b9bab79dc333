"""Reads the table of commands and options that is generated from the command tree (`make docs`).

A line that begins with a letter is a command, or with ` …` behind it a group of them. The lines below it, indented, are
its arguments and then its options, each with the kind of its value: `--stage=auto|<stage>`. A value of kind `<text>` is
anything. Behind a tab stands what it means.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okstra_cli.completion.line import CommandLine

    Candidate = tuple[str, str]
    """A word and what it means."""

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
