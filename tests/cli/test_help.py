"""Every command explains itself, with -h as with --help, and the front page loads none of them."""

import re
from importlib.util import find_spec
from typing import Any

import pytest
import typer.main

from okstra_cli.command_table import ALIASES, COMMANDS, front_page
from okstra_cli.lazy import Root
from okstra_git.version import VERSION
from tests.cli.conftest import Ask
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

BUILT = [name for name, row in COMMANDS.items() if find_spec(f"okstra_cli.commands.{row.module}")]


def lines_below(command: Any, *above: str) -> list[tuple[str, ...]]:
    deeper = getattr(command, "commands", {})
    return [above, *(line for name in deeper for line in lines_below(deeper[name], *above, name))]


def every_line() -> list[tuple[str, ...]]:
    root = Root()
    return [line for name in BUILT for line in lines_below(root.commands[name], name)]


@pytest.mark.parametrize("line", every_line(), ids=" ".join)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_explains_itself(world: World, line: tuple[str, ...], flag: str) -> None:
    page = world.okstra(*line, flag).out
    assert f"git okstra {' '.join(line)}" in page.splitlines()[0]
    assert len(page.splitlines()[2].strip()) > 10
    wrapped = [text for text in page.splitlines() if not text.startswith("    git okstra ")]  # examples can be copied
    assert max(map(len, wrapped)) <= 80
    assert not re.search(r"<(str|list|int|float|bool|path)\b", page)


def test_the_front_page_names_every_command_and_fits(world: World, on_terminal: Ask) -> None:
    page = world.okstra("--help").out
    assert page == front_page() == world.okstra("-h").out == world.okstra("help").out == on_terminal("-h").out
    assert all(f"\n  {name} " in page for name in COMMANDS)
    assert max(map(len, page.splitlines())) <= 80


def test_help_is_json_only_when_asked(world: World) -> None:
    assert world.okstra("config", "get", "-h", "--json").json["help"] == world.okstra("config", "get", "-h").out
    assert world.okstra("help", "config", "get").out == world.okstra("config", "get", "-h").out


def test_headings_stand_out_on_a_terminal(on_terminal: Ask) -> None:
    assert "\x1b[1mUpkeep:\x1b[0m\n" in on_terminal("--help", colour=True).out


def test_other_spellings_lead_to_commands_that_exist() -> None:
    assert set(ALIASES.values()) <= set(COMMANDS)


def test_the_version_is_the_packages(world: World) -> None:
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text()
    assert world.okstra("--version").out == f"git-okstra {VERSION}\n"
    assert world.okstra("config", "--version", "--json").json == {"ok": True, "schema": 1, "version": VERSION}


def test_a_module_with_one_command_stays_that_command() -> None:
    for name in BUILT:
        assert isinstance(Root().commands[name], typer.core.TyperCommand | typer.core.TyperGroup)
