"""Files that this clone keeps for itself beside the logs: the last fold, and a second copy of its own events."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from okstra_git.digest import fingerprint
from okstra_git.git.git_directory import append_own, read_own, read_tail, replace_own
from okstra_git.git.history import contains
from okstra_git.git.objects import read_blob
from okstra_git.git.repo import Git
from okstra_git.names import CommitId, is_commit_id
from okstra_git.records.codec import LineFacts, are_counts, encode_event, holds_nul, identify_line
from okstra_git.records.events import Event
from okstra_git.records.repository_events import RepositoryEvent
from okstra_git.records.states import State
from okstra_git.store import layout
from okstra_git.store.log import list_event_files

VERSION = 14


@dataclass(frozen=True)
class CachedFold:
    """A fold and the log tips it stands for; `blobs` are the event files of each task by ref.

    What was wrong is kept as well, so that logs full of it are read once: `unread` are refs that are not logs, with
    their tips and why, `notes` what is odd about the events of a task, by task and ref, `rewound` the last good tips
    of logs that were rewritten. `own` and `horizon` are what the events were measured by.
    """

    tips: Mapping[str, str]
    heads: Mapping[str, tuple[int, int, int]]
    blobs: Mapping[str, Mapping[str, str]]
    state: State
    own: str = ""
    horizon: int = 0
    unread: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: Mapping[str, Mapping[str, dict[str, int]]] = field(default_factory=dict)
    rewound: Mapping[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> dict[str, str]:
        """The tips of all refs that were looked at, logs or not."""
        return {**self.tips, **{ref: tip for ref, (tip, _) in self.unread.items()}}


def load_fold(path: Path) -> CachedFold | None:
    """The cached fold, or None when there is none, it is damaged, or of another version."""
    try:
        seal, _, rest = (read_own(path) or b"").partition(b"\n")
        header, _, body = rest.partition(b"\n")
        if seal != _seal(rest) or holds_nul(body):
            return None
        facts = json.loads(header)
        heads = {ref: (major, clock, seq) for ref, (major, clock, seq) in facts["heads"].items()}
        unread = {ref: (str(tip), str(why)) for ref, (tip, why) in facts["unread"].items()}
        fold = CachedFold(
            facts["tips"], heads, facts["blobs"], State.model_validate_json(body), facts["own"], facts["horizon"],
            unread, facts["notes"], facts["rewound"],
        )  # fmt: skip
        return fold if _is_sound(fold) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def save_fold(path: Path, fold: CachedFold) -> None:
    """Write the cache with tmp + rename; a repository that cannot be written simply has no cache."""
    body = fold.state.model_dump_json(exclude_defaults=True).encode()
    kept = ("tips", "heads", "blobs", "own", "horizon", "unread", "notes", "rewound")
    rest = json.dumps({name: getattr(fold, name) for name in kept}).encode() + b"\n" + body
    replace_own(path, _seal(rest) + b"\n" + rest)


MARK = b"# "


def last_mark(path: Path) -> str | None:
    """The log tip that the journal was last level with; None when there is no journal."""
    end = read_tail(path, 80)
    if end is None:
        return None
    tail = end.rstrip(b"\n").rpartition(b"\n")[2]
    return _mark(tail) if tail.startswith(MARK) else ""


def add_batch(path: Path, events: Sequence[Event | RepositoryEvent], tip: str) -> bool:
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
        line
        for path, blob in files.items()
        if layout.task_of_path(path) is not None
        for line in read_blob(git, blob).split(b"\n")
    ]
    known = [(facts, line) for line in lines if (facts := identify_line(line)) is not None]
    return sorted(known, key=lambda entry: (entry[0].clock, entry[0].seq))


def level_journal(git: Git, writer: str, tip: str) -> bool:
    """Write the journal anew from the log at `tip`; False when the file system refuses."""
    lines = b"".join(line + b"\n" for _, line in own_lines(git, tip))
    return replace_own(layout.journal_file(git.private_dir, writer), lines + MARK + tip.encode() + b"\n")


def _is_sound(fold: CachedFold) -> bool:
    """Whether what the header says has the shapes that it ought to have; the body was checked as records are."""
    ids = [*fold.tips.values(), *(blob for files in fold.blobs.values() for blob in files.values())]
    ids += [*fold.rewound.values(), *(tip for tip, _ in fold.unread.values())]
    counts = [fold.horizon, *(number for head in fold.heads.values() for number in head)]
    counts += [number for by_ref in fold.notes.values() for odd in by_ref.values() for number in odd.values()]
    return (
        isinstance(fold.own, str)
        and all(isinstance(id, str) and is_commit_id(id) for id in ids)
        and are_counts(*counts)
    )


def _seal(rest: bytes) -> bytes:
    """The first line: the version, and a print of everything behind it."""
    return f"{VERSION} {fingerprint(rest)}".encode()


def _mark(line: bytes) -> str:
    """The commit that a mark names; empty where it names none."""
    name = line[len(MARK) :].decode("ascii", "replace")
    return name if is_commit_id(name) else ""


def _lines(path: Path) -> list[bytes]:
    return (read_own(path) or b"").split(b"\n")
