"""A scripted GitHub over HTTP for one repository: pull requests, their reviews, and the statuses that were posted."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

REPOSITORY = "acme/shop"
TOKEN = "a-token"


@dataclass
class GitHub:
    """What the forge knows: `pulls` by number, `reviews` by number in their order, and every posted status by commit.

    `refuses` is a status that it answers to everything.
    """

    pulls: dict[int, Any] = field(default_factory=dict)
    reviews: dict[int, list[Any]] = field(default_factory=dict)
    statuses: dict[str, list[Any]] = field(default_factory=dict)
    refuses: int = 0
    url: str = ""

    def open(self, number: int, head: str, base: str = "main") -> None:
        """A pull request, or its head after a push."""
        self.pulls[number] = {"number": number, "head": {"sha": head}, "base": {"ref": base}}

    def review(self, number: int, who: str, commit: str, state: str = "APPROVED") -> None:
        """One more review."""
        entry = {"user": {"login": who}, "state": state, "commit_id": commit}
        self.reviews.setdefault(number, []).append(entry)

    def answer(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON for a request; `body` is None for a GET."""
        where, _, query = path.removeprefix(f"/repos/{REPOSITORY}").partition("?")
        words = where.strip("/").split("/")
        if self.refuses:
            return self.refuses, {"message": "scripted"}
        if words[0] == "statuses" and body is not None:
            self.statuses.setdefault(words[1], []).append(body)
            return 201, body
        if words[0] != "pulls" or int(words[1]) not in self.pulls:
            return 404, {"message": "Not Found"}
        if words[2:] == ["reviews"]:
            size, page = (int(re.search(rf"\b{name}=(\d+)", query)[1]) for name in ("per_page", "page"))  # type: ignore[index]
            return 200, self.reviews.get(int(words[1]), [])[size * (page - 1) : size * page]
        return 200, self.pulls[int(words[1])]


@contextmanager
def served() -> Iterator[GitHub]:
    """A forge that answers at `url` until the block ends."""
    github = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, body: Any) -> None:
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            status, said = github.answer(self.path, body) if known else (401, {"message": "Bad credentials"})
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield github
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
