"""What a command body is given: where it runs, the line's flags, the clock, and the repository once it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from okstra_cli.global_flags import GlobalFlags
from okstra_cli.page import clean
from okstra_git.errors import OkstraError

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.state.store import Appended, Store


class NoDirectory(OkstraError):
    """The directory to work in does not exist."""

    code = "directory.missing"


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Surroundings:
    """Everything the outside world gives to one command line; no other module reads it from the process."""

    cwd: Path
    environ: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    stdout_is_terminal: bool
    stderr_is_terminal: bool = False
    now: Callable[[], datetime] = utc_now
    program: str = "git okstra"

    def has_colour(self, *, on_stderr: bool = False) -> bool:
        """Whether the stream may be coloured (https://no-color.org, and dumb terminals)."""
        terminal = self.stderr_is_terminal if on_stderr else self.stdout_is_terminal
        return terminal and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"


@dataclass
class Session:
    """One command line being answered; `command_path` is the command as far as it is known, `git okstra config get`.

    `changed_tasks` are the tasks (slashed keys) whose documents do not tell yet what was recorded of them.
    """

    around: Surroundings
    flags: GlobalFlags = field(default_factory=GlobalFlags)
    command_path: str = ""
    changed_tasks: set[str] = field(default_factory=set)
    is_hook: bool = False
    began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.command_path = self.around.program
        self.began = self.around.now()

    @staticmethod
    def of(context: Any) -> Session:
        """The session that a command's `typer.Context` carries."""
        session = context.find_object(Session)
        assert isinstance(session, Session)
        return session

    @property
    def environ(self) -> Mapping[str, str]:
        return self.around.environ

    def now(self) -> datetime:
        """This instant in UTC, or what a test says it is."""
        return self.around.now()

    @cached_property
    def cwd(self) -> Path:
        """The directory the command works in, after `-C`; refuses one that does not exist."""
        directory = self.around.cwd / self.flags.directory
        if not directory.is_dir():
            raise NoDirectory(f"there is no directory {clean(str(directory))}", hint="name an existing one with -C DIR")
        return directory

    @cached_property
    def git(self) -> Git:
        """The repository around the directory, opened on first use."""
        from okstra_git.git.repo import open_repository

        return open_repository(self.cwd, environ=self.environ, base=self.around.cwd, for_git=self._is_for_git)

    @property
    def _is_for_git(self) -> bool:
        """Whether git called us: by one of our hooks, or by one of the user's in the midst of `git commit`."""
        return self.is_hook or "GIT_INDEX_FILE" in self.environ

    @cached_property
    def store(self) -> Store:
        """The state kept in the repository, for reading and appending."""
        from okstra_git.state.store import Store

        return Store(self.git, self.now, unlock=self._clear_dead_locks, told=self._note_tasks)

    def _note_tasks(self, appended: Appended) -> None:
        """Remember which tasks something was recorded of, since their documents tell of it; say what was left out."""
        self.note_taken_out(appended.taken_out)
        self.changed_tasks.update(event.fact.task for event in appended.events if getattr(event.fact, "task", ""))

    def _clear_dead_locks(self, git: Git, refs: Sequence[str]) -> object:
        from okstra_git.health.dead_locks import clear_dead_locks  # psutil loads only when a lock is in the way

        return clear_dead_locks(git, refs, now=self.now())

    @property
    def home(self) -> Path:
        """The user's home, for settings that start with `~`."""
        return Path(self.environ.get("HOME") or Path.home())

    @property
    def wants_json(self) -> bool:
        """JSON with `--json`, or off a terminal unless `--text`."""
        return self.flags.json or not (self.flags.text or self.around.stdout_is_terminal)

    @property
    def may_ask(self) -> bool:
        """Whether a person can be asked: every stream a terminal, and text wanted."""
        return self.around.stdin.isatty() and self.around.stderr_is_terminal and not self.wants_json

    def has_colour(self, *, on_stderr: bool = False) -> bool:
        return not self.flags.no_color and self.around.has_colour(on_stderr=on_stderr)

    def note(self, text: str) -> None:
        """One line of progress or warning on stderr, unless `--quiet`."""
        if not self.flags.quiet:
            self.complain(f"okstra: {text}")

    def warn(self, text: str) -> None:
        """A warning on stderr when there is something to say, even with `--quiet`."""
        if text:
            self.complain(f"okstra: warning: {text}")

    def note_taken_out(self, found: Mapping[str, int], where: str = "recorded") -> None:
        """Say how many secrets of each kind were left out, if any."""
        if found:
            told = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
            self.note(f"{where} without {told}")

    def complain(self, line: str, *, mark: str = "") -> None:
        """A line on stderr, harmless to a terminal behind its `mark`; a stderr that cannot take it changes nothing."""
        try:
            self.around.stderr.write(f"{mark}{clean(line)}\n")
            self.around.stderr.flush()
        except OSError:
            return
