"""The words of an outfit: where it goes, what is to stand there, how it stands, and the steps that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from okstra_git.errors import OkstraError

MANIFEST = "okstra-setup.json"
"""What is ours in a folder is written there, beside it; nothing else is ever updated or removed."""


class Blocked(OkstraError):
    """Something that is no folder stands where one has to be; nothing was written."""

    code = "setup.blocked"


class Unwritable(OkstraError):
    """The machine refused a write; the next setup goes on from there."""

    code = "setup.unwritable"


class Interfered(OkstraError):
    """Somebody else changed a file between the look at it and the write; theirs stays."""

    code = "setup.interfered"


class Kind(StrEnum):
    """Whose folder it is: Claude Code's, that of the tools that read .agents, or a plugin of Claude Code's."""

    CLAUDE = "claude"
    AGENTS = "agents"
    PLUGIN = "plugin"


@dataclass(frozen=True)
class Root:
    """One folder to equip. `settings` are the settings files in it that count; the first takes new rules."""

    kind: Kind
    folder: Path
    settings: tuple[str, ...] = ()

    @property
    def manifest(self) -> Path:
        return self.folder / MANIFEST


@dataclass(frozen=True)
class Outfit:
    """What is to stand in a folder: files by their path in it, and rules in its settings; from which okstra."""

    version: str
    files: Mapping[str, bytes]
    rules: tuple[str, ...] = ()


class State(StrEnum):
    """How one file stands.

    `ok` ours, as shipped · `same` as shipped, but not put there by us · `missing` · `outdated` ours, untouched, of
    another okstra · `changed` ours, edited since · `foreign` not ours · `extra` ours, untouched, no longer shipped ·
    `disowned` ours once, edited since, no longer shipped · `blocked` its folder cannot be · `gone` neither there nor
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


AS_SHIPPED = (State.OK, State.SAME, State.GONE)
UNTOUCHED = (State.OK, State.OUTDATED, State.EXTRA)
"""Ours to replace and to remove: nobody has written in it but setup."""


@dataclass(frozen=True)
class Judged:
    """One file and how it stands; `note` says what is odd about it, `found` is the fingerprint of what is there.

    What is not movable, such as a folder in the place of a file, is never set aside.
    """

    path: str
    state: State
    note: str = ""
    found: str = ""
    is_movable: bool = True


class Do(StrEnum):
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
class Step:
    """One write. `expected` is the fingerprint that must still stand at `path`, or empty when any may.

    `beside` is where a file that is set aside goes. An `is_intent` records what is about to be written, so that a run
    that was killed can be told from a person's work; it is not worth telling.
    """

    do: Do
    path: Path
    data: bytes = b""
    expected: str = ""
    beside: Path | None = None
    is_intent: bool = False


@dataclass(frozen=True)
class Kept:
    """Something that setup leaves alone, and why; what is not movable stays with `--force`, too."""

    path: Path
    state: str
    why: str
    is_movable: bool = True


@dataclass(frozen=True)
class Plan:
    """Everything that is to be done in one folder, in order, and what is left to a person."""

    root: Root
    steps: tuple[Step, ...] = ()
    kept: tuple[Kept, ...] = ()
    by_hand: tuple[str, ...] = ()
    problem: str = ""
    added: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()

    @property
    def is_needed(self) -> bool:
        return bool(self.steps)

    @property
    def told(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.is_intent)


@dataclass(frozen=True)
class Rule:
    """One permission rule: whether it stands in a settings file that counts, and whether setup put it there."""

    rule: str
    is_there: bool
    is_ours: bool


@dataclass(frozen=True)
class Inspection:
    """How one folder stands beside what this okstra ships; `version` is the okstra that wrote it last."""

    root: Root
    version: str | None
    files: tuple[Judged, ...]
    rules: tuple[Rule, ...] = ()
    problem: str = ""
    contradictions: tuple[str, ...] = ()

    @property
    def is_installed(self) -> bool:
        return self.version is not None

    @property
    def drift(self) -> tuple[Judged, ...]:
        return tuple(file for file in self.files if file.state not in AS_SHIPPED)

    @property
    def missing_rules(self) -> tuple[str, ...]:
        return tuple(rule.rule for rule in self.rules if not rule.is_there)

    @property
    def is_as_shipped(self) -> bool:
        return not self.drift and not self.missing_rules
