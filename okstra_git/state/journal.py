"""A private second copy of this clone's own events, so that a rewritten or deleted log ref loses nothing.

`filter-repo`, `filter-branch` and a careless ref clean-up reach `refs/okstra/*` like any other ref.
"""

from collections.abc import Sequence
from pathlib import Path

from okstra_git.git.own_files import append_own, read_own, read_tail
from okstra_git.names import is_commit_id
from okstra_git.records.codec import encode_event
from okstra_git.records.events import Event

MARK = b"# "


def last_mark(path: Path) -> str | None:
    """The log tip that the journal was last level with; None when there is no journal."""
    found = read_tail(path, 80)
    if found is None:
        return None
    tail = found.rstrip(b"\n").rpartition(b"\n")[2]
    return _mark(tail) if tail.startswith(MARK) else ""


def add_batch(path: Path, events: Sequence[Event], tip: str) -> bool:
    """Append a batch and the tip it made; False when the file system refuses (the log itself is the truth)."""
    data = b"".join(encode_event(event) for event in events) + MARK + tip.encode() + b"\n"
    return append_own(path, data)


def read_lines(path: Path) -> list[bytes]:
    """Every event line of the journal, as it was written."""
    return [line for line in _lines(path) if line.strip() and not line.startswith(MARK)]


def list_marks(path: Path) -> list[str]:
    """The log tips the journal was level with, the newest first."""
    marks = (_mark(line) for line in reversed(_lines(path)) if line.startswith(MARK))
    return [mark for mark in marks if mark]


def _mark(line: bytes) -> str:
    """The commit that a mark names; empty for one that names none."""
    name = line[len(MARK) :].decode("ascii", "replace")
    return name if is_commit_id(name) else ""


def _lines(path: Path) -> list[bytes]:
    return (read_own(path) or b"").split(b"\n")
