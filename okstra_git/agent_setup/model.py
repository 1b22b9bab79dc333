"""The values of an installation for agents: folders, desired files, their status, and the steps that change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MANIFEST = "okstra-setup.json"
"""Records which files in a folder belong to okstra; nothing else is ever updated or removed."""


class Kind(StrEnum):
    """Whose folder it is: Claude Code's, that of the tools that read .agents, or a plugin of Claude Code's."""

    CLAUDE = "claude"
    AGENTS = "agents"
    PLUGIN = "plugin"


@dataclass(frozen=True)
class SetupFolder:
    """One folder to install into. `settings` are the settings files in it that count; the first takes new rules."""

    kind: Kind
    folder: Path
    settings: tuple[str, ...] = ()

    @property
    def manifest(self) -> Path:
        return self.folder / MANIFEST


@dataclass(frozen=True)
class DesiredFiles:
    """What is to stand in a folder: files by their path in it, and rules in its settings; from which okstra."""

    version: str
    files: Mapping[str, bytes]
    rules: tuple[str, ...] = ()


class FileState(StrEnum):
    """The status of one file.

    `ok` own, as shipped · `same` as shipped, but not put there by setup · `missing` · `outdated` own, untouched, of
    another okstra · `changed` own, edited since · `foreign` not own · `extra` own, untouched, no longer shipped ·
    `disowned` once own, edited since, no longer shipped · `blocked` its folder cannot exist · `gone` neither there nor
    wanted.
    """

    OK = "ok"
    SAME = "same"
    MISSING = "missing"
    OUTDATED = "outdated"
    CHANGED = "changed"
    FOREIGN = "foreign"
    EXTRA = "extra"
    DISOWNED = "disowned"
    BLOCKED = "blocked"
    GONE = "gone"


AS_SHIPPED = (FileState.OK, FileState.SAME, FileState.GONE)
UNTOUCHED = (FileState.OK, FileState.OUTDATED, FileState.EXTRA)
"""Files that setup may replace and remove: only setup has written in them."""


@dataclass(frozen=True)
class FileStatus:
    """One file with its status; `note` says what is odd about it, `digest` is the fingerprint of what is there.

    What is not movable, such as a folder in the place of a file, is never set aside.
    """

    path: str
    state: FileState
    note: str = ""
    digest: str = ""
    is_movable: bool = True


class Action(StrEnum):
    """What a step does."""

    FOLDER = "make-folder"
    WRITE = "write"
    REPLACE = "replace"
    ASIDE = "set-aside"
    REMOVE = "remove"
    UNFOLDER = "remove-folder"
    EDIT = "edit-settings"
    RECORD = "record"


@dataclass(frozen=True)
class SetupStep:
    """One write. `expected` is the fingerprint that must still stand at `path`, or empty when any may.

    `beside` is where a file that is set aside goes. An `is_intent` records what is about to be written, so that a run
    that was killed can be distinguished from a person's work; it is not shown.
    """

    do: Action
    path: Path
    data: bytes = b""
    expected: str = ""
    beside: Path | None = None
    is_intent: bool = False


@dataclass(frozen=True)
class KeptFile:
    """Something that setup leaves alone, and why; what is not movable stays with `--force`, too."""

    path: Path
    state: str
    why: str
    is_movable: bool = True


@dataclass(frozen=True)
class SetupPlan:
    """Everything that is to be done in one folder, in order, and what is left to a person."""

    root: SetupFolder
    steps: tuple[SetupStep, ...] = ()
    kept: tuple[KeptFile, ...] = ()
    by_hand: tuple[str, ...] = ()
    problem: str = ""
    added: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        return bool(self.steps)

    @property
    def shown_steps(self) -> tuple[SetupStep, ...]:
        return tuple(step for step in self.steps if not step.is_intent)


@dataclass(frozen=True)
class Rule:
    """One permission rule: whether it stands in a settings file that counts, and whether setup put it there."""

    rule: str
    is_there: bool
    is_ours: bool


@dataclass(frozen=True)
class FolderStatus:
    """How one folder differs from what this okstra ships; `version` is the okstra that wrote it last."""

    root: SetupFolder
    version: str | None
    files: tuple[FileStatus, ...]
    rules: tuple[Rule, ...] = ()
    problem: str = ""
    contradictions: tuple[str, ...] = ()

    @property
    def is_installed(self) -> bool:
        return self.version is not None

    @property
    def drift(self) -> tuple[FileStatus, ...]:
        return tuple(file for file in self.files if file.state not in AS_SHIPPED)

    @property
    def missing_rules(self) -> tuple[str, ...]:
        return tuple(rule.rule for rule in self.rules if not rule.is_there)

    @property
    def is_as_shipped(self) -> bool:
        return not self.drift and not self.missing_rules
