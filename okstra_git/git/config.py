"""Reads and writes okstra's settings in git config."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.fs.gits import read_gits
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.configuration import BrokenConfig, Entry
from okstra_git.git.repo import Git
from okstra_git.git.settings import PRIVATE, SETTINGS, BadSetting, Setting, Value, find_setting


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
    first, *more = texts
    _write(git, "--replace-all", setting.name, first)
    for text in more:
        _write(git, "--add", setting.name, text)
    return True


def unset_setting(git: Git, setting: Setting) -> bool:
    """Remove the setting from the repository's own file; False when it was not there, as in a file it includes."""
    if not any(scope == "local" for _, scope in _of(setting, _configured(git))):
        return False
    return _write(git, "--unset-all", setting.name)


def add_line(git: Git, key: str, value: str) -> None:
    """Add a line for any key of git's to the repository's own file, beside those it has."""
    _write(git, "--add", key, value)


def _configured(git: Git) -> Iterator[Entry]:
    _refuse_binary(git.common_dir / "config")
    entries = [entry for entry in git.configuration.entries if entry.key.startswith("okstra.")]
    yield from (entry for entry in entries if entry.key not in PRIVATE)
    for key in sorted({entry.key for entry in entries} & PRIVATE):
        yield from _own_lines(git, key)


def _own_lines(git: Git, key: str) -> list[Entry]:
    """The lines for this key in the repository's own file, without what that includes."""
    asked = ["config", f"--file={git.common_dir / 'config'}", "--no-includes", "-z", "--get-all"]
    said = run_git(asked, values=[key], cwd=git.top, accept=(0, 1)).stdout
    texts = said.decode(errors="surrogateescape").split("\0")[:-1]
    return [Entry(key, text, "local") for text in texts]


MOST_CONFIG = 64 << 20
_NO_SUCH_LINE = 5
"""How `git config --unset-all` ends where there is nothing to unset."""


def _refuse_binary(path: Path) -> None:
    """Behind a zero byte the rest of the file may seem unset."""
    if b"\0" in (read_gits(path, MOST_CONFIG) or b""):
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


def _write(git: Git, how: Literal["--add", "--replace-all", "--unset-all"], *words: str) -> bool:
    """Change the repository's own file as git does: under its lock, with its mode, links and comments kept.

    False when there is no such line in it.
    """
    try:
        said = run_git(["config", "--local", how], values=words, cwd=git.top, accept=(0, _NO_SUCH_LINE))
        return said.returncode == 0
    except GitFailed as failed:
        path, why = git.common_dir / "config", failed.message.partition(": ")[2]
        raise ConfigBusy(f"{path} could not be written: {why}", hint="try again", path=str(path)) from failed
    finally:
        git.forget_configuration()
