"""A private second copy of this clone's own events, so that a rewritten or deleted log ref loses nothing.

`filter-repo`, `filter-branch` and a careless ref clean-up reach `refs/okstra/*` like any other ref. A mark behind each
batch names the log's tip that it made: as long as the log still has that commit, nothing can be missing.
"""

from collections.abc import Sequence
from pathlib import Path

from okstra_git.git.history import contains
from okstra_git.git.objects import read_blob
from okstra_git.git.own_files import append_own, read_own, read_tail, replace_own
from okstra_git.git.repo import Git
from okstra_git.names import CommitId, is_commit_id
from okstra_git.records.codec import LineFacts, encode_event, identify_line
from okstra_git.records.events import Event
from okstra_git.store import layout
from okstra_git.store.log import list_event_files

MARK = b"# "


def last_mark(path: Path) -> str | None:
    """The log tip that the journal was last level with; None when there is no journal."""
    end = read_tail(path, 80)
    if end is None:
        return None
    tail = end.rstrip(b"\n").rpartition(b"\n")[2]
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
    """The commit that a mark names; empty where it names none."""
    name = line[len(MARK) :].decode("ascii", "replace")
    return name if is_commit_id(name) else ""


def _lines(path: Path) -> list[bytes]:
    return (read_own(path) or b"").split(b"\n")


def missing_lines(git: Git, ref: str, tip: CommitId | None) -> list[bytes]:
    """Lines this clone's journal has and its log lost: empty unless somebody rewrote or removed the log ref."""
    path = layout.journal_file(git.private_dir, ref.removeprefix(layout.LOGS))
    mark = last_mark(path)
    if mark is None or mark == tip or (mark and tip is not None and contains(git, tip, mark)):
        return []
    present = {facts.id for facts, _ in own_lines(git, tip)} if tip else set()
    missing: dict[str, bytes] = {}
    for line in read_lines(path):
        facts = identify_line(line)
        if facts is not None and facts.id not in present:
            missing.setdefault(facts.id, line)
    return list(missing.values())


def own_lines(git: Git, tip: str) -> list[tuple[LineFacts, bytes]]:
    """Every event line in the log at `tip`, of known types or not, in order."""
    files = list_event_files(git, tip)
    lines = [
        line for path, blob in files.items() if layout.task_of_path(path) for line in read_blob(git, blob).split(b"\n")
    ]
    known = [(facts, line) for line in lines if (facts := identify_line(line)) is not None]
    return sorted(known, key=lambda entry: (entry[0].clock, entry[0].seq))


def level_journal(git: Git, writer: str, tip: str) -> bool:
    """Write the journal anew from the log at `tip`; False when the file system refuses."""
    lines = b"".join(line + b"\n" for _, line in own_lines(git, tip))
    return replace_own(layout.journal_file(git.private_dir, writer), lines + MARK + tip.encode() + b"\n")
