"""The last fold, kept beside the repository so that reading the state costs one file; always rebuildable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from okstra_git.digest import fingerprint
from okstra_git.git.own_files import read_own, replace_own
from okstra_git.names import is_commit_id
from okstra_git.records.codec import are_counts, holds_nul
from okstra_git.records.states import State

VERSION = 13


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


def save_fold(path: Path, fold: CachedFold) -> None:
    """Write the cache with tmp + rename; a repository that cannot be written simply has no cache."""
    body = fold.state.model_dump_json(exclude_defaults=True).encode()
    kept = ("tips", "heads", "blobs", "own", "horizon", "unread", "notes", "rewound")
    rest = json.dumps({name: getattr(fold, name) for name in kept}).encode() + b"\n" + body
    replace_own(path, _seal(rest) + b"\n" + rest)


def _seal(rest: bytes) -> bytes:
    """The first line: the version, and a print of everything behind it."""
    return f"{VERSION} {fingerprint(rest)}".encode()
