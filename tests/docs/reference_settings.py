"""Writes docs/reference/settings.md from the table of settings."""

from typing import Any

from okstra_git.git.settings import SETTINGS, Setting
from tests.docs.reference_commands import escaped, wrapped

HEAD = """\
# Settings

Written by `make docs` from `okstra_git/git/settings.py`. They are kept in git config: read and
changed by `git okstra config get|set|unset|list`, or by `git config` itself. The prefix `okstra.`
may be left out, capitals do not matter, and `keep-days` is `keepDays`.
"""


def settings_page() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n{_section(setting)}" for setting in SETTINGS)


def _section(setting: Setting[Any]) -> str:
    many = ", may be given several times" if setting.is_list else ""
    personal = " and in your own configuration (`git config --global`)" * setting.is_personal
    private = f" It counts only in `.git/config` itself{personal}, not in a file that this includes."
    private *= setting.is_private
    kind = f"Value: {escaped(setting.kind)}{many}. Default: {_default(setting.default)}.{private}"
    return f"## {setting.name}\n\n{wrapped(escaped(setting.meaning))}\n\n{wrapped(kind)}\n"


def _default(value: object) -> str:
    if value in (None, ()):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
