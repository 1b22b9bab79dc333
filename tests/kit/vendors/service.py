"""The service: hands out the steps of a test to whoever asks, and remembers what was asked and what was counted."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from okstra_git.agents.tokens import Tokens, sum_tokens
from tests.kit.vendors.dialects import Dialect, Question, Reply, dialect_of
from tests.kit.vendors.steps import Call, Cut, Hang, Planned, Refuse, Say, Step, tokens_of

_ROUTING = json.dumps({"complexity_reasoning": "It is short.", "complexity_score": 80})
"""What Gemini wants of a smaller model, unless its line names a model; other words make it wait."""


@dataclass
class Request:
    """One request, what it was answered, and the tokens that the answer counted: none where it was no whole answer.

    `gone` = the program closed the connection before the answer was out.
    """

    number: int
    question: Question
    step: Step
    tokens: Tokens | None = None
    gone: bool = False
    at: float = field(default_factory=time.time)

    @property
    def is_side(self) -> bool:
        """Whether the program wanted something beside its turns."""
        return not self.question.tools


@dataclass
class Service:
    """Where programs ask, what they will get, and what they asked so far.

    Each request for a turn takes the next step, and the last one is repeated for ever. Steps of one vendor
    (`script(…, vendor="openai")`) are for its program alone; programs without steps of their own share the others.
    """

    address: str = ""
    requests: list[Request] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    _steps: dict[str, list[Planned]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def script(self, *steps: Planned, vendor: str = "") -> None:
        """What the next requests get; replaces what was left of an earlier script."""
        with self._lock:
            self._steps[vendor] = list(steps)

    def truth(self, requests: Iterable[Request] | None = None) -> Tokens:
        """The sum of what the answers counted: of all, or of these requests."""
        chosen = self.requests if requests is None else requests
        return sum_tokens(request.tokens for request in chosen if request.tokens is not None)

    def truth_by_model(self) -> dict[str, Tokens]:
        """The same by model."""
        models = dict.fromkeys(request.question.model for request in self.requests if request.tokens is not None)
        return {name: self.truth(r for r in self.requests if r.question.model == name) for name in models}

    def texts(self) -> list[str]:
        """The text of every request, as it came."""
        return [request.question.text for request in self.requests]

    def wait_for(self, count: int = 1, *, seconds: float = 30) -> None:
        """Return as soon as so many turns were asked for; an assertion when they never are."""
        until = time.monotonic() + seconds
        while sum(not request.is_side for request in self.requests) < count:
            assert time.monotonic() < until, f"no {count} turns within {seconds} s, but {len(self.requests)} requests"
            time.sleep(0.02)

    def receive(self, dialect: Dialect, question: Question) -> Request:
        """Number the request and choose its step."""
        with self._lock:
            number = len(self.requests) + 1
            planned = self._next(question)
            step = planned(question.text) if callable(planned) else planned
            request = Request(number, question, step)
            if isinstance(step, Say | Call):
                request.tokens = dialect.counted(tokens_of(number, step))
            self.requests.append(request)
            return request

    def _next(self, question: Question) -> Planned:
        if not question.tools:
            return Say(_ROUTING if "complexity_score" in question.text else "ok")
        steps = self._steps.get(question.vendor) or self._steps.get("") or [Say()]
        return steps.pop(0) if len(steps) > 1 else steps[0]


@contextmanager
def serving() -> Iterator[Service]:
    """A service on a free port of the loopback address, as long as the block lasts."""
    service = Service()

    class Handler(_Handler):
        """One connection to this service."""

    Handler.service = service
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    service.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def log_message(self, *_: Any) -> None:
        """Standard error is the test's."""

    def handle(self) -> None:
        """A program that goes away in the middle is part of what is tested."""
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def do_GET(self) -> None:
        self._other()

    do_HEAD = do_GET

    def do_POST(self) -> None:
        text = self._body()
        path = self.path.partition("?")[0]
        dialect = dialect_of(path)
        if dialect is None:
            self._other()
            return
        request = self.service.receive(dialect, dialect.question(path, json.loads(text or b"{}"), text.decode()))
        try:
            self._answer(dialect, request)
        except OSError:
            request.gone = True
            raise

    def _answer(self, dialect: Dialect, request: Request) -> None:
        match request.step:
            case Hang(seconds):
                self.service.closing.wait(seconds)
                self.close_connection = True
            case Refuse(status, retry_after):
                wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
                self._send(dialect.error(status), status, request, **wait)
            case Cut(text, seconds):
                reply = Reply(request.number, request.question.model, tokens_of(request.number, request.step), text)
                if request.question.streamed:
                    self._stream(dialect, reply, dialect.broken_after)
                self.close_connection = True
                self.service.closing.wait(seconds)
            case Say() | Call() as step:
                reply = _reply(request, step)
                if request.question.streamed:
                    self._stream(dialect, reply)
                else:
                    self._send(dialect.whole(reply), 200, request)

    def _stream(self, dialect: Dialect, reply: Reply, count: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("request-id", f"req_{reply.number:06}")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for name, body in dialect.events(reply)[:count]:
            head = f"event: {name}\n" if name else ""
            self.wfile.write(f"{head}data: {json.dumps(body)}\n\n".encode())
            self.wfile.flush()

    def _send(self, body: object, status: int, request: Request | None = None, **headers: str) -> None:
        data = b"" if self.command == "HEAD" else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if request is not None:
            self.send_header("request-id", f"req_{request.number:06}")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _other(self) -> None:
        self.service.others.append(f"{self.command} {self.path}")
        if self.path.endswith(("count_tokens", ":countTokens")):
            self._send({"input_tokens": 10, "totalTokens": 10}, 200)
        else:
            self._send({"error": {"type": "not_found_error", "message": "not scripted"}}, 404)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)


def _reply(request: Request, step: Say | Call) -> Reply:
    assert request.tokens is not None
    model = request.question.model
    if isinstance(step, Say):
        return Reply(request.number, model, request.tokens, step.text)
    return Reply(request.number, model, request.tokens, step.text or None, step.tool, step.input)
