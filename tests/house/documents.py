"""What documents and man page say of the command line, beside the command line itself."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import typer.main

from okstra_cli.command_table import ALIASES, COMMANDS
from okstra_cli.global_flags import SWITCHES

EVERYWHERE = {*SWITCHES, "-C", "-h", "--help"}
HOOK = "hook"
"""What the shims call; not a command for people, so documents may name it and the man page need not."""

_CALL = re.compile(r"(?:^|[`$(\s])git okstra (?:-C \S+ )?([a-z][a-z-]*(?: [a-z][a-z-]*)?)([^`\n]*)")
_OPTION = re.compile(r"(?<![\w-])(--?[a-zA-Z][\w-]*)")


def command_options() -> dict[str, set[str]]:
    """Every command that runs something (`stage done`) with its options, hidden ones included."""
    found: dict[str, set[str]] = {}
    for name, row in COMMANDS.items():
        _collect(name, typer.main.get_command(import_module(f"okstra_cli.commands.{row.module}").app), found)
    return found


def _collect(name: str, command: Any, found: dict[str, set[str]]) -> None:
    for inner, sub in getattr(command, "commands", {}).items():
        _collect(f"{name} {inner}", sub, found)
    if not getattr(command, "commands", None):
        found[name] = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }


def visible_options() -> dict[str, set[str]]:
    """As `command_options`, only those that help shows."""
    found: dict[str, set[str]] = {}
    for name in command_options():
        top, _, inner = name.partition(" ")
        command: Any = typer.main.get_command(import_module(f"okstra_cli.commands.{COMMANDS[top].module}").app)
        for word in inner.split():
            command = command.commands[word]
        shown = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
        found[name] = {option for parameter in shown for option in parameter.opts}
    return found


def false_calls(text: str, known: dict[str, set[str]]) -> Iterator[str]:
    """Calls of `git okstra …` in a document that name a command or an option there is none of."""
    for words, rest in _CALL.findall(text):
        line = f"git okstra {words}{rest}".rstrip()
        name = _command(words, known)
        if name is None:
            if words not in (*COMMANDS, HOOK) and words.split()[0] != HOOK:
                yield f"no such command: {line}"
            continue
        options = re.split(r"\s(?:#|&&|\||-- )", rest)[0]
        yield from (f"no such option {option}: {line}" for option in _OPTION.findall(options)
                    if option not in known[name] | EVERYWHERE)  # fmt: skip


def _command(words: str, known: dict[str, set[str]]) -> str | None:
    parts = [ALIASES.get(word, word) for word in words.split()]
    return next((name for name in (" ".join(parts), parts[0]) if name in known), None)


def plain_man(path: Path) -> str:
    """The man page without its markup."""
    text = re.sub(r"\\f[BIRP]", "", path.read_text())
    text = text.replace("\\-", "-").replace("\\&", "")
    return re.sub(r"^\.(?:TP|SH|SS|PP|BR|BI|B|I|nf|fi|TH)\b ?", "", text, flags=re.MULTILINE)


def prose_lines(text: str) -> Iterator[str]:
    """The lines of a Markdown document that stand in no block of code."""
    fence = ""
    for line in text.splitlines():
        mark = re.match(r" *```+", line)
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif mark:
            fence = mark[0]
        else:
            yield line
