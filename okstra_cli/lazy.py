"""Command groups for typer: the top one loads a command's module only when that command is named."""

from collections.abc import Iterator, MutableMapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup

from okstra_cli.command_table import ALIASES, COMMANDS
from okstra_cli.global_flags import EVERYWHERE
from okstra_cli.typer_fast import name_values, spare_coercion
from okstra_git.errors import OkstraError, refuse
from okstra_git.names import quote

HELP_FLAGS = {"help_option_names": ["-h", "--help"]}


class CommandGroup(TyperGroup):
    """A group that says which commands it has when none or an unknown one was named."""

    aliases: MutableMapping[str, str] = {}  # noqa: RUF012 - the top group sets its own

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        spare_coercion(self, ctx)
        if not args:
            raise refuse("usage", f"{ctx.command_path} needs a command: {', '.join(self.commands)}", hint=_help_of(ctx))
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = self.aliases.get(args[0], args[0])
        if name not in self.commands:
            raise self._unknown(ctx, name)
        command = self.commands[name]
        command.epilog = command.epilog or EVERYWHERE
        ctx.obj.command_path = f"{ctx.command_path} {name}"
        spare_coercion(command, ctx)
        name_values(command)
        return name, command, args[1:]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """typer cuts a command's sentence to the line; here it is wrapped."""
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(200)) for name, command in commands if not command.hidden]
            )

    def _unknown(self, ctx: Any, name: str) -> OkstraError:
        near = get_close_matches(name, [*self.commands, *self.aliases])
        hint = f"did you mean {' or '.join(near)}?\n{_help_of(ctx)}" if near else _help_of(ctx)
        return refuse("usage", f"{ctx.command_path} has no command {quote(name)}", hint=hint, near=near)


class Root(CommandGroup):
    """The whole command tree, as yet unloaded."""

    aliases = ALIASES

    def __init__(self) -> None:
        super().__init__(name="okstra", rich_markup_mode=None, context_settings=HELP_FLAGS)
        self.commands = _Unloaded()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        return list(COMMANDS)


class _Unloaded(MutableMapping[str, Any]):
    """Commands by name; reading one imports its module."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(COMMANDS[name].module)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __contains__(self, name: object) -> bool:  # the default would import the module to find out
        return name in COMMANDS


@cache
def _load(module: str) -> Any:
    """The command of this module, made once: a process may answer many lines."""
    return typer.main.get_command(import_module(f"okstra_cli.commands.{module}").app)


def command_group(meaning: str) -> typer.Typer:
    """The `app` of a module whose command has sub-commands."""
    app = typer.Typer(cls=CommandGroup, help=meaning, rich_markup_mode=None, add_completion=False)
    app.callback()(_no_options_of_its_own)
    return app


def single_command() -> typer.Typer:
    """The `app` of a module that is one command; its help is the function's docstring."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)


def _no_options_of_its_own() -> None:
    return None


def _help_of(ctx: Any) -> str:
    return f"{ctx.command_path} --help"
