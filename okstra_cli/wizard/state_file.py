"""Keeps a wizard's state in a file: JSON of one version with a checksum, replaced in one step; opens its files plainly.

What it imports is paid for by every step of the wizard, so it reads and writes by `os` alone: without waiting, and
without links below `.okstra/`.
"""

from __future__ import annotations

import errno
import json
import os
import zlib

from okstra_cli.wizard.answers import State
from okstra_git.errors import OkstraError, refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    pass

FOLDER = ".okstra"
_KIND, _FILE, _FOLDER = 0o170000, 0o100000, 0o040000


def read_plain(path: str, most: int) -> bytes:
    """The first bytes of a plain file; OSError where nothing is, or a pipe, a folder or a device."""
    _require_plain(os.stat(path).st_mode)  # looking first, since a device may act on being opened
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _require_plain(os.fstat(descriptor).st_mode)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def _require_plain(mode: int) -> None:
    if mode & _KIND == _FOLDER:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if mode & _KIND != _FILE:
        raise OSError(errno.EINVAL, "it is not a file")


def link_below(path: str) -> str:
    """The first link on the way from `.okstra`, itself included, to the file, itself included; empty for none.

    A commit can bring links there, and nothing is to be written through one.
    """
    parts = os.path.normpath(path).split(os.sep)
    if FOLDER not in parts:
        return ""
    ways = (os.sep.join(parts[:end]) for end in range(parts.index(FOLDER) + 1, len(parts) + 1))
    return next((way for way in ways if os.path.islink(way)), "")


FORMAT = 2
"""Of the file; what the first one held is not read any more."""

MARK = "okstra-wizard"
MOST_BYTES = 4 << 20
_ANEW = "nothing was changed; begin anew with git okstra wizard init and another --state-file"
_ELSEWHERE = "name a file in a directory that you may write to with --state-file"


class Saved:
    """A state as kept: `language` is that of its prompts."""

    __slots__ = ("language", "state")

    def __init__(self, state: State, language: str) -> None:
        self.state = state
        self.language = language


def read_state(path: str) -> Saved:
    """The state in the file; refuses one that is missing, foreign, damaged, or of another version."""
    try:
        content = json.loads(_text_of(path))
    except (ValueError, RecursionError):
        raise _refused("wizard.state-damaged", path, "is not a wizard's state, or is damaged") from None
    if not isinstance(content, dict) or content.get("kind") != MARK:
        raise _refused("wizard.state-foreign", path, "is not a wizard's state")
    if content.get("schema") != FORMAT:
        raise _refused("wizard.state-version", path, "was written by another version of okstra")
    state = content.get("state")
    if not isinstance(state, dict) or content.get("checksum") != _checksum(json.dumps(state)):
        raise _refused("wizard.state-damaged", path, "is damaged: its checksum does not fit")
    return Saved(State(state["facts"], state["turns"]), str(state["language"]))


def write_state(path: str, saved: Saved) -> None:
    """Put the state into the file, whole or not at all, readable for its owner alone."""
    turns = [dict(turn) for turn in saved.state.turns]
    state = json.dumps({"language": saved.language, "facts": saved.state.facts, "turns": turns})
    head = {"kind": MARK, "schema": FORMAT, "checksum": _checksum(state)}
    data = f'{json.dumps(head)[:-1]}, "state": {state}}}\n'.encode("ascii")
    refuse_links(path)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            if os.write(descriptor, data) < len(data):
                raise OSError("the disk took a part of it only")
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError as error:
        _forget(temporary)
        raise unwritable(path, error) from None


def refuse_links(path: str) -> None:
    """Refuse a file that a link below `.okstra/` stands before."""
    link = link_below(path)
    if link:
        problem = "is a link" if link == path else f"lies behind the link {link}"
        raise _refused("wizard.state-place", path, f"{problem}, and links below .okstra/ are not followed", _ELSEWHERE)


def refuse_other_repository(path: str, there: str) -> None:
    """Refuse a state that is about another repository, whose git directory is `there`."""
    message = f"the state file {path} is about another repository: {there}"
    hint = "nothing was changed; begin anew here with git okstra wizard init and another --state-file"
    raise refuse("wizard.state-foreign", message, hint=hint, path=path)


def unwritable(path: str, error: OSError) -> OkstraError:
    """The refusal of a place that takes no file."""
    return refuse(
        "wizard.state-place",
        f"the state file {path} cannot be written: {error.strerror or error}",
        hint=_ELSEWHERE,
        path=path,
    )


def _text_of(path: str) -> str:
    refuse_links(path)
    try:
        data = read_plain(path, MOST_BYTES + 1)
    except FileNotFoundError:
        raise _refused("wizard.state-missing", path, "is not there", _begin_with(path)) from None
    except OSError as error:
        raise _refused("wizard.state-place", path, f"cannot be read: {error.strerror or error}", _ELSEWHERE) from None
    if len(data) > MOST_BYTES:
        raise _refused("wizard.state-foreign", path, "is not a wizard's state")
    return data.decode("utf-8")


def _checksum(state: str) -> int:
    """Against hands and half writes; no secret is in it."""
    return zlib.crc32(state.encode("ascii"))


def _refused(code: str, path: str, why: str, hint: str = _ANEW) -> OkstraError:
    return refuse(code, f"the state file {path} {why}", hint=hint, path=path)


def _begin_with(path: str) -> str:
    from okstra_git.commands import word  # a step that has its file does without

    return f"git okstra wizard init --state-file {word(path)}"


def _forget(temporary: str) -> None:
    try:
        os.unlink(temporary)
    except OSError:
        return
