"""Claude Code, headless (`claude -p`) or before a person.

Only a result line with `is_error: false` says that it answered: `subtype` is `success` for failures of the service too,
and an interruption while the model speaks exits 0 without a result line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from okstra_git.agents.claude_usage import read_claude_result
from okstra_git.agents.endings import ProgramEnd, Reason, reason_of_http, reason_of_text
from okstra_git.agents.json_lines import part
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
from okstra_git.agents.tokens import SessionUsage, count_of

_READ_TOOLS = ("Read", "Grep", "Glob")
_OF_SUBTYPE: dict[str, Reason] = {"error_max_turns": "max-turns", "error_max_budget_usd": "out-of-budget"}
_OF_TERMINAL: dict[str, Reason] = {"aborted_streaming": "interrupted", "aborted_tools": "interrupted"}


class Claude(Program):
    """Claude Code. Permission rules go by flag, because those of a project count only in a trusted folder."""

    name = "claude"
    presets_session = True
    tells_tokens = True

    def launch(self, assignment: Assignment) -> Launch:
        """`claude -p PROMPT …`; without `-p` where a person sits before it."""
        session = ("--resume", assignment.resume) if assignment.resume else ()
        if assignment.session and not assignment.resume:
            session = ("--session-id", assignment.session)
        argv = (self.name, *_headless(assignment), *session, *_options(assignment), "--", assignment.prompt)
        return Launch(argv, {}, CALLER_MARKS)

    def reader(self) -> StreamReader:
        """Listens to `--output-format stream-json`."""
        return ClaudeReader()


def _headless(assignment: Assignment) -> tuple[str, ...]:
    return () if assignment.interactive else ("-p", "--output-format", "stream-json", "--verbose")


def _options(assignment: Assignment) -> tuple[str, ...]:
    rules = assignment.allow if assignment.access == "write" else (*_READ_TOOLS, *assignment.allow)
    mode = "acceptEdits" if assignment.access == "write" else "default" if assignment.interactive else "dontAsk"
    return (
        *(("--model", assignment.model) if assignment.model else ()),
        "--permission-mode", mode,
        *(f"--add-dir={folder}" for folder in assignment.reads),
        *(("--allowedTools", *rules) if rules else ()),
        *(("--disallowedTools", *assignment.deny) if assignment.deny else ()),
        *(("--max-turns", str(assignment.turns)) if assignment.turns and not assignment.interactive else ()),
        *(("--max-budget-usd", str(assignment.dollars)) if assignment.dollars and not assignment.interactive else ()),
    )  # fmt: skip


@dataclass
class ClaudeReader(StreamReader):
    """Listens to the stream of one headless run; `result` is its last line."""

    result: Mapping[str, Any] | None = None
    last_message: str = ""

    def read(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        """System lines, blocks of messages, and the result."""
        kind = message.get("type")
        self.session = str(message.get("session_id") or self.session)
        if kind == "system":
            return self._system(message)
        if kind == "assistant":
            return self._assistant(message)
        if kind == "user":
            return [event("tool-result", _content(block)) for block in _blocks(message, "tool_result")]
        if kind == "rate_limit_event":
            return self._limit(part(message, "rate_limit_info"))
        return self._result(message) if kind == "result" else []

    def ending(self, exit_code: int, stderr: str) -> ProgramEnd:
        """By the result line; without one nothing is known but the exit."""
        if self.result is None:
            return ProgramEnd("misused" if exit_code == 1 and not self.session else "no-result", stderr)
        if self.result.get("is_error") is False:
            return ProgramEnd("answered", resets=self.resets)
        text = self.answer or "; ".join(map(str, self.result.get("errors") or ()))
        if self.result.get("terminal_reason") in _OF_TERMINAL:
            text = ""  # a line for its makers
        status = self.result.get("api_error_status")
        known = first_known(
            _OF_SUBTYPE.get(str(self.result.get("subtype"))),
            _OF_TERMINAL.get(str(self.result.get("terminal_reason"))),
            reason_of_http(status) if type(status) is int else None,
            reason_of_text(text),
            otherwise="cut-off" if text.startswith("API Error") else "failed",
        )
        return ProgramEnd(known, text, self.resets)

    def usage(self) -> SessionUsage | None:
        """By model, subagents included."""
        return read_claude_result(self.result) if self.result is not None else None

    def _system(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        if message.get("subtype") == "init":
            self.model = str(message.get("model") or "")
            return [event("started", self.model)]
        if message.get("subtype") != "api_retry":
            return []
        status, attempt = message.get("error_status"), message.get("attempt")
        most = message.get("max_retries")
        return [event("retry", f"{message.get('error')} ({status}), attempt {attempt} of {most}")]

    def _assistant(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        """One line has one block; a message of several blocks comes as several lines with one id."""
        body = part(message, "message")
        if body.get("id") != self.last_message and body.get("model") != "<synthetic>":
            self.last_message, self.turns = str(body.get("id")), self.turns + 1
            usage = part(body, "usage")
            self.used += sum(count_of(usage, key) for key in usage)
        return [
            event("text", block.get("text"))
            if block.get("type") == "text"
            else event("tool", f"{block.get('name')} {_summary(part(block, 'input'))}")
            for block in (*_blocks(message, "text"), *_blocks(message, "tool_use"))
        ]

    def _limit(self, info: Mapping[str, Any]) -> list[AgentEvent]:
        resets = info.get("resetsAt")
        if type(resets) is int and 0 < resets < 1 << 40:
            self.resets = datetime.fromtimestamp(resets, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return [event("limit", info.get("status"))]

    def _result(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        self.result, self.answer = message, str(message.get("result") or "")
        usage = read_claude_result(message)
        self.used = max(self.used, usage.tokens.total if usage else 0)
        return [event("ended" if message.get("is_error") is False else "error", self.answer)]


def _blocks(message: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    content = part(message, "message").get("content")
    blocks = content if isinstance(content, list) else []
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == kind]


def _content(block: Mapping[str, Any]) -> str:
    content = block.get("content")
    pieces = content if isinstance(content, list) else [{"text": content}]
    return " ".join(str(piece.get("text") or "") for piece in pieces if isinstance(piece, dict))


def _summary(values: Mapping[str, Any]) -> str:
    """What a call of a tool is about: its command or file, else its first words."""
    named = next((values[key] for key in ("command", "file_path", "description", "pattern") if key in values), None)
    return str(named if named is not None else next(iter(values.values()), ""))


PROGRAM = Claude()
