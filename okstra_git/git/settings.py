"""The settings that okstra keeps in git config: names, kinds, defaults and meanings in one table, read and changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, Literal, NamedTuple, Self, TypeVar, overload

from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.outside import read_gits
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.config import Entry
from okstra_git.git.repo import Git
from okstra_git.git.setting_values import (
    parse_branch,
    parse_budget,
    parse_command_line,
    parse_count,
    parse_file,
    parse_flag,
    parse_folder,
    parse_one_of,
    parse_path,
    parse_project,
    parse_writer,
)
from okstra_git.names import quote

_MOST_CONFIG = 64 << 20
T = TypeVar("T")


class BadSetting(OkstraError):
    """The value does not fit the setting's kind."""

    code = "config.bad-value"


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One key of git config, of which the last value counts; on `Settings` a property with the value in force.

    `parse` turns a text into a value, or raises ValueError with what is expected. A private one counts only where it
    stands in the clone's own file of configuration: an included file may be one that the repository brought along. With
    `is_personal` it counts in the user's own configuration (`git config --global`), too.
    """

    name: str
    kind: str
    default: T
    meaning: str
    parse: Callable[[str], Any]
    is_private: bool = False
    is_personal: bool = False

    is_list = False

    @overload
    def __get__(self, holder: "Settings", owner: type) -> T: ...
    @overload
    def __get__(self, holder: object, owner: type) -> Self: ...
    def __get__(self, holder: object, owner: type) -> "Self | T":
        return holder.effective(self).value if isinstance(holder, Settings) else self

    def read(self, texts: Sequence[str]) -> T:
        """The value of these texts, the last of which wins; refuses (`BadSetting`) one that does not fit."""
        try:
            return self._of(texts)
        except ValueError as expected:
            raise BadSetting(
                f"{quote(texts[-1])} is not a value of {self.name}: {expected}",
                hint=f"git okstra config set {self.name} <{self.kind}>",
                key=self.name,
                value=texts[-1][:200],
                expected=str(expected),
            ) from None

    def _of(self, texts: Sequence[str]) -> T:
        value: T = self.parse(texts[-1])
        return value


class ListSetting(Setting[tuple[str, ...]]):
    """A key of which every value counts."""

    is_list = True

    def _of(self, texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(self.parse(text) for text in texts)


class Effective(NamedTuple, Generic[T]):
    """One setting as it stands: its value, the scope it comes from, and what is wrong with it, if anything."""

    setting: Setting[T]
    value: T
    scope: str
    problem: str | None = None


@dataclass(frozen=True)
class Settings:
    """The settings in force, read once: `settings.lease_hours`. A value that does not fit is refused when asked for."""

    lines: tuple[Entry, ...] = ()

    project = Setting[str | None](
        "okstra.project", "slug", None, "The project id that new tasks of this clone belong to.", parse_project
    )
    target = ListSetting("okstra.target", "branch", (), "The branches on which a stage counts as landed.", parse_branch)
    worktree_root = Setting[str](
        "okstra.worktreeRoot", "path", "~/.okstra/worktrees", "Where worktrees of stages are created.", parse_path
    )
    cache = ListSetting(
        "okstra.cache",
        "directory",
        (),
        "Directories of ignored files, by name or path, that prune may remove: they can be made again.",
        parse_folder,
    )
    verification_carry = Setting[str](
        "okstra.verificationCarry",
        "tree|replay",
        "tree",
        "When a verification survives a rewrite: tree = the same tree; replay = a clean replay is enough.",
        parse_one_of("tree", "replay"),
    )
    reconcile_window = Setting[int](
        "okstra.reconcileWindow", "number", 20_000, "How many commits reconcile searches for a record.", parse_count
    )
    lease_hours = Setting[int](
        "okstra.leaseHours", "number", 12, "Hours that a run of another machine counts as alive.", parse_count
    )
    keep_days = Setting[int](
        "okstra.keepDays", "number", 180, "Days that commits from before a rewrite are kept as evidence.", parse_count
    )
    language = Setting[str](
        "okstra.language", "en|ko", "en", "Language of reports and prompts.", parse_one_of("en", "ko")
    )
    plan_verification = Setting[bool](
        "okstra.planVerification",
        "true|false",
        True,
        "Whether a plan's body is verified by all workers before it can be approved.",
        parse_flag,
    )
    pr_template = Setting[str | None](
        "okstra.prTemplate", "file", None, "The template of pull requests, a Markdown file.", parse_file
    )
    budget = Setting[str | None](
        "okstra.budget", "amounts", None, "How much a task may use, as 2M tokens, 20 dollars.", parse_budget
    )
    prices = Setting[str | None](
        "okstra.prices",
        "file",
        None,
        "A file of prices of tokens, in place of the shipped one.",
        parse_file,
    )
    ignore_writer = ListSetting(
        "okstra.ignoreWriter",
        "writer",
        (),
        "Writers whose logs do not count in this clone, or full names of refs; only .git/config itself is asked.",
        parse_writer,
        is_private=True,
    )
    replay_commands = ListSetting(
        "okstra.replayCommands",
        "command",
        (),
        "Recorded commands that validate run --replay may run; ` *` at the end stands for any further arguments.",
        parse_command_line,
        is_private=True,
        is_personal=True,
    )
    hooks = Setting[bool](
        "okstra.hooks", "true|false", True, "Whether okstra's git hooks act in this repository.", parse_flag
    )

    def effective(self, setting: Setting[T]) -> Effective[T]:
        """The value in force, else the default; refuses (`BadSetting`) a value that does not fit."""
        lines = self.lines_of(setting)
        if not lines:
            return Effective(setting, setting.default, "default")
        return Effective(setting, setting.read([line.value for line in lines]), lines[-1].scope)

    def survey(self) -> list[Effective[Any]]:
        """All of them; a value that does not fit is reported, not refused."""
        return [self._lenient(setting) for setting in SETTINGS]

    def unknown(self) -> list[str]:
        """The `okstra.*` keys that mean nothing to this version."""
        return sorted({line.key for line in self.lines if find_setting(line.key) is None})

    def lines_of(self, setting: Setting[Any]) -> list[Entry]:
        """The lines of configuration that count for the setting, the one that wins last."""
        return [line for line in self.lines if line.key == setting.name.lower()]

    def _lenient(self, setting: Setting[Any]) -> Effective[Any]:
        try:
            return self.effective(setting)
        except BadSetting as refusal:
            return Effective(setting, None, self.lines_of(setting)[-1].scope, refusal.message)


SETTINGS: tuple[Setting[Any], ...] = tuple(value for value in vars(Settings).values() if isinstance(value, Setting))
_PRIVATE = frozenset(setting.name.lower() for setting in SETTINGS if setting.is_private)
_PERSONAL = frozenset(setting.name.lower() for setting in SETTINGS if setting.is_personal)
_BY_NAME = {setting.name.lower(): setting for setting in SETTINGS}


def find_setting(name: str) -> Setting[Any] | None:
    """The setting of this name, with or without `okstra.` and hyphens, in any case; None when there is none."""
    lowered = name.lower().replace("-", "")
    return _BY_NAME.get(lowered) or _BY_NAME.get(f"okstra.{lowered}")


def require_setting(name: str) -> Setting[Any]:
    """The setting of this name; refuses an unknown one and names what is near."""
    setting = find_setting(name)
    if setting is not None:
        return setting
    plain = {key.removeprefix("okstra."): known.name for key, known in _BY_NAME.items()}
    near = [plain[match] for match in get_close_matches(name.lower().removeprefix("okstra."), list(plain))]
    hint = f"did you mean {' or '.join(near)}?" if near else "git okstra config list"
    raise refuse("config.unknown-key", f"there is no setting {quote(name)}", hint=hint, key=name[:200], near=near)


def read_settings(git: Git) -> Settings:
    """okstra's settings in this repository; refuses (`config.broken`) configuration that git cannot read."""
    _refuse_binary(git)
    lines = [entry for entry in git.configuration.entries if entry.key.startswith("okstra.")]
    private = sorted({entry.key for entry in lines} & _PRIVATE)
    own = [entry for key in private for entry in _own_lines(git, key)]
    return Settings((*(entry for entry in lines if entry.key not in _PRIVATE or _is_personal(entry)), *own))


def _is_personal(entry: Entry) -> bool:
    """Whether the line counts because the user wrote it for all repositories."""
    return entry.scope == "global" and entry.key in _PERSONAL


_NO_SUCH_LINE = 5
"""How `git config --unset-all` ends where there is nothing to unset."""


def write_setting(git: Git, setting: Setting[Any], texts: Sequence[str]) -> bool:
    """Store these texts; False when they are there already. Refuses (`BadSetting`, `config.busy`)."""
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
    """Have one line with this value for any key of git's, beside those it has; programs that add it at once add one."""
    _write(git, "--replace-all", key, value, value, is_exact=True)


def _own_lines(git: Git, key: str) -> list[Entry]:
    """The lines for this key in the repository's own file, without what that includes."""
    asked = ["config", f"--file={git.common_dir / 'config'}", "--no-includes", "-z", "--get-all"]
    output = run_git(asked, values=[key], cwd=git.top, accept=(0, 1)).stdout
    texts = output.decode(errors="surrogateescape").split("\0")[:-1]
    return [Entry(key, text, "local") for text in texts]


def _refuse_binary(git: Git) -> None:
    """Behind a zero byte the rest of the file may seem unset."""
    path = git.common_dir / "config"
    if b"\0" in (read_gits(path, _MOST_CONFIG) or b""):
        raise refuse("config.broken", f"{path} is not a text file", hint="restore it, or write it anew", path=str(path))


def _own_texts(git: Git, setting: Setting[Any]) -> list[str]:
    return [line.value for line in read_settings(git).lines_of(setting) if line.scope == "local"]


def _write(
    git: Git, how: Literal["--add", "--replace-all", "--unset-all"], *words: str, is_exact: bool = False
) -> bool:
    """Change the repository's own file as git does: under its lock, with its mode, links and comments kept.

    False when there is no such line in it. With `is_exact` a third word is a value, not a pattern of values.
    """
    try:
        exact = ["--fixed-value"] if is_exact else []
        run = run_git(["config", "--local", *exact, how], values=words, cwd=git.top, accept=(0, _NO_SUCH_LINE))
        return run.returncode == 0
    except GitFailed as failed:
        path, why = git.common_dir / "config", failed.message.partition(": ")[2]
        raise refuse("config.busy", f"{path} could not be written: {why}", hint="try again", path=str(path)) from failed
    finally:
        git.forget_configuration()
