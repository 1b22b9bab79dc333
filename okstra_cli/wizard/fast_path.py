"""Answers `wizard step` without typer and without git: by the state file and the language file alone.

What this path cannot judge (an answer that needs a look into the repository, an option it does not know, a file that
has to be refused) is left to the full command, which does the same with more at hand.
"""

from __future__ import annotations

import os

from okstra_cli.wizard.plain import read_plain
from okstra_cli.wizard.step import Missing
from okstra_cli.wizard.turn import json_line, take_step
from okstra_git.errors import OkstraError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TextIO

    from okstra_cli.wizard.answers import State

VALUES = {"--state-file": "state_file", "--answer": "answer"}
SWITCHES = {"--back": "back", "--abort": "abort", "--json": "json"}


def try_step(words: Sequence[str], *, cwd: str, stdout: TextIO) -> int | None:
    """The exit status of `wizard step WORDS…` with its answer written; None when the full command has to do it."""
    options = _read_line(words)
    if options is None or stdout.isatty():  # what a terminal shows has to be made harmless first
        return None
    root = _project_around(os.path.normpath(cwd))
    if not root:
        return None
    path = _state_path(cwd, root, options["state_file"])
    try:
        answer, status = take_step(path, options, _look, lambda state: _require_home(state, root))
    except (Missing, OkstraError):
        return None
    stdout.write(json_line(answer) + "\n")
    return status


def _look(state: State, kind: str, name: str) -> dict[str, Any] | None:
    """A look that costs next to nothing, loaded only for the answers that need one."""
    from okstra_cli.wizard.fast_lookup import look_lightly

    return look_lightly(state, kind, name)


def _project_around(folder: str) -> str:
    """The main worktree around a folder, or behind the linked worktree around it; empty where only git knows."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return ""
    mark = os.path.join(folder, ".git")
    if os.path.isdir(mark):
        return folder
    try:
        link = read_plain(mark, 4096).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    common = link.removeprefix("gitdir: ").rpartition("/worktrees/")[0]
    return common.removesuffix("/.git") if common.startswith("/") and common.endswith("/.git") else ""


def _state_path(cwd: str, root: str, name: str) -> str:
    """A state file below `.okstra/` is the project's, wherever the line is run (`commands.state_path`)."""
    is_elsewhere = name.startswith(".okstra/") and not os.path.isdir(os.path.join(cwd, ".okstra"))
    return os.path.join(root if is_elsewhere else cwd, name)


def _require_home(state: State, root: str) -> None:
    """Leave it to the full command to refuse a state that is about another repository."""
    if (state.facts["root"], state.facts["common_dir"]) != (root, os.path.join(root, ".git")):
        raise Missing("place", root)


def _read_line(words: Sequence[str]) -> dict[str, Any] | None:
    """The options of the line by their names; None when there is anything else on it."""
    options: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in VALUES and VALUES[name] not in options:
            given = value if equals else next(rest, None)
            if given is None:
                return None
            options[VALUES[name]] = given
        elif word in SWITCHES:
            options[SWITCHES[word]] = True
        else:
            return None
    modes = [name for name in ("answer", "back", "abort") if name in options]
    return options if "state_file" in options and len(modes) <= 1 else None
