"""The last fold, kept beside the repository so that reading the state costs one file; always rebuildable."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from okstra_git.digest import fingerprint
from okstra_git.git.own_files import read_own, replace_own
from okstra_git.names import is_commit_id
from okstra_git.records.codec import holds_nul, is_count
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
        if facts["version"] != VERSION or facts["print"] != fingerprint(body) or holds_nul(body):
            return None
        heads = {ref: (major, clock, seq) for ref, (major, clock, seq) in facts["heads"].items()}
        found = CachedFold(facts["tips"], heads, facts["blobs"], State.model_validate_json(body))
        return found if _is_sound(found) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_sound(fold: CachedFold) -> bool:
    """Whether what the header says has the shapes that it ought to have; the body was checked as records are."""
    ids = [*fold.tips.values(), *(blob for files in fold.blobs.values() for blob in files.values())]
    return all(isinstance(id, str) and is_commit_id(id) for id in ids) and all(
        is_count(number) for head in fold.heads.values() for number in head
    )


def save_fold(path: Path, fold: CachedFold) -> None:
    """Write the cache with tmp + rename; a repository that cannot be written simply has no cache."""
    body = fold.state.model_dump_json(exclude_defaults=True).encode()
    facts = {"version": VERSION, "print": fingerprint(body), "tips": dict(fold.tips), "heads": dict(fold.heads),
             "blobs": {ref: dict(files) for ref, files in fold.blobs.items()}}  # fmt: skip
    replace_own(path, json.dumps(facts).encode() + b"\n" + body)
