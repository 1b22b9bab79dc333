"""Answers the hidden call of the completion scripts, `git-okstra completion --list SHELL INDEX WORD…`.

The first line says what the shell should offer: `words` (the lines that follow), `files` or `directories`. Behind a
word stands a tab and what the word means, for shells that show it. Nothing else is ever printed, the exit status is 0.
"""

from __future__ import annotations

from okstra_cli.completion.line import read_line
from okstra_cli.completion.table import GLOBAL_OPTIONS, read_table
from okstra_cli.completion.values import offer_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okstra_cli.completion.line import CommandLine
    from okstra_cli.completion.table import Candidate, Table

WORDS, FILES, DIRECTORIES = "words", "files", "directories"
_LONGEST_MEANING = 80


def completion_page(arguments: Sequence[str], *, cwd: str, environ: Mapping[str, str]) -> str:
    """What fits the word at INDEX; empty when anything goes wrong, since an error would spoil the user's line."""
    try:
        shell, index, *words = arguments
        line = read_line(words, int(index), cwd=cwd, environ=environ)
        return _page(line, shell) if line is not None else ""
    except Exception:
        return ""


def _page(line: CommandLine, shell: str) -> str:
    candidates = _candidates(line, read_table())
    if isinstance(candidates, str):
        return f"{candidates}\n"
    fitting = {word: meaning for word, meaning in candidates if word.startswith(line.value)}
    cut = len(line.before_break) if shell == "bash" else 0
    rows = ((f"{line.option_prefix}{word}"[cut:], _on_one_line(meaning)) for word, meaning in fitting.items())
    return f"{WORDS}\n" + "".join(f"{word}\t{meaning}\n" for word, meaning in rows)


def _candidates(line: CommandLine, table: Table) -> Iterable[Candidate] | str:
    """Every candidate of this place in the line, whether it fits or not; or the word for files or directories."""
    if line.wants_directory:
        return DIRECTORIES
    command = table.find(line.words)
    if command is None:
        return GLOBAL_OPTIONS if line.value.startswith("-") else table.names_below(line.words)
    kind = command.value_wanted(line)
    if kind is None and line.value.startswith("-"):
        return command.options_left(line)
    if kind is None:
        kind = command.argument_wanted(line)
        if not kind:
            return command.options_left(line)
    if kind == "<command>":
        return table.names_below([word for word in line.words[1:] if not word.startswith("-")])
    if kind in ("<file>", "<directory>"):
        return FILES if kind == "<file>" else DIRECTORIES
    return offer_values(kind, line, command)


def _on_one_line(meaning: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in meaning[:_LONGEST_MEANING])
