"""What Claude Code calls for a session's worktree: `git-okstra hook claude-worktree-create`, and `-remove`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Timer
from typing import TextIO

from okstra_cli.session import Session, Surroundings

SECONDS = 50.0
"""After these a removal ends: what it has not removed by then stays."""
MAX_INPUT = 1 << 20


def run_worktree_hook(
    name: str, *, cwd: str, environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO
) -> int:
    """Answer one event, whose object is on standard input.

    A creation prints the path and nothing else, and is 1 where there is none; everything else is always 0.
    """
    session = Session(Surroundings(Path(cwd), environ, stdin, stdout, stderr, stdout_is_terminal=False))
    if name == "claude-worktree-create":
        return _create(session, stdin, stdout)
    if name == "claude-worktree-remove":
        _remove(session, stdin)
    return 0


def _create(session: Session, stdin: TextIO, stdout: TextIO) -> int:
    from okstra_git.porcelain.agent_worktree import make_session_worktree

    try:
        worktree = make_session_worktree(session.workspace.silent(), _read(stdin, "WorktreeCreate", "name"))
        stdout.write(f"{worktree.path}\n")
        stdout.flush()
    except Exception as error:
        session.complain(f"okstra: there is no worktree for the session: {error}")
        return 1
    if worktree.note:
        session.complain(f"okstra: {worktree.note}")
    return 0


def _remove(session: Session, stdin: TextIO) -> None:
    from okstra_git.porcelain.agent_worktree import remove_session_worktree

    timer = Timer(SECONDS, os._exit, [0])
    timer.daemon = True
    if stdin is sys.stdin:  # only a process of our own may be ended
        timer.start()
    try:
        remove_session_worktree(session.workspace.silent(), _read(stdin, "WorktreeRemove", "worktree_path"))
    except Exception as error:
        session.complain(f"okstra: {error}")
    finally:
        timer.cancel()


def _read(stdin: TextIO, event: str, key: str) -> str:
    """One text of the event's object; ValueError where the input is something else, for anyone may have written it."""
    from okstra_git.documents.json_text import NotPlain, read_plain_object

    try:
        text = stdin.read(MAX_INPUT + 1).encode("utf-8", "replace")
        message = read_plain_object(text, max_bytes=MAX_INPUT)
    except NotPlain as error:
        raise ValueError(f"the input {error}") from error
    value = message.get(key)
    if message.get("hook_event_name") != event or not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"the input is not the event {event} with its {key}")
    return value
