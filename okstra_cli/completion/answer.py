"""Answers the hidden call of the completion scripts, `git-okstra completion --list SHELL INDEX WORD…`.

The first line says what the shell should offer: `words` (the lines that follow), `files` or `directories`. Behind a
word stands a tab and what the word means, for shells that show it. Nothing else is ever printed, the exit status is 0.
"""

from __future__ import annotations

from okstra_cli.completion.command_line import GLOBAL_OPTIONS, read_line, read_table
from okstra_git.commands import is_showable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from okstra_cli.completion.command_line import Candidate, Command, CommandLine, Table

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


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")


def offer_values(kind: str, line: CommandLine, command: Command) -> Iterator[Candidate]:
    """The values of a kind as the table writes it: `<stage>`, `en|ko` or `auto|<stage>`; none of `<text>`.

    No name is offered that begins with a hyphen, that a terminal would not show, or that a shell would not take as
    it stands.
    """
    for part in kind.split("|"):
        if not part.startswith("<"):
            yield part, ""
        else:
            yield from (pair for pair in _named(part.strip("<>"), line, command) if _is_offered(pair[0]))


def _named(kind: str, line: CommandLine, command: Command) -> Iterator[Candidate]:
    if kind in REFS:
        yield from ((name, "") for name in _refs(line, REFS[kind]))
    elif kind == "remote":
        yield from ((name, "") for name in _remotes(line))
    elif kind == "snapshot":
        yield from ((name.rpartition("/")[2], "") for name in _refs(line, ("refs/okstra/snapshot/",)))
    elif kind in ("task", "stage", "stages", "run", "open-run", "group", "pull-request"):
        from okstra_cli.completion.records import Records

        records = Records(line, command)
        offers = {
            "task": records.tasks, "stage": records.stages, "stages": records.stage_lists, "run": records.runs,
            "open-run": records.open_runs, "group": records.groups, "pull-request": records.pull_requests,
        }  # fmt: skip
        yield from offers[kind]()


REFS = {"branch": ("refs/heads/",), "ref": ("refs/heads/", "refs/remotes/", "refs/tags/")}


def _refs(line: CommandLine, folders: tuple[str, ...]) -> list[str]:
    from okstra_git.git.binary import run_git

    options = ["for-each-ref", "--format=%(refname:short)"]
    return _lines(run_git(options, values=folders, **_place(line)).stdout)


def _remotes(line: CommandLine) -> list[str]:
    from okstra_git.git.binary import run_git

    return _lines(run_git(["remote"], **_place(line)).stdout)


def _place(line: CommandLine) -> dict[str, Any]:
    from pathlib import Path

    return {"cwd": Path(line.cwd), "environment": {"GIT_DIR": line.git_dir} if line.git_dir else {}, "timeout": 5}


def _lines(output: bytes) -> list[str]:
    return output.decode(errors="replace").splitlines()


def _is_offered(name: str) -> bool:
    if not name or name.startswith("-") or not is_showable(name):
        return False
    return all(letter in _PLAIN or not letter.isascii() for letter in name)
