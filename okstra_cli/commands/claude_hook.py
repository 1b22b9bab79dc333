"""What Claude Code calls as a session begins and as a turn ends: `git-okstra hook claude-session-start`, `claude-stop`.

Always status 0: a hook must not stop the program that calls it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Timer
from typing import TextIO

from okstra_cli.session import Session, Surroundings
from okstra_git.errors import OkstraError

SECONDS = 8.0
"""After these the process ends, whatever it is at; what it was about to write is whole or not there."""
MAX_INPUT = 4 << 20


def run_claude_hook(
    name: str, *, cwd: str, environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO
) -> int:
    """Answer one event, whose object is on standard input; silent where okstra is not in use."""
    event, answer = EVENTS[name]
    session = Session(Surroundings(Path(cwd), environ, stdin, stdout, stderr, stdout_is_terminal=False))
    try:
        with _time_limit() if stdin is sys.stdin else nullcontext():  # only a process of our own may be ended
            if _is_event(stdin, event) and not _is_unused(session):
                stdout.write(answer(session))
                stdout.flush()
    except Exception as error:
        session.complain(f"okstra: nothing was done for {event}: {error}")
    return 0


def _is_event(stdin: TextIO, event: str) -> bool:
    """Whether the input is the object of this event; nothing else of it is used, for anyone may have written it."""
    from okstra_git.documents.json_text import NotPlain, read_plain_object

    try:
        text = stdin.read(MAX_INPUT + 1)
        return read_plain_object(text.encode("utf-8", "replace"), max_bytes=MAX_INPUT).get("hook_event_name") == event
    except (NotPlain, ValueError):
        return False


def _is_unused(session: Session) -> bool:
    from okstra_git.porcelain.workspace import is_unused

    try:
        return is_unused(session.git)
    except OkstraError:
        return True


def _begin_session(session: Session) -> str:
    """The context of the new session."""
    from okstra_cli.views.agent_session import briefing_text
    from okstra_git.porcelain.agent_session import brief_session

    context = briefing_text(brief_session(session.workspace))
    return json.dumps({"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": context}}) + "\n"


def _end_turn(session: Session) -> str:
    """Nothing is said: an answer to this event would keep the agent from stopping."""
    from okstra_git.porcelain.agent_session import keep_turn

    keep_turn(session.workspace.silent())
    return ""


EVENTS: dict[str, tuple[str, Callable[[Session], str]]] = {
    "claude-session-start": ("SessionStart", _begin_session),
    "claude-stop": ("Stop", _end_turn),
}
"""The word after `hook` -> the event's own name, and what is done."""


@contextmanager
def _time_limit() -> Iterator[None]:
    timer = Timer(SECONDS, os._exit, [0])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
