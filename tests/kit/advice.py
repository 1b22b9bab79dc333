"""Takes the advice of a refusal: the command lines in its hint, with their placeholders filled, typed in a shell."""

import os
import re
from collections.abc import Mapping
from typing import Any

from tests.kit.answers import Answer, run_program
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir

_COMMAND = re.compile(r"\b(?:git (?:okstra|worktree|branch|config|status|fetch|remote|commit|-C)|okstra|gh) .*")
_BLANK = re.compile(r"(?:^| )(?:<[a-z]+>|[A-Z]+)(?= |$)")
"""A placeholder: a word in capitals, or in angle brackets."""


def lines_in(hint: str) -> list[str]:
    """The command lines of a hint: each begins behind some words perhaps, and goes to the end of its line."""
    return [found[0] for line in hint.splitlines() if (found := _COMMAND.search(line))]


def fill(line: str, blanks: Mapping[str, str]) -> str:
    """The line with its placeholders filled; one that is left is an assertion."""
    for blank, value in blanks.items():
        line = re.sub(rf"(?<= ){re.escape(blank)}(?= |$)", value.replace("\\", r"\\"), line)
    assert not _BLANK.search(line), line
    return line


def shell(world: World, line: str) -> Answer:
    """The line as a person types it, with okstra on the PATH."""
    environ = world.environ({"PATH": f"{program_dir()}{os.pathsep}{os.environ['PATH']}"})
    return run_program(["sh", "-c", line], cwd=world.path, environ=environ)


def refusal(answer: Answer) -> dict[str, Any]:
    """The refusal of a command that was asked for JSON."""
    error: dict[str, Any] = answer.json["error"]
    return error
