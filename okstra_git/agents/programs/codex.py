"""The Codex CLI, headless (`codex exec --json`).

Only `turn.completed` says that it answered. Messages of type `error` come in runs that succeed, too: each retry is one.
Counters of a resumed thread go on, and a run that was stopped says no counters at all: the rollout has them. The file
of `-o` is not asked for: a turn that fails leaves an older one as it is, and the stream has the last message.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from okstra_git.agents.codex_usage import read_codex_stream
from okstra_git.agents.endings import ProgramEnd, Reason, reason_of_text
from okstra_git.agents.json_lines import parse_object, part
from okstra_git.agents.program import (
    CALLER_MARKS,
    AgentEvent,
    Assignment,
    Launch,
    Program,
    StreamReader,
    event,
    first_known,
)
from okstra_git.agents.tokens import SessionUsage

_SAID: tuple[tuple[str, Reason], ...] = (
    ("Not inside a trusted directory", "untrusted-folder"),
    ("401 Unauthorized", "unauthenticated"),
    ("429 Too Many Requests", "rate-limited"),
    ("usage limit", "rate-limited"),
    ("stream disconnected", "cut-off"),
    ("high demand", "service-failed"),
)


class Codex(Program):
    """The Codex CLI. Its threads cannot be given an id; standard input has to be closed."""

    name = "codex"
    presets_session = False
    counts_whole_session = True

    def launch(self, assignment: Assignment) -> Launch:
        """`codex exec --json …`, or `codex …` where a person sits before it."""
        sandbox = ("--sandbox", "workspace-write" if assignment.access == "write" else "read-only")
        model = ("--model", assignment.model) if assignment.model else ()
        resume = ("resume", assignment.resume) if assignment.resume else ()
        head = (self.name,) if assignment.interactive else (self.name, "exec", "--json")
        return Launch((*head, *sandbox, *model, *resume, "--", assignment.prompt), {}, CALLER_MARKS)

    def reader(self) -> StreamReader:
        """Listens to the stream of `--json`."""
        return CodexReader()


@dataclass
class CodexReader(StreamReader):
    """Listens to the stream of one headless run."""

    noise: ClassVar[tuple[str, ...]] = ("Reading additional input from stdin",)
    completed: Mapping[str, Any] | None = None
    failure: str = ""
    counted: list[Mapping[str, Any]] = field(default_factory=list)
    has_spoken: bool = False

    def read(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        """Thread, items, turns."""
        kind = str(message.get("type") or "")
        if kind == "thread.started":
            self.session = str(message.get("thread_id") or "")
            self.counted.append(message)
            return [event("started", self.session)]
        if kind in ("item.started", "item.completed"):
            return self._item(part(message, "item"), ended=kind == "item.completed")
        if kind == "turn.completed":
            self.completed = message
            self.counted.append(message)
            self.used = read_codex_stream(self.counted).tokens.total
            return [event("ended")]
        if kind == "turn.failed":
            self.failure = str(part(message, "error").get("message") or "")
            return [event("error", self.failure)]
        return [self._error(str(message.get("message") or ""))] if kind == "error" else []

    def ending(self, exit_code: int, stderr: str) -> ProgramEnd:
        """By the turn's end; what came on standard error explains a refusal before it began."""
        if self.completed is not None and not self.failure and exit_code == 0:
            return ProgramEnd("answered")
        text = self.failure or (self.errors[-1] if self.errors else "") or stderr
        refused = parse_object(text.encode())
        if refused is not None:  # the service's own words stand there alone where it refused the request as such
            return ProgramEnd("bad-request", str(part(refused, "error").get("message") or text))
        known = first_known(reason_of_text(text), _said(text), otherwise="failed" if self.failure else "no-result")
        if known == "no-result" and exit_code == 2 and not self.session:
            known = "misused"
        return ProgramEnd(known, text)

    def usage(self) -> SessionUsage | None:
        """The counters of the whole thread; None where the stream ends without them."""
        return read_codex_stream(self.counted) if self.completed is not None else None

    def _item(self, item: Mapping[str, Any], *, ended: bool) -> list[AgentEvent]:
        kind = item.get("type")
        self._count(str(kind), ended=ended)
        if kind == "agent_message" and ended:
            self.answer = str(item.get("text") or "")
            return [event("text", self.answer)]
        if kind == "command_execution":
            text = f"exit {item.get('exit_code')}" if ended else item.get("command")
            return [event("tool-result" if ended else "tool", text)]
        if kind == "error":
            return [event("warning", item.get("message"))]
        return [event("tool", kind)] if kind not in ("agent_message", "reasoning") and not ended else []

    def _count(self, kind: str, *, ended: bool) -> None:
        """Words and a call right behind them are one answer of the model."""
        if kind == "agent_message" and ended:
            self.turns, self.has_spoken = self.turns + 1, True
        elif kind not in ("agent_message", "reasoning", "error") and not ended:
            self.turns, self.has_spoken = self.turns + (not self.has_spoken), False

    def _error(self, text: str) -> AgentEvent:
        self.errors.append(text)
        return event("retry" if text.startswith("Reconnecting") else "error", text)


def _said(text: str) -> Reason | None:
    return next((reason for words, reason in _SAID if words in text), None)


PROGRAM = Codex()
