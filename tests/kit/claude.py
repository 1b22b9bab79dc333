"""Runs the real Claude Code, headless and with a home of its own, against a model that answers what a test says."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

from tests.kit.answers import Answer, run_program
from tests.kit.surroundings import require_tool

_QUIET = {
    "ANTHROPIC_API_KEY": "none",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
}
"""Nothing but the loopback address is reached."""


@dataclass
class ScriptedModel:
    """What the program asked, and where it asks; every turn is answered with the same word."""

    address: str
    asked: list[str] = field(default_factory=list)


def trust(home: Path, project: Path) -> None:
    """Write that the user of this home trusts the project, whose settings do not count otherwise."""
    (home / ".claude.json").write_text(json.dumps({"projects": {str(project): {"hasTrustDialogAccepted": True}}}))


def run_claude(model: ScriptedModel, project: Path, *options: str, environ: Mapping[str, str]) -> Answer:
    """One headless turn in the project; the answer is a JSON object a line."""
    command = [str(require_tool("claude")), "-p", "Go on", "--output-format", "stream-json", "--verbose", *options]
    return run_program(command, cwd=project, environ={**environ, **_QUIET, "ANTHROPIC_BASE_URL": model.address})


@contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    """A model service on a free port of the loopback address, as long as the block lasts."""

    class Service(_Service):
        asked: ClassVar[list[str]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ScriptedModel(f"http://127.0.0.1:{server.server_port}", Service.asked)
    finally:
        server.shutdown()
        server.server_close()


class _Service(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]]

    def log_message(self, *_: Any) -> None:
        """Standard error is the test's."""

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.asked.append(text)
        question = json.loads(text or "{}")
        if not self.path.partition("?")[0].endswith("/messages"):
            self._send("application/json", "{}", status=404)
        elif question.get("stream"):
            events = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in _events(question))
            self._send("text/event-stream", events)
        else:
            message = _message(question) | {"content": [{"type": "text", "text": "done"}], "stop_reason": "end_turn"}
            self._send("application/json", json.dumps(message))

    def _send(self, kind: str, body: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


def _message(question: dict[str, Any]) -> dict[str, Any]:
    usage = {"input_tokens": 1, "output_tokens": 1}
    shape = {"id": f"msg_{os.getpid()}", "type": "message", "role": "assistant", "content": [], "usage": usage}
    return shape | {"model": question.get("model", "none"), "stop_reason": None, "stop_sequence": None}


def _events(question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": _message(question)}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "done"}}
    yield {"type": "content_block_stop", "index": 0}
    ending = {"stop_reason": "end_turn", "stop_sequence": None}
    yield {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 1}}
    yield {"type": "message_stop"}
