"""Hooks as `init` and `hooks` show them: installed by the library, told in a few words."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError

if TYPE_CHECKING:
    from okstra_cli.session import Session
    from okstra_git.hooking.model import Hooks


class ProgramNotFound(OkstraError):
    """Hooks need an installed program to call, and there is none to be found."""

    code = "hooks.no-program"


def find_program() -> Path:
    """The absolute path of git-okstra, for hooks that run without the user's PATH; refuses when there is none."""
    beside = Path(sys.executable).with_name("git-okstra")
    started = Path(sys.argv[0])
    if started.name in ("git-okstra", "okstra") and started.exists():
        return started.absolute().with_name("git-okstra")
    found = shutil.which("git-okstra")
    if beside.exists() or found:
        return beside if beside.exists() else Path(found or "").absolute()
    raise ProgramNotFound(
        "no git-okstra program was found for the hooks to call", hint="once it is installed: git okstra init"
    )


def install_hooks(session: Session) -> list[dict[str, str]]:
    """Install and say for each hook what became of it."""
    from okstra_git.hooking.install import install_hooks as install

    return describe_hooks(install(session.git, program=find_program()))


def describe_hooks(hooks: Hooks) -> list[dict[str, str]]:
    """Each hook: its state, and what a person has to do about it if anything."""
    return [
        {
            "hook": hook.name,
            "state": str(hook.state),
            "path": str(hook.path),
            "say": f"add to {hook.path}: {hook.line}" if hook.line else (hook.note or ""),
        }
        for hook in hooks.hooks
    ]
