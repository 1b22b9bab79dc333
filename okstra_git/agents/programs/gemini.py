"""The Gemini CLI, headless (`gemini -p`).

Its exit status after an error of the service is the HTTP status modulo 256, and after a signal to its group it is 0: a
`result` line of status `success` is the sign that it answered. It starts itself a second time unless told not to, and
the first process hears no signals; one process is enough. A loop that it breaks by itself is called a success too, and
the requests of the loop's end are not counted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from okstra_git.agents.endings import ProgramEnd, Reason, reason_of_http, reason_of_text
from okstra_git.agents.gemini_usage import read_gemini_answer, read_gemini_result
from okstra_git.agents.json_lines import part
from okstra_git.agents.program import (
    CALLER_MARKS,
    AgentEvent,
    Assignment,
    LastWords,
    Launch,
    Program,
    StreamReader,
    event,
    first_known,
)
from okstra_git.agents.sessions import Homes, find_session, session_lines
from okstra_git.agents.tokens import SessionUsage

_OF_EXIT: dict[int, Reason] = {
    41: "unauthenticated", 42: "misused", 52: "misused", 53: "max-turns", 55: "untrusted-folder", 130: "interrupted",
}  # fmt: skip
_SAID: tuple[tuple[str, Reason], ...] = (
    ("without a finish reason", "cut-off"),
    ("Loop detected", "max-turns"),
)
_MESSAGE = re.compile(r'"message": ?"(?P<message>[^"]{1,500})"')
_CODE = re.compile(r'"code": ?(?P<status>[45]\d\d)')

_DEFAULTS_VARIABLE = "GEMINI_CLI_SYSTEM_DEFAULTS_PATH"
_READ_ONLY = Path(__file__).with_name("gemini_read_only.toml")
_DEFAULTS = Path(__file__).with_name("gemini_defaults.json")
"""Settings behind all of the user's: Gemini reads no file that git ignores, and git ignores `.okstra/`."""


class Gemini(Program):
    """The Gemini CLI. A folder that nobody trusted is trusted for this session alone; without write
    access it has no shell and no tool that writes, even where the person's settings allow them; with it edits are
    approved, and commands only as far as those settings go."""

    name = "gemini"
    presets_session = True

    def launch(self, assignment: Assignment) -> Launch:
        """`gemini -o stream-json … -p PROMPT`; `-i PROMPT` where a person sits before it."""
        session = ("--resume", assignment.resume) if assignment.resume else ()
        if assignment.session and not assignment.resume:
            session = ("--session-id", assignment.session)
        model = ("--model", assignment.model) if assignment.model else ()
        mode: tuple[str, ...] = ()
        if not assignment.interactive:
            may_write = assignment.access == "write"
            mode = ("--approval-mode", "auto_edit") if may_write else (f"--policy={_READ_ONLY}",)
        head = () if assignment.interactive else ("-o", "stream-json")
        prompt = f"{'--prompt-interactive' if assignment.interactive else '--prompt'}={assignment.prompt}"
        reads = tuple(f"--include-directories={folder}" for folder in assignment.reads)
        argv = (self.name, *head, "--skip-trust", *reads, *session, *model, *mode, prompt)
        return Launch(argv, {"GEMINI_CLI_NO_RELAUNCH": "true", _DEFAULTS_VARIABLE: str(_DEFAULTS)}, CALLER_MARKS)

    def reader(self) -> StreamReader:
        """Listens to `-o stream-json`."""
        return GeminiReader()

    def last_words(self, reader: StreamReader, homes: Homes) -> LastWords:
        """By the chat file: in the stream, words of an answer that broke off stand before the right ones.

        After a call of a tool, an answer that broke off is called a success; it has no tokens.
        """
        broken: list[str] = []
        answers = []
        for file in find_session(self.name, reader.session, homes):
            with session_lines(file, broken) as lines:
                answers.append(read_gemini_answer(lines))
        _, text, is_whole = max(answers, default=("", "", True))
        return LastWords(text, is_whole) if text else LastWords(reader.answer)


@dataclass
class GeminiReader(StreamReader):
    """Listens to the stream of one headless run; `result` is its last line.

    Words of an answer that broke off stay before those of the one that came in its place: both are in the log, and the
    chat file has the right one.
    """

    noise: ClassVar[tuple[str, ...]] = ("Warning: ", "Ripgrep is not available", "[STARTUP]", "YOLO mode")
    result: Mapping[str, Any] | None = None

    def read(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        """Words, calls of tools, the result."""
        kind = message.get("type")
        if kind == "init":
            self.session, self.model = str(message.get("session_id") or ""), str(message.get("model") or "")
            return [event("started", self.model)]
        if kind == "message" and message.get("role") == "assistant":
            self.answer += str(message.get("content") or "")
            return [event("text", message.get("content"))]
        if kind == "tool_use":
            self.answer, self.turns = "", self.turns + 1
            values = part(message, "parameters")
            return [event("tool", f"{message.get('tool_name')} {next(iter(values.values()), '')}")]
        if kind == "tool_result":
            return [event("tool-result", message.get("output"))]
        if kind == "error":
            self.errors.append(str(message.get("message") or ""))
            return [event("error", self.errors[-1])]
        return self._result(message) if kind == "result" else []

    def ending(self, exit_code: int, stderr: str) -> ProgramEnd:
        """By the result line; without one by the exit."""
        if self._is_success and exit_code == 0:
            return ProgramEnd("answered")
        text = str(part(self.result, "error").get("message") or "") or (self.errors[-1] if self.errors else stderr)
        found, words = _CODE.search(text), _MESSAGE.search(text)
        known = first_known(
            _OF_EXIT.get(exit_code),
            reason_of_http(int(found["status"])) if found else None,
            reason_of_text(text),
            reason_of_http(exit_code + 256) if exit_code >= 144 else None,
            next((reason for said, reason in _SAID if said in text), None),
            otherwise="failed" if self.result is not None else "no-result",
        )
        return ProgramEnd(known, words["message"] if words else text)

    def usage(self) -> SessionUsage | None:
        """By model; thoughts are what the total has beyond input and output."""
        usage = read_gemini_result(self.result, session=self.session) if self.result is not None else None
        if usage is None or self._is_success or self.result is None or self.result.get("status") != "success":
            return usage
        return replace(usage, confidence="lower_bound", remarks=("the end of a loop is not counted",))

    @property
    def _is_success(self) -> bool:
        """Whether it says so, and did not break off by itself."""
        return self.result is not None and self.result.get("status") == "success" and not self.errors

    def _result(self, message: Mapping[str, Any]) -> list[AgentEvent]:
        self.result, self.turns = message, self.turns + bool(self.answer)
        usage = self.usage()
        self.used = usage.tokens.total if usage else 0
        return [event("ended" if self._is_success else "error", part(message, "error").get("message") or "")]


PROGRAM = Gemini()
