"""What a command body is given: where it runs, the line's flags, the clock, and the repository once it asks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from okstra_cli.global_flags import GlobalFlags
from okstra_cli.page import clean
from okstra_git.errors import refuse
from okstra_git.names import TaskKey
from okstra_git.porcelain.workspace import Workspace

if TYPE_CHECKING:
    from okstra_git.git.repo import Git
    from okstra_git.store.store import Store


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

    def show_bytes(self, piece: bytes) -> None:
        """Hand on what another program prints, on standard error; a reader that went away does not matter."""
        with suppress(BrokenPipeError):
            raw = getattr(self.stderr, "buffer", None)
            if raw is None:
                self.stderr.write(piece.decode("utf-8", "replace"))
            else:
                raw.write(piece)
            self.stderr.flush()

    def has_colour(self, *, on_stderr: bool = False) -> bool:
        """Whether the stream may be coloured (https://no-color.org, and dumb terminals)."""
        terminal = self.stderr_is_terminal if on_stderr else self.stdout_is_terminal
        return terminal and not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"


@dataclass
class Session:
    """One command line being answered; `command_path` is the command as far as it is known, `git okstra config get`."""

    around: Surroundings
    flags: GlobalFlags = field(default_factory=GlobalFlags)
    command_path: str = ""
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

    @cached_property
    def workspace(self) -> Workspace:
        """The repository around the directory, for the use cases; made once the line's flags are known."""
        workspace = Workspace(
            self.around.cwd,
            self.environ,
            home=Path(self.environ.get("HOME") or Path.home()),
            clock=self.around.now,
            find_program=find_program,
            notifier=self,
            directory=self.flags.directory,
            for_git=self.is_hook or "GIT_INDEX_FILE" in self.environ,  # run by a hook, or during a commit
        )
        workspace.began = self.began
        return workspace

    @property
    def environ(self) -> Mapping[str, str]:
        return self.around.environ

    def now(self) -> datetime:
        """This instant in UTC, or what a test says it is."""
        return self.around.now()

    @property
    def cwd(self) -> Path:
        """The directory the command works in, after `-C`; refuses one that does not exist."""
        return self.workspace.cwd

    @property
    def has_opened_git(self) -> bool:
        """Whether the command came as far as to look at a repository."""
        return "workspace" in vars(self) and "git" in vars(self.workspace)

    @property
    def git(self) -> Git:
        """The repository around the directory, opened on first use."""
        return self.workspace.git

    @property
    def store(self) -> Store:
        """The state kept in the repository, for reading and appending."""
        return self.workspace.store

    @property
    def changed_tasks(self) -> set[TaskKey]:
        """The tasks (slashed keys) whose documents do not say yet what was recorded of them."""
        return self.workspace.changed_tasks

    @property
    def home(self) -> Path:
        """The user's home, for settings that start with `~`."""
        return self.workspace.home

    @property
    def wants_json(self) -> bool:
        """JSON with `--json`, or off a terminal unless `--text`."""
        return self.flags.json or not (self.flags.text or self.around.stdout_is_terminal)

    @property
    def may_ask(self) -> bool:
        """Whether a person can be asked: every stream a terminal, and text wanted."""
        return self.around.stdin.isatty() and self.around.stderr_is_terminal and not self.wants_json

    def confirms(self, question: str) -> bool:
        """Whether a person at the terminal answers the question with yes; anything else is a no."""
        self.around.stderr.write(f"{question}? [y/N] ")
        self.around.stderr.flush()
        return self.around.stdin.readline().strip().lower() in ("y", "yes")

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

    def complain(self, line: str, *, mark: str = "") -> None:
        """A line on stderr, harmless to a terminal behind its `mark`; a stderr that cannot take it changes nothing."""
        try:
            self.around.stderr.write(f"{mark}{clean(line)}\n")
            self.around.stderr.flush()
        except OSError:
            return


def find_program() -> Path:
    """The absolute path of git-okstra, for hooks that run without the user's PATH; refuses when there is none."""
    beside = Path(sys.executable).with_name("git-okstra")
    started = Path(sys.argv[0])
    if started.name in ("git-okstra", "okstra") and started.exists():
        return started.absolute().with_name("git-okstra")
    on_path = shutil.which("git-okstra")
    if beside.exists() or on_path:
        return beside if beside.exists() else Path(on_path or "").absolute()
    raise refuse(
        "hooks.no-program",
        "no git-okstra program was found for the hooks to call",
        hint="once it is installed: git okstra init",
    )
