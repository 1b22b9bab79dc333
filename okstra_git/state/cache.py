"""The last fold, kept beside the repository so that reading the state costs one file; always rebuildable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from okstra_git.digest import fingerprint
from okstra_git.git.own_files import read_own, replace_own
from okstra_git.records.states import State

VERSION = 11
replace_file = replace_own


@dataclass(frozen=True)
class CachedFold:
    """A fold and the log tips it stands for; `blobs` are the event files of each task by ref."""

    tips: Mapping[str, str]
    heads: Mapping[str, tuple[int, int, int]]
    blobs: Mapping[str, Mapping[str, str]]
    state: State


def load_fold(path: Path) -> CachedFold | None:
    """The cached fold, or None when there is none, it is damaged, or of another version."""
    try:
        header, _, body = (read_own(path) or b"").partition(b"\n")
        facts = json.loads(header)
        if facts["version"] != VERSION or facts["print"] != fingerprint(body):
            return None
        heads = {ref: (int(h[0]), int(h[1]), int(h[2])) for ref, h in facts["heads"].items()}
        return CachedFold(facts["tips"], heads, facts["blobs"], State.model_validate_json(body))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def save_fold(path: Path, fold: CachedFold) -> None:
    """Write the cache with tmp + rename; a repository that cannot be written simply has no cache."""
    body = fold.state.model_dump_json(exclude_defaults=True).encode()
    facts = {"version": VERSION, "print": fingerprint(body), "tips": dict(fold.tips), "heads": dict(fold.heads),
             "blobs": {ref: dict(files) for ref, files in fold.blobs.items()}}  # fmt: skip
    replace_own(path, json.dumps(facts).encode() + b"\n" + body)
