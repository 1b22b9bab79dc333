"""The last fold, kept beside the repository so that reading the state costs one file; always rebuildable."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from okstra_git.digest import fingerprint
from okstra_git.git.sharing import share
from okstra_git.records.states import State

VERSION = 11


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
        header, _, body = path.read_bytes().partition(b"\n")
        facts = json.loads(header)
        if facts["version"] != VERSION or facts["print"] != fingerprint(body):
            return None
        heads = {ref: (int(h[0]), int(h[1]), int(h[2])) for ref, h in facts["heads"].items()}
        unread = {ref: (str(each[0]), str(each[1])) for ref, each in facts["unread"].items()}
        return CachedFold(
            facts["tips"], heads, facts["blobs"], State.model_validate_json(body), facts["own"], facts["horizon"],
            unread, facts["notes"], facts["rewound"],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def save_fold(path: Path, fold: CachedFold) -> None:
    """Write the cache with tmp + rename; a repository that cannot be written simply has no cache."""
    body = fold.state.model_dump_json(exclude_defaults=True).encode()
    kept = ("tips", "heads", "blobs", "own", "horizon", "unread", "notes", "rewound")
    facts = {"version": VERSION, "print": fingerprint(body), **{name: getattr(fold, name) for name in kept}}
    replace_file(path, json.dumps(facts).encode() + b"\n" + body)


def replace_file(path: Path, data: bytes) -> bool:
    """Atomically make `data` the content of `path`; False when the file system refuses."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
        share(path)
    except OSError:
        temporary.unlink(missing_ok=True) if temporary.exists() else None
        return False
    return True
