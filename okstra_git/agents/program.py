"""What every agent program is to okstra: how it is called, and how it is listened to.

A program is one module of `okstra_git/agents/programs/`; `okstra_git/agents/catalog.py` finds it by its name.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal, NamedTuple

from okstra_git.agents.endings import ProgramEnd, Reason, reason_of_exit
from okstra_git.agents.json_lines import parse_object
from okstra_git.agents.sessions import Homes
from okstra_git.agents.tokens import SessionUsage

Access = Literal["read", "write"]
EventKind = Literal["started", "text", "tool", "tool-result", "retry", "warning", "error", "limit", "ended"]

LONGEST_TEXT = 2_000
"""Characters of an event's text that are kept; the log has all of them."""


@dataclass(frozen=True)
class Assignment:
    """What a program is asked, whichever it is.

    `prompt` is one short line that names the file with the assignment: it becomes an argument. `session` is the id that
    a new session gets where the program allows, `resume` a session to go on with. `allow` and `deny` are permission
    rules of Claude Code. `interactive` = a person sits before it. A program that knows no limit of turns or money is
    stopped by who started it.
    """

    prompt: str
    session: str = ""
    resume: str = ""
    model: str = ""
    access: Access = "read"
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    turns: int | None = None
    dollars: Decimal | None = None
    interactive: bool = False
    reads: tuple[str, ...] = ()


class Launch(NamedTuple):
    """How to start a program: its command line, and variables to set and to leave out of the environment."""

    argv: tuple[str, ...]
    variables: Mapping[str, str]
    without: frozenset[str]

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """The environment of the program, made from ours."""
        return {key: value for key, value in environ.items() if key not in self.without} | dict(self.variables)


class AgentEvent(NamedTuple):
    """Something that a program told while it ran; `text` is one line for people, cut at `LONGEST_TEXT`."""

    kind: EventKind
    text: str = ""


@dataclass
class StreamReader(ABC):
    """Listens to one run of a program: its lines of standard output, its words on standard error, and its end.

    `session`, `model` and `answer` are empty until they were said. `turns` counts answers of the model, as far as they
    can be told apart; `used` is what can be seen of the tokens meanwhile (`agents/outcomes.py` sees more). Lines of
    standard error that begin like one of `noise` mean nothing.
    """

    session: str = ""
    model: str = ""
    answer: str = ""
    turns: int = 0
    used: int = 0
    errors: list[str] = field(default_factory=list)
    resets: str = ""
    noise: ClassVar[tuple[str, ...]] = ()

    def take(self, line: bytes) -> tuple[AgentEvent, ...]:
        """The events of one line of standard output; a line that is not an object is a warning."""
        if not line.strip():
            return ()
        message = parse_object(line)
        if message is None:
            return (event("warning", line.decode("utf-8", "replace")),)
        return tuple(self.read(message))

    def end(self, exit_code: int, stderr: str, *, sent: int | None = None, stopped: Reason | None = None) -> ProgramEnd:
        """How the run ended, when the program exited so and said that on standard error.

        `exit_code` is negative for a signal, as `Popen.returncode`; `sent` is the first signal that we sent it, and
        `stopped` why we did, where the signal does not say it: `timed-out`, `out-of-budget`, `max-turns`. An answer
        that was whole before the signal came is an answer.
        """
        said = self.ending(exit_code, _without_noise(stderr, self.noise))
        if said.is_success:
            return said
        if stopped is not None:
            return ProgramEnd(stopped, resets=self.resets)
        if sent is None and said.reason not in ("no-result", "failed"):
            return said
        outside = reason_of_exit(exit_code, sent)
        return said if outside is None else ProgramEnd(outside, resets=self.resets)

    @abstractmethod
    def read(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        """The events of one message; keeps what the end will ask for."""

    @abstractmethod
    def ending(self, exit_code: int, stderr: str) -> ProgramEnd:
        """What the program itself says of its end."""

    @abstractmethod
    def usage(self) -> SessionUsage | None:
        """What the program itself says that it used; None where it did not say."""


class LastWords(NamedTuple):
    """The last message of a run that succeeded; `is_whole` unless the service broke off in it."""

    text: str
    is_whole: bool = True


class Program(ABC):
    """One agent program.

    `presets_session`: a new session can be given its id. `tells_tokens`: its stream says what each answer used.
    `counts_whole_session`: what it says at the end of a resumed session includes what was used before.
    """

    name: str
    presets_session: bool
    tells_tokens: bool = False
    counts_whole_session: bool = False

    @abstractmethod
    def launch(self, assignment: Assignment) -> Launch:
        """The command line and environment for an assignment."""

    @abstractmethod
    def reader(self) -> StreamReader:
        """A fresh listener for one headless run."""

    def last_words(self, reader: StreamReader, homes: Homes) -> LastWords:  # noqa: ARG002 - for those whose stream is not enough
        """The answer of a run that has ended; `homes` has the files of its session."""
        return LastWords(reader.answer)


CALLER_MARKS = frozenset(
    {
        "CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_ENTRYPOINT",
        "CLAUDE_CODE_EXECPATH", "CLAUDE_EFFORT", "AI_AGENT", "CODEX_SANDBOX", "CODEX_SANDBOX_NETWORK_DISABLED",
        "CODEX_THREAD_ID", "GEMINI_CLI", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_EDITOR",
    }
)  # fmt: skip
"""Variables by which an agent, or a git command, marks what it calls. A program that is started must not see them."""


def event(kind: EventKind, text: object = "") -> AgentEvent:
    """An event with its text on one line."""
    return AgentEvent(kind, " ".join(str(text).split())[:LONGEST_TEXT])


def _without_noise(text: str, noise: tuple[str, ...]) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith(noise))


def first_known(*reasons: Reason | None, otherwise: Reason) -> Reason:
    """The first reason that is known."""
    return next((reason for reason in reasons if reason is not None), otherwise)
