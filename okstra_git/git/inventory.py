"""Lists everything that lies below a directory, what git status passes over included."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

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
    found = Inventory()
    root = os.fsencode(top)
    try:
        device = os.stat(root).st_dev
    except OSError as error:
        found.sealed.append((b".", error.strerror or "unknown"))
        return found
    waiting = [b""]
    while waiting:
        folder = waiting.pop()
        waiting += _look_into(found, root, folder, device, modules)
    return found


def _look_into(found: Inventory, root: bytes, folder: bytes, device: int, modules: Collection[bytes]) -> list[bytes]:
    """Note what is in one directory; the directories below it that are still to be looked into."""
    try:
        with os.scandir(os.path.join(root, folder)) as entries:
            listed = list(entries)
    except OSError as error:
        found.sealed.append((folder or b".", error.strerror or "unknown"))
        return []
    if listed and not os.access(os.path.join(root, folder), os.W_OK | os.X_OK):
        found.unwritable.append(folder or b".")
    names = {entry.name for entry in listed}
    if folder and (b".git" in names or names >= _BARE):
        (found.modules if folder in modules and b".git" in names else found.repositories).append(folder)
        return []
    below: list[bytes] = []
    for entry in listed:
        path = folder + b"/" + entry.name if folder else entry.name
        if path == b".git":
            continue
        if entry.is_dir(follow_symlinks=False):
            _note_folder(found, below, entry, path, device)
        elif entry.is_symlink() or entry.is_file(follow_symlinks=False):
            found.files.append(path)
        else:
            found.special.append(path)
    return below


def _note_folder(found: Inventory, below: list[bytes], entry: "os.DirEntry[bytes]", path: bytes, device: int) -> None:
    try:
        is_here = entry.stat(follow_symlinks=False).st_dev == device
    except OSError as error:
        found.sealed.append((path, error.strerror or "unknown"))
        return
    (below if is_here else found.mounts).append(path)


def weigh(top: Path, paths: Collection[bytes]) -> int:
    """Bytes of these files of a directory; what is gone meanwhile weighs nothing."""
    root, size = os.fsencode(top), 0
    for path in paths:
        try:
            size += os.lstat(os.path.join(root, path)).st_size
        except OSError:
            continue
    return size
