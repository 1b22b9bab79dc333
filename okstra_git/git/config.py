"""Reads and writes okstra's settings in git config."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pygit2

from okstra_git.errors import OkstraError
from okstra_git.git.repo import BrokenConfig, Git
from okstra_git.git.settings import SETTINGS, BadSetting, Setting, Value, find_setting

SCOPES = {1: "system", 2: "system", 3: "global", 4: "global", 5: "local", 6: "worktree", 7: "command"}
"""libgit2's levels (include/git2/config.h) by the names that `git config --show-scope` uses."""


class ConfigBusy(OkstraError):
    """The configuration file could not be written, mostly because another process holds its lock."""

    code = "config.busy"


class Effective(NamedTuple):
    """One setting as it stands: its value, the scope it comes from, and what is wrong with it, if anything."""

    setting: Setting
    value: Value
    scope: str
    problem: str | None = None


class Survey(NamedTuple):
    """Every setting, and the `okstra.*` keys that mean nothing to this version."""

    settings: list[Effective]
    unknown: list[str]


def read_setting(git: Git, setting: Setting) -> Effective:
    """The value in force, the default if nothing is configured; refuses a value that does not fit."""
    return _effective(setting, list(_configured(git)))


def survey_settings(git: Git) -> Survey:
    """All settings at once; a value that does not fit is reported, not refused."""
    lines = list(_configured(git))
    unknown = sorted({name for name, _, _ in lines if find_setting(name) is None})
    return Survey([_lenient(setting, lines) for setting in SETTINGS], unknown)


def write_setting(git: Git, setting: Setting, texts: list[str]) -> bool:
    """Store these texts in the repository's own file; False when they already stand there."""
    if len(texts) != 1 and not setting.is_list:
        hint = f"git okstra config set {setting.name} <{setting.kind}>"
        raise BadSetting(f"{setting.name} takes one value", hint=hint, key=setting.name)
    setting.read(texts)
    if [text for text, scope in _of(setting, _configured(git)) if scope == "local"] == texts:
        return False
    with _Writing(git) as config:
        _clear(config, setting)
        for text in texts:
            config.set_multivar(setting.name, "^$a", text)  # a pattern that no value matches: always a new line
    return True


def unset_setting(git: Git, setting: Setting) -> bool:
    """Remove the setting from the repository's own file; False when it was not there."""
    if not any(scope == "local" for _, scope in _of(setting, _configured(git))):
        return False
    with _Writing(git) as config:
        _clear(config, setting)
    return True


Entry = tuple[str, str, str]
"""Name in lower case, text, scope; in git's order of precedence, the last one wins."""


def _configured(git: Git) -> Iterator[Entry]:
    _refuse_binary(git.common_dir / "config")
    try:
        for entry in git.handle.config:
            if entry.raw_name.startswith(b"okstra."):
                text = b"true" if entry.raw_value is None else entry.raw_value
                yield entry.name.lower(), text.decode(errors="surrogateescape"), SCOPES.get(entry.level, "unknown")
    except pygit2.GitError as error:
        raise BrokenConfig(f"git's configuration cannot be read: {error}", hint="git config --list") from error


def _refuse_binary(path: Path) -> None:
    """libgit2 silently stops at a zero byte, so that the rest of the file would seem unset."""
    if b"\0" in path.read_bytes():
        raise BrokenConfig(f"{path} is not a text file", hint="restore it, or write it anew", path=str(path))


def _of(setting: Setting, lines: Iterator[Entry] | list[Entry]) -> list[tuple[str, str]]:
    return [(text, scope) for name, text, scope in lines if name == setting.name.lower()]


def _effective(setting: Setting, lines: list[Entry]) -> Effective:
    found = _of(setting, lines)
    if not found:
        return Effective(setting, setting.default, "default")
    return Effective(setting, setting.read([text for text, _ in found]), found[-1][1])


def _lenient(setting: Setting, lines: list[Entry]) -> Effective:
    try:
        return _effective(setting, lines)
    except BadSetting as error:
        return Effective(setting, None, _of(setting, lines)[-1][1], error.message)


class _Writing:
    """The repository's own configuration file, with libgit2's failures translated."""

    def __init__(self, git: Git) -> None:
        self._path = git.common_dir / "config"

    def __enter__(self) -> pygit2.Config:
        return pygit2.Config(str(self._path))

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, pygit2.GitError | OSError):
            raise ConfigBusy(f"{self._path} could not be written: {error}", hint="try again") from error


def _clear(config: pygit2.Config, setting: Setting) -> None:
    if setting.name in config:
        config.delete_multivar(setting.name, ".*")
