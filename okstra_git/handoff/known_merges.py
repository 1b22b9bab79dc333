"""Merges that were made before, kept beside the repository by the trees they merged; always rebuildable."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from okstra_git.digest import fingerprint
from okstra_git.git.git_directory import read_own, replace_own

VERSION = 2
MOST = 10_000
"""Merges that are kept, and as many merge bases; the ones that were not asked for longest go first."""

Found = tuple[tuple[str, str], ...]
"""(path, kind) of every contradiction; empty for a clean merge."""


Kept = TypeVar("Kept", str, Found)


@dataclass
class KnownMerges:
    """Outcomes by base tree and both sides' trees, and trees of merge bases by both commits; the order is of last use.

    Neither key cares which side is which.
    """

    merges: dict[str, Found] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    is_changed: bool = False

    def find_merge(self, base: str, one: str, other: str) -> Found | None:
        """What merging the trees came to, or None when that is not known."""
        return _used(self.merges, _key(one, other, base))

    def add_merge(self, base: str, one: str, other: str, found: Found) -> None:
        """Remember it."""
        self.merges[_key(one, other, base)] = found
        self.is_changed = True

    def find_base(self, one: str, other: str) -> str | None:
        """The tree of the commits' merge base, or None when that is not known."""
        return _used(self.bases, _key(one, other))

    def add_base(self, one: str, other: str, tree: str) -> None:
        """Remember it: it stays true whatever happens to branches."""
        self.bases[_key(one, other)] = tree
        self.is_changed = True


def _key(one: str, other: str, *also: str) -> str:
    return " ".join((min(one, other), max(one, other), *also))


def _used(entries: dict[str, Kept], key: str) -> Kept | None:
    value = entries.pop(key, None)
    if value is not None:
        entries[key] = value
    return value


def load_merges(path: Path) -> KnownMerges:
    """What the file holds; nothing when there is none, it is damaged or of another version."""
    try:
        header, _, body = (read_own(path) or b"").partition(b"\n")
        if json.loads(header) != {"version": VERSION, "print": fingerprint(body)}:
            return KnownMerges()
        facts = json.loads(body)
        merges = {
            key: tuple((str(path), str(kind)) for path, kind in clashes) for key, clashes in facts["merges"].items()
        }
        return KnownMerges(merges, {str(key): str(tree) for key, tree in facts["bases"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return KnownMerges()


def save_merges(path: Path, known: KnownMerges) -> bool:
    """Write the file anew where something was added; False when the file system refuses, which costs only time."""
    if not known.is_changed:
        return True
    facts = {"merges": dict(list(known.merges.items())[-MOST:]), "bases": dict(list(known.bases.items())[-MOST:])}
    body = json.dumps(facts, separators=(",", ":")).encode()
    header = json.dumps({"version": VERSION, "print": fingerprint(body)}).encode()
    return replace_own(path, header + b"\n" + body)
