"""Changes the repository's own file of configuration as git does: under its lock, with mode and comments kept."""

from collections.abc import Sequence
from typing import Any, Literal

from okstra_git.errors import refuse
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.repo import Git
from okstra_git.git.settings import BadSetting, Setting, read_settings

_NO_SUCH_LINE = 5
"""How `git config --unset-all` ends where there is nothing to unset."""


def write_setting(git: Git, setting: Setting[Any], texts: Sequence[str]) -> bool:
    """Store these texts; False when they are there already. Refuses (`BadSetting`, `ConfigBusy`)."""
    if len(texts) != 1 and not setting.is_list:
        hint = f"git okstra config set {setting.name} <{setting.kind}>"
        raise BadSetting(f"{setting.name} takes one value", hint=hint, key=setting.name)
    setting.read(texts)
    if _own_texts(git, setting) == [*texts]:
        return False
    first, *more = texts
    _write(git, "--replace-all", setting.name, first)
    for text in more:
        _write(git, "--add", setting.name, text)
    return True


def unset_setting(git: Git, setting: Setting[Any]) -> bool:
    """Remove the setting; False when it was not there, as in a file that this one includes."""
    return bool(_own_texts(git, setting)) and _write(git, "--unset-all", setting.name)


def add_line(git: Git, key: str, value: str) -> None:
    """Add a line for any key of git's, beside those it has."""
    _write(git, "--add", key, value)


def _own_texts(git: Git, setting: Setting[Any]) -> list[str]:
    return [line.value for line in read_settings(git).lines_of(setting) if line.scope == "local"]


def _write(git: Git, how: Literal["--add", "--replace-all", "--unset-all"], *words: str) -> bool:
    """Change the repository's own file as git does: under its lock, with its mode, links and comments kept.

    False when there is no such line in it.
    """
    try:
        run = run_git(["config", "--local", how], values=words, cwd=git.top, accept=(0, _NO_SUCH_LINE))
        return run.returncode == 0
    except GitFailed as failed:
        path, why = git.common_dir / "config", failed.message.partition(": ")[2]
        raise refuse("config.busy", f"{path} could not be written: {why}", hint="try again", path=str(path)) from failed
    finally:
        git.forget_configuration()
