"""Turns the answer of a command into one JSON object or a page of text; says how far a long look has come."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from okstra_cli.page import Page, clean_json, clean_lines
from okstra_cli.session import Session
from okstra_git.errors import SCHEMA, OkstraError

if TYPE_CHECKING:
    from okstra_cli.session import Session


class OutputFailed(OkstraError):
    """The answer could not be written: a full disk behind a redirect, say."""

    code = "output.failed"


@dataclass(frozen=True)
class Answer:
    """What a command returns: the JSON keys, the same as text, and the exit status.

    `text` is called only when text is wanted. An `error` makes the answer a refusal: its `error` object comes
    before `payload`, its sentence goes to stderr and its status wins. `is_page` marks help, which stays text off a
    terminal unless `--json` was said.
    """

    payload: Mapping[str, Any] = field(default_factory=dict)
    text: Callable[[], Page | str] = str
    exit_status: int = 0
    error: OkstraError | None = None
    is_page: bool = False

    @property
    def status(self) -> int:
        return self.error.exit_status if self.error else self.exit_status


def emit(session: Session, answer: Answer) -> int:
    """Write the answer and return its status; a reader that went away is not a failure."""
    if session.flags.json or (session.wants_json and not answer.is_page):
        form = json_form(answer, pretty=session.around.stdout_is_terminal)
        form = clean_json(form) if session.around.stdout_is_terminal else form
        _write(session, lambda: session.around.stdout.write(form))
    else:
        written = answer.text()
        if written:
            _write(session, lambda: _print(session, written))
        if answer.error is not None:
            _refuse(session, answer.error)
    return answer.status


def tell(session: Session, page: Page) -> None:
    """Write part of a text answer before the command is done, so that a long one can be followed."""
    _write(session, lambda: _print(session, page))


def json_form(answer: Answer, *, pretty: bool) -> str:
    """The one object of the contract, `ok` and `schema` first, as a line (or indented for a person)."""
    head: dict[str, Any] = {"ok": answer.error is None, "schema": SCHEMA}
    if answer.error is not None:
        head["error"] = answer.error.as_json()
    text = json.dumps({**head, **answer.payload}, ensure_ascii=False, indent=2 if pretty else None, default=str)
    return encodable(text) + "\n"


def encodable(text: str) -> str:
    """The text with names that are not UTF-8 written as `\\udcff`: an escape in JSON, readable elsewhere."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _write(session: Session, write: Callable[[], Any]) -> None:
    try:
        write()
        session.around.stdout.flush()
    except BrokenPipeError:
        return
    except OSError as error:
        raise OutputFailed(f"the answer could not be written: {error.strerror}") from error


def _print(session: Session, text: Page | str) -> None:
    stream = session.around.stdout
    if isinstance(text, str):
        shown = clean_lines(text) if session.around.stdout_is_terminal else text
        stream.write(encodable(_with_bold_headings(shown) if session.has_colour() else shown))
    elif not session.around.stdout_is_terminal:
        stream.write(text.plain())
    else:
        from okstra_cli.terminal import draw

        width = session.environ.get("COLUMNS", "")
        columns = int(width) if width.isdigit() and int(width) else shutil.get_terminal_size().columns
        draw(text, stream, colour=session.has_colour(), width=columns)


def _with_bold_headings(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(f"\x1b[1m{ln[:-1]}\x1b[0m\n" if ln.endswith(":\n") and ln[0] != " " else ln for ln in lines)


def _refuse(session: Session, error: OkstraError) -> None:
    prefix = "\x1b[1;31mokstra:\x1b[0m" if session.has_colour(on_stderr=True) else "okstra:"
    session.complain(error.message, mark=f"{prefix} ")
    if session.flags.codes:
        session.complain(f"code: {error.code}")
    for line in error.hint.splitlines():
        session.complain(f"hint: {line}")


INTERVAL = 2.0
"""Seconds between two lines."""


def report_progress(session: Session, what: str) -> Callable[[int, int], None]:
    """A function that takes how many of how many are done, and says `WHAT 3 of 8` every two seconds on a terminal."""
    last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        if session.around.stderr_is_terminal and time.monotonic() - last > INTERVAL:
            last = time.monotonic()
            session.note(f"{what} {done} of {total}")

    return report
