"""Command lines run in this process, on a terminal or off it, with okstra's answer as a value."""

import json
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import Any

import pytest

from okstra_cli import command_table, entry
from tests.kit.answers import Answer
from tests.kit.scenario import World

PROBE = "tests.cli.probe"
Ask = Callable[..., Answer]


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Adds the commands of tests/cli/probe.py as `probe`, for everything that no real command does."""
    monkeypatch.setitem(
        command_table.COMMANDS, "probe", command_table.Row(f"..{PROBE}", "Upkeep", "Do what a test asks")
    )
    load = lambda name: import_module(PROBE if name.endswith(PROBE) else name)  # noqa: E731
    monkeypatch.setattr("okstra_cli.lazy.import_module", load)


class Screen(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(world: World) -> Ask:
    """The line as a person sees it, 80 columns wide; colours only with `colour=True`."""

    def ask(*arguments: str, colour: bool = False, columns: int = 80, at: World = world) -> Answer:
        out, err = Screen(), Screen()
        environ = {"HOME": "/nowhere", "TERM": "xterm", "COLUMNS": str(columns)} | ({} if colour else {"NO_COLOR": "1"})
        status = entry.run(
            arguments,
            cwd=at.path,
            environ=environ,
            stdin=StringIO(),
            stdout=out,
            stderr=err,
            stdout_is_terminal=True,
            stderr_is_terminal=True,
        )
        return Answer(("okstra", *arguments), status, out.getvalue(), err.getvalue())

    return ask


def only_object(answer: Answer) -> dict[str, Any]:
    """The answer's JSON, which has to be one object on one line that starts with `ok` and `schema`."""
    assert answer.out.endswith("\n")
    assert answer.out.count("\n") == 1
    parsed: dict[str, Any] = json.loads(answer.out)
    assert list(parsed)[:2] == ["ok", "schema"]
    assert parsed["schema"] == 1
    return parsed
