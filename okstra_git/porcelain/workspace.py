"""The repository that a use case works in, with the clock and the place for remarks that its caller gives it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from okstra_git.errors import OkstraError, refuse
from okstra_git.names import TaskKey, quote_path

if TYPE_CHECKING:
    from okstra_git.git.config import Configuration
    from okstra_git.git.repo import Git
    from okstra_git.git.settings import Settings
    from okstra_git.store.store import Appended, Store


class StatusProblem(NamedTuple):
    """Something that `status` wants a person to see: a code, a sentence, the next command, and what it is about."""

    code: str
    message: str
    hint: str
    task: str | None = None
    stage: int | None = None
    run: str | None = None


NOT_SET_UP = StatusProblem("store.not-initialised", "okstra is not set up in this clone", "git okstra init")
"""The problem that `status` reports of such a clone."""


URGENT = ("stage.stale", "anchor.unresolvable")
"""Codes of problems that only a person can decide."""


class Notifier(Protocol):
    """Takes what a use case has to say besides its result; the command line prints it on standard error."""

    def note(self, text: str) -> None:
        """One line of progress, which a reader may have asked not to see."""

    def warn(self, text: str) -> None:
        """A line that has to be seen. Nothing is said when the text is empty."""


class Silent:
    """A notifier for a look at what a use case will say again itself."""

    def note(self, text: str) -> None:
        """Drop the line."""

    def warn(self, text: str) -> None:
        """Drop the line."""


@dataclass
class Workspace:
    """One repository as one command works in it; everything is opened on first use.

    `start` is where the process stands and `directory` what `-C` adds to that; `home` is for settings that begin with
    `~`, and `find_program` for hooks, which have to name what they call. `for_git` says that git itself called us, by
    a hook. `changed_tasks` are the tasks of which something was recorded since the command
    began: their documents have to be written anew.
    """

    start: Path
    environ: Mapping[str, str]
    home: Path
    clock: Callable[[], datetime]
    find_program: Callable[[], Path]
    notifier: Notifier = field(default_factory=Silent)
    directory: str = ""
    for_git: bool = False
    changed_tasks: set[TaskKey] = field(default_factory=set)
    began: datetime = field(init=False)
    _settings: tuple[Configuration, Settings] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def now(self) -> datetime:
        """This instant in UTC, or what a test says it is."""
        return self.clock()

    @cached_property
    def cwd(self) -> Path:
        """The directory that the command works in; refuses one that does not exist."""
        directory = self.start / self.directory
        if not directory.is_dir():
            raise refuse(
                "directory.missing",
                f"there is no directory {quote_path(str(directory))}",
                hint="name an existing one with -C DIR",
            )
        return directory

    @cached_property
    def git(self) -> Git:
        """The repository around the directory."""
        from okstra_git.git.repo import open_repository

        return open_repository(self.cwd, environ=self.environ, base=self.start, for_git=self.for_git)

    @property
    def settings(self) -> Settings:
        """okstra's settings in the repository, as git's configuration has them now."""
        from okstra_git.git.settings import read_settings

        configuration = self.git.configuration
        if self._settings is None or self._settings[0] is not configuration:
            self._settings = configuration, read_settings(self.git)
        return self._settings[1]

    @cached_property
    def store(self) -> Store:
        """The state kept in the repository, for reading and appending."""
        from okstra_git.store.store import Store

        return Store(self.git, self.clock, unlock=self._clear_dead_locks, notify=self._note_tasks)

    def ensure_writer(self) -> str:
        """This clone's writer id; one that okstra was never used in gets it now, and that is said."""
        from okstra_git.store.clone import ensure_writer

        writer, is_new = ensure_writer(self.git, milliseconds=int(self.now().timestamp() * 1000))
        if is_new:
            self.note("this clone has a writer id now, by which others know its records")
        return writer

    def note(self, text: str) -> None:
        """Say one line of progress."""
        self.notifier.note(text)

    def warn(self, text: str) -> None:
        """Say one line that has to be seen, if there is any."""
        self.notifier.warn(text)

    def note_taken_out(self, counts: Mapping[str, int], where: str = "recorded") -> None:
        """Say how many secrets of each kind were left out, if any."""
        if counts:
            listed = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
            self.note(f"{where} without {listed}")

    def silent(self) -> Workspace:
        """The same workspace, which says nothing."""
        return replace(self, notifier=Silent())

    def _note_tasks(self, appended: Appended) -> None:
        """Remember which tasks something was recorded of, and say what was left out of it."""
        self.note_taken_out(appended.taken_out)
        self.changed_tasks.update(event.fact.task for event in appended.events if getattr(event.fact, "task", ""))

    def _clear_dead_locks(self, git: Git, refs: Sequence[str]) -> object:
        from okstra_git.health.leftovers import clear_dead_locks  # psutil loads only when a lock is in the way

        return clear_dead_locks(git, refs, now=self.now())


def is_unused(git: Git) -> bool:
    """Whether nothing of okstra is here, neither files nor refs, its own or fetched ones, so that no task can be known.

    False as well where git's own configuration hides the main worktree, which has to be reported, and where the refs
    cannot be listed. Agents ask for the status of every repository, so this loads nothing that reads records.
    """
    from okstra_git.git.discovery import hidden_main
    from okstra_git.git.refs import list_ref_names
    from okstra_git.store.layout import ROOT

    if os.path.lexists(git.private_dir) or hidden_main(git.configuration, git.common_dir):
        return False
    try:
        return not list_ref_names(git, ROOT)
    except OkstraError:
        return False
