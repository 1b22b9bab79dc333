"""Lists the settings okstra keeps in git config: name, kind, default, meaning, and how a value is read."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.names import BadName, is_text, parse_slug, shown

Value = str | int | bool | list[str] | None
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")
_NUMBER = re.compile(r"[0-9]{1,12}\Z")
_SCALES = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class UnknownSetting(OkstraError):
    """There is no setting of that name."""

    code = "config.unknown-key"


class BadSetting(OkstraError):
    """The value does not fit the setting's kind."""

    code = "config.bad-value"


class Setting(NamedTuple):
    """One key of git config; `parse` turns its text into a value or raises ValueError naming what is expected.

    A private one counts only where it stands in the clone's own file of configuration: an included file may be one
    that the repository brought along.
    """

    name: str
    kind: str
    default: Value
    meaning: str
    parse: Callable[[str], Value]
    is_list: bool = False
    is_private: bool = False

    def read(self, texts: list[str]) -> Value:
        """The value of these lines of configuration: all of them for a list, else the last; refuses what is unfit."""
        try:
            return [str(self.parse(text)) for text in texts] if self.is_list else self.parse(texts[-1])
        except ValueError as expected:
            raise BadSetting(
                f"{shown(texts[-1])} is not a value of {self.name}: {expected}",
                hint=f"git okstra config set {self.name} <{self.kind}>",
                key=self.name,
                value=texts[-1][:200],
                expected=str(expected),
            ) from None


def _slug(text: str) -> Value:
    try:
        return parse_slug(text, what="project id")
    except BadName as error:
        raise ValueError(error.hint) from None


def _branch(text: str) -> Value:
    forbidden = set(" ~^:?*[\\") & set(text) or ".." in text or "@{" in text or "//" in text
    if not text or not text.isprintable() or forbidden or text.startswith(("-", "/")) or text.endswith(("/", ".lock")):
        raise ValueError("expected the name of a branch")
    return text


def _path(text: str) -> Value:
    if not text.startswith(("/", "~/")) or not is_text(text) or any(c in text for c in "\0\r\n"):
        raise ValueError("expected a path on one line, in UTF-8, that starts with / or ~/")
    return text


def _file(text: str) -> Value:
    if not text.strip() or not is_text(text) or not text.isprintable():
        raise ValueError("expected a path on one line, in UTF-8")
    return text


def _folder(text: str) -> Value:
    parts = text.strip("/").split("/")
    if not is_text(text) or not text.isprintable() or any(part in ("", ".", "..", ".git") for part in parts):
        raise ValueError("expected the name of a directory, or a path from the top of the worktree")
    return text


def _count(text: str) -> Value:
    scale = _SCALES.get(text[-1:].lower(), 1)
    digits = text if scale == 1 else text[:-1]
    if not _NUMBER.match(digits) or int(digits) < 1:
        raise ValueError("expected a number from 1, k, m or g allowed behind it")
    return int(digits) * scale


def _flag(text: str) -> Value:
    if text.lower() not in TRUE + FALSE:
        raise ValueError("expected true or false")
    return text.lower() in TRUE


def _writer(text: str) -> Value:
    """Others name their logs, with letters that nobody sees if they like; only what no ref is called is refused."""
    if not text or not is_text(text) or set("\n\0 ~^:?*[\\") & set(text) or ".." in text:
        raise ValueError("expected a writer, the last part of its log's ref, or the full name of that ref")
    return text


def _one_of(*words: str) -> Callable[[str], Value]:
    def parse(text: str) -> Value:
        if text not in words:
            raise ValueError(f"expected {' or '.join(words)}")
        return text

    return parse


SETTINGS = (
    Setting("okstra.project", "slug", None, "The project id that new tasks of this clone belong to.", _slug),
    Setting("okstra.target", "branch", [], "The branches on which a stage counts as landed.", _branch, is_list=True),
    Setting("okstra.worktreeRoot", "path", "~/.okstra/worktrees", "Where worktrees of stages are created.", _path),
    Setting(
        "okstra.cache",
        "directory",
        [],
        "Directories of ignored files, by name or path, that prune may remove: they can be made again.",
        _folder,
        is_list=True,
    ),
    Setting(
        "okstra.verificationCarry",
        "tree|replay",
        "tree",
        "When a verification survives a rewrite: tree = the same tree; replay = a clean replay is enough.",
        _one_of("tree", "replay"),
    ),
    Setting("okstra.reconcileWindow", "number", 20000, "How many commits reconcile searches for a record.", _count),
    Setting("okstra.leaseHours", "number", 12, "Hours that a run of another machine counts as alive.", _count),
    Setting("okstra.keepDays", "number", 180, "Days that commits from before a rewrite are kept as evidence.", _count),
    Setting("okstra.language", "en|ko", "en", "Language of reports and prompts.", _one_of("en", "ko")),
    Setting(
        "okstra.planVerification",
        "true|false",
        True,
        "Whether a plan's body is verified by all workers before it can be approved.",
        _flag,
    ),
    Setting("okstra.prTemplate", "file", None, "The template of pull requests, a Markdown file.", _file),
    Setting(
        "okstra.ignoreWriter",
        "writer",
        [],
        "Writers whose logs do not count in this clone, or full names of refs; only .git/config itself is asked.",
        _writer,
        is_list=True,
        is_private=True,
    ),
    Setting("okstra.hooks", "true|false", True, "Whether okstra's git hooks act in this repository.", _flag),
)
PRIVATE = frozenset(setting.name.lower() for setting in SETTINGS if setting.is_private)
_BY_NAME = {setting.name.lower(): setting for setting in SETTINGS}


def find_setting(name: str) -> Setting | None:
    """The setting of this name, with or without `okstra.` and hyphens, in any case; None when there is none."""
    lowered = name.lower().replace("-", "")
    return _BY_NAME.get(lowered) or _BY_NAME.get(f"okstra.{lowered}")


def require_setting(name: str) -> Setting:
    """The setting of this name; refuses an unknown one and names what is near."""
    setting = find_setting(name)
    if setting is not None:
        return setting
    plain = {key.removeprefix("okstra."): known.name for key, known in _BY_NAME.items()}
    near = [plain[match] for match in get_close_matches(name.lower().removeprefix("okstra."), list(plain))]
    hint = f"did you mean {' or '.join(near)}?" if near else "git okstra config list"
    raise UnknownSetting(f"there is no setting {shown(name)}", hint=hint, key=name[:200], near=near)
