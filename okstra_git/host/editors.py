"""Runs a person's editor on a file and waits for it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from okstra_git.errors import refuse

VARIABLES = ("GIT_EDITOR", "VISUAL", "EDITOR")
"""Where a person says which editor to run, as git asks them (git-var(1))."""


def find_editor(environ: Mapping[str, str]) -> str | None:
    """The command line of the editor, as the first of the variables that says one."""
    return next((environ[name] for name in VARIABLES if environ.get(name, "").strip()), None)


def edit_file(editor: str, path: Path, *, environ: Mapping[str, str]) -> None:
    """Run the editor on the file in the foreground, through sh as git does; refuses when it exits other than 0."""
    line = ["sh", "-c", f'{editor} "$@"', editor, str(path)]
    try:
        status = subprocess.run(line, env=dict(environ), check=False).returncode
    except OSError as error:
        raise refuse(
            "editor.failed", f"the editor {editor!r} cannot be run", hint="set EDITOR to one that can"
        ) from error
    if status:
        raise refuse(
            "editor.failed", f"the editor {editor!r} exited {status}, so nothing was run again", hint="try once more"
        )
