"""Everything that lies in a worktree, sorted: changed, hidden, untracked, ignored, caches, submodules, the rest."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from okstra_git.git.diffs import SUBMODULE
from okstra_git.git.dirty import IndexEntry, Side, Uncommitted, list_filtered, list_index, list_uncommitted
from okstra_git.git.ignored import Caches, find_caches

_BARE = {b"HEAD", b"objects", b"refs"}


@dataclass
class Inventory:
    """What a walk found; paths are relative to where it began and never follow a link.

    `files` are files and links; `repositories` directories that are repositories of their own, and `modules` submodules
    that are checked out, neither looked into; `special` pipes, sockets and devices; `sealed` what could not be looked
    into, with the reason; `mounts` directories of another file system; `unwritable` directories from which nothing can
    be removed. Empty directories are nothing, as to git.
    """

    files: list[bytes] = field(default_factory=list)
    repositories: list[bytes] = field(default_factory=list)
    special: list[bytes] = field(default_factory=list)
    sealed: list[tuple[bytes, str]] = field(default_factory=list)
    mounts: list[bytes] = field(default_factory=list)
    modules: list[bytes] = field(default_factory=list)
    unwritable: list[bytes] = field(default_factory=list)


def take_inventory(top: Path, *, modules: Collection[bytes] = ()) -> Inventory:
    """Walk the worktree at `top`; its own `.git` is left out. `modules` are paths of submodules."""
    inventory = Inventory()
    root = os.fsencode(top)
    try:
        device = os.stat(root).st_dev
    except OSError as error:
        inventory.sealed.append((b".", error.strerror or "unknown"))
        return inventory
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        waiting += _look_into(inventory, root, folder, device, modules)
    return inventory


def _look_into(
    inventory: Inventory, root: bytes, folder: bytes, device: int, modules: Collection[bytes]
) -> list[bytes]:
    """Note what is in one directory; the directories below it that are still to be looked into."""
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            listed = list(entries)
    except OSError as error:
        inventory.sealed.append((folder or b".", error.strerror or "unknown"))
        return []
    if listed and not os.access(os.path.join(root, folder), os.W_OK | os.X_OK):
        inventory.unwritable.append(folder or b".")
    names = {entry.name for entry in listed}
    if folder and (b".git" in names or names >= _BARE):
        (inventory.modules if folder in modules and b".git" in names else inventory.repositories).append(folder)
        return []
    below: list[bytes] = []
    for entry in listed:
        path = folder + b"/" + entry.name if folder else entry.name
        if path == b".git":
            continue
        if entry.is_dir(follow_symlinks=False):
            _note_folder(inventory, below, entry, path, device)
        elif entry.is_symlink() or entry.is_file(follow_symlinks=False):
            inventory.files.append(path)
        else:
            inventory.special.append(path)
    return below


def _note_folder(
    inventory: Inventory, below: list[bytes], entry: "os.DirEntry[bytes]", path: bytes, device: int
) -> None:
    try:
        is_here = entry.stat(follow_symlinks=False).st_dev == device
    except OSError as error:
        inventory.sealed.append((path, error.strerror or "unknown"))
        return
    (below if is_here else inventory.mounts).append(path)


def weigh(top: Path, paths: Collection[bytes]) -> int:
    """Bytes of these files of a directory; what is gone meanwhile weighs nothing."""
    root, size = os.fsencode(top), 0
    for path in paths:
        try:
            size += os.lstat(os.path.join(root, path)).st_size
        except OSError:
            continue
    return size


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
        own = [change.path for change in self.changes if change.is_hidden]
        return (*own, *(path + b"/" + edited for path, module in self.modules for edited in module.hidden))

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
    changes = list_uncommitted(top, with_ignored=True, entries=entries)
    tracked = {entry.path for entry in entries}
    inventory = take_inventory(top, modules={entry.path for entry in entries if entry.mode == SUBMODULE})
    loose = [path for path in inventory.files if path not in tracked]
    marked = {change.path for change in changes if change.is_ignored}
    folders = frozenset(path for path in marked if path.endswith(b"/"))
    ignored = {path for path in loose if path in marked or any(folder in folders for folder in folders_above(path))}
    caches = find_caches(top, loose, tracked=tracked, awkward=_awkward(inventory), ignored=ignored, named=named)
    gone = set(caches.files)
    left = [path for path in loose if path not in gone]
    return Standing(
        top=top,
        changes=tuple(change for change in changes if not change.is_untracked and not change.is_ignored),
        untracked=tuple(sorted(path for path in left if path not in ignored)),
        ignored=tuple(sorted(path for path in left if path in ignored)),
        folders=folders,
        caches=caches,
        inventory=inventory,
        plain_caches=tuple(path for path in caches.files if path not in ignored),
        filtered=tuple(_filtered(top, entries, besides={change.path for change in changes})),
        modules=tuple(_modules(top, inventory.modules, named)),
    )


def _filtered(top: Path, entries: Sequence[IndexEntry], *, besides: Collection[bytes]) -> Iterator[Uncommitted]:
    for hidden in list_filtered(top, entries, besides=besides):
        side = Side(hidden.mode, hidden.oid)
        yield Uncommitted(hidden.path, side, side, hidden.found, is_hidden=True)


def _modules(top: Path, paths: Iterable[bytes], named: Collection[bytes]) -> Iterator[tuple[bytes, Standing]]:
    for path in sorted(paths):
        yield path, read_standing(top / path.decode("utf-8", "surrogateescape"), named=named)


def _awkward(inventory: Inventory) -> list[bytes]:
    return [
        *inventory.repositories,
        *inventory.modules,
        *inventory.special,
        *inventory.mounts,
        *(path for path, _ in inventory.sealed),
    ]


def folders_above(path: bytes) -> Iterator[bytes]:
    """`a/`, `a/b/` for `a/b/c`."""
    end = path.find(b"/")
    while end >= 0:
        yield path[: end + 1]
        end = path.find(b"/", end + 1)
