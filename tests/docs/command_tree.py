"""The commands of the program as plain values, read from the same tree that `--help` is printed from."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import typer.main

from okstra_cli.catalogue import COMMANDS


@dataclass(frozen=True)
class Parameter:
    """One argument or option that help shows; `metavar` is "" for a switch."""

    names: tuple[str, ...]
    metavar: str
    help: str
    is_argument: bool
    is_repeatable: bool
    is_required: bool


@dataclass(frozen=True)
class Command:
    """One command that can be run, or a group of them, which has no parameters."""

    name: str
    short_help: str
    help: str
    parameters: tuple[Parameter, ...]
    is_group: bool


@cache
def command_tree() -> tuple[Command, ...]:
    """Every command in the order of the front page, each group before its members."""
    return tuple(each for name in COMMANDS for each in _walk(name, load(name)))


def load(name: str) -> Any:
    """typer's own command of one top-level name."""
    return typer.main.get_command(import_module(f"okstra_cli.commands.{COMMANDS[name].module}").app)


def _walk(name: str, command: Any) -> Iterator[Command]:
    members = getattr(command, "commands", {})
    shown = [_parameter(each) for each in command.params if not getattr(each, "hidden", False)]
    short = COMMANDS[name].help if name in COMMANDS else command.get_short_help_str(200)
    yield Command(name, short, command.help or "", () if members else tuple(shown), bool(members))
    for inner, member in members.items():
        if not member.hidden:
            yield from _walk(f"{name} {inner}", member)


def _parameter(parameter: Any) -> Parameter:
    is_argument = parameter.param_type_name == "argument"
    metavar = (parameter.metavar or ("" if getattr(parameter, "is_flag", False) else "TEXT")).strip("[]")
    return Parameter(
        names=(metavar.rstrip("…"),)
        if is_argument
        else tuple(sorted((*parameter.opts, *parameter.secondary_opts), key=_rank)),
        metavar="" if is_argument else metavar,
        help=parameter.help or "",
        is_argument=is_argument,
        is_repeatable=parameter.nargs == -1 or bool(getattr(parameter, "multiple", False)),
        is_required=bool(parameter.required),
    )


def _rank(name: str) -> bool:
    """Long names first."""
    return not name.startswith("--")
