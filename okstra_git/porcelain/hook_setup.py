"""Hooks as `init` and `hooks` show them: installed by the library, told in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okstra_git.hooking.model import Hooks
    from okstra_git.porcelain.workspace import Workspace


def install_hooks(workspace: Workspace) -> list[dict[str, str]]:
    """Install and say for each hook what became of it."""
    from okstra_git.hooking.install import install_hooks as install

    return describe_hooks(install(workspace.git, program=workspace.find_program()))


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
