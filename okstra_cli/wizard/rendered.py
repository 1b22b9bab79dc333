"""Puts a directive that no literal line could carry into a file beside the state file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from okstra_cli.wizard.arguments import is_plain_line
from okstra_git.git.own_files import replace_own


def directive_file(state_file: str) -> str:
    """Where a directive is kept for a wizard."""
    return f"{state_file}.directive.txt"


def with_directive_file(arguments: Mapping[str, str], state_file: str) -> dict[str, str]:
    """The arguments with `directive-file` in the place of a directive that is long, or that a shell might read into."""
    text = arguments.get("directive")
    if text is None or is_plain_line(text):
        return dict(arguments)
    path = Path(directive_file(state_file))
    replace_own(path, text.encode())
    return {
        ("directive-file" if name == "directive" else name): (str(path) if name == "directive" else value)
        for name, value in arguments.items()
    }
