"""Sorts everything that lies in a worktree: changed, hidden, untracked, ignored, caches, submodules, the rest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from okstra_git.git.caches import Caches, find_caches
from okstra_git.git.changes import SUBMODULE
from okstra_git.git.dirty import Side, Uncommitted, list_uncommitted
from okstra_git.git.filtered_edits import list_filtered
from okstra_git.git.hidden_edits import IndexEntry, list_index
from okstra_git.git.inventory import Inventory, take_inventory


@dataclass(frozen=True)
class Standing:
    """Everything below `top` that is not as committed, one path a time, relative to it.

    `changes` are tracked paths, hidden edits included; `untracked` and `ignored` single files; `folders` the ignored
    directories as git names them, for grouping; `plain_caches` those files of `caches` that are not ignored; `filtered`
    files of which a clean filter hides a part; `modules` the submodules that are checked out. Whatever lies there and
    is not mentioned by git counts as untracked.
    """

    top: Path
    changes: tuple[Uncommitted, ...]
    untracked: tuple[bytes, ...]
    ignored: tuple[bytes, ...]
    folders: frozenset[bytes]
    caches: Caches
    inventory: Inventory
    plain_caches: tuple[bytes, ...] = ()
    filtered: tuple[Uncommitted, ...] = ()
    modules: tuple[tuple[bytes, "Standing"], ...] = ()

    @property
    def hidden(self) -> tuple[bytes, ...]:
        """Edited paths that git status does not show, those of submodules included."""
        own = [each.path for each in self.changes if each.is_hidden]
        return (*own, *(path + b"/" + each for path, module in self.modules for each in module.hidden))

    @property
    def is_plain(self) -> bool:
        """Whether nothing lies there but what is committed, and caches."""
        inside = self.inventory
        odd = inside.repositories or inside.special or inside.sealed or inside.mounts
        held = self.changes or self.filtered or self.untracked or self.ignored or odd
        return not held and all(module.is_plain for _, module in self.modules)

    def is_ignored(self, path: bytes) -> bool:
        """Whether git ignores this path because of a directory above it."""
        return path + b"/" in self.folders or any(folder in self.folders for folder in folders_above(path))


def read_standing(top: Path, *, named: Collection[bytes] = ()) -> Standing:
    """Read the worktree at `top` in full; `named` are directories that the user calls caches.

    Refuses (`GitFailed`) where git cannot read its index. No tracked file is read that git status trusts.
    """
    entries = list_index(top)
    said = list_uncommitted(top, with_ignored=True, entries=entries)
    tracked = {each.path for each in entries}
    found = take_inventory(top, modules={each.path for each in entries if each.mode == SUBMODULE})
    loose = [path for path in found.files if path not in tracked]
    marked = {each.path for each in said if each.is_ignored}
    folders = frozenset(path for path in marked if path.endswith(b"/"))
    ignored = {path for path in loose if path in marked or any(each in folders for each in folders_above(path))}
    caches = find_caches(top, loose, tracked=tracked, awkward=_awkward(found), ignored=ignored, named=named)
    gone = set(caches.files)
    left = [path for path in loose if path not in gone]
    return Standing(
        top=top,
        changes=tuple(each for each in said if not each.is_untracked and not each.is_ignored),
        untracked=tuple(sorted(path for path in left if path not in ignored)),
        ignored=tuple(sorted(path for path in left if path in ignored)),
        folders=folders,
        caches=caches,
        inventory=found,
        plain_caches=tuple(path for path in caches.files if path not in ignored),
        filtered=tuple(_filtered(top, entries, besides={each.path for each in said})),
        modules=tuple(_modules(top, found.modules, named)),
    )


def _filtered(top: Path, entries: Sequence[IndexEntry], *, besides: Collection[bytes]) -> Iterator[Uncommitted]:
    for each in list_filtered(top, entries, besides=besides):
        side = Side(each.mode, each.oid)
        yield Uncommitted(each.path, side, side, each.found, is_hidden=True)


def _modules(top: Path, paths: Iterable[bytes], named: Collection[bytes]) -> Iterator[tuple[bytes, Standing]]:
    for path in sorted(paths):
        yield path, read_standing(top / path.decode("utf-8", "surrogateescape"), named=named)


def _awkward(found: Inventory) -> list[bytes]:
    return [*found.repositories, *found.modules, *found.special, *found.mounts, *(path for path, _ in found.sealed)]


def folders_above(path: bytes) -> Iterator[bytes]:
    """`a/`, `a/b/` for `a/b/c`."""
    at = path.find(b"/")
    while at >= 0:
        yield path[: at + 1]
        at = path.find(b"/", at + 1)
