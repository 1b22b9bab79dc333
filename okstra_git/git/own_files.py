"""okstra's own files in git's directory (caches, marks, the journal), whatever another program put in their place.

A link is not followed, a pipe not waited for, and nothing without end is read; what is not a plain file is as good as
not there. What can be made again takes the place of whatever is there; a folder is moved to `torn/` for that.
"""

import os
from functools import lru_cache
from itertools import count
from pathlib import Path

from okstra_git.fs.refusals import Linked, Missing, NotAFile, PathRefused
from okstra_git.fs.root import Root
from okstra_git.git.sharing import share

FOLDER = "okstra"
MOST = 1 << 30
"""Bytes of one file: what 100,000 events fold to is a tenth of it."""


def read_own(path: Path, limit: int = MOST) -> bytes | None:
    """The content; None where there is none, where it is not a plain file, or cannot be read, or is longer."""
    try:
        return _root(path).find_bytes(path, limit)
    except PathRefused:
        return None


def read_tail(path: Path, most: int) -> bytes | None:
    """The last bytes of it; None as for `read_own`."""
    try:
        with _root(path).opened(path) as descriptor:
            os.lseek(descriptor, max(0, os.fstat(descriptor).st_size - most), os.SEEK_SET)
            return os.read(descriptor, most)
    except (PathRefused, OSError):
        return None


def replace_own(path: Path, data: bytes) -> bool:
    """Make `data` the content in one step, whatever has the name; False where the file system refuses."""
    try:
        try:
            _write(path, data)
        except (Linked, NotAFile):
            _clear_place(path)
            _write(path, data)
    except PathRefused:
        return False
    share(path)
    return True


def append_own(path: Path, data: bytes) -> bool:
    """Add to the end; False where something else has the name, or the file system refuses."""
    try:
        root = _root(path)
        _make(root)
        root.append(path, data)
    except PathRefused:
        return False
    share(path)
    return True


def remove_own(path: Path) -> bool:
    """Remove the file, or a link itself; False where nothing is, or it cannot be removed."""
    try:
        return _root(path).remove(path)
    except PathRefused:
        return False


def move_own(path: Path, into: Path) -> bool:
    """Give it another place below the same folder of okstra's; False where nothing is, or it cannot be moved."""
    root = Root(Path(os.path.commonpath((path, into))))
    try:
        root.rename(path, into)
    except PathRefused:
        return False
    share(into)
    return True


def _clear_place(path: Path) -> None:
    """Remove a link, a pipe and the like; a folder, which may hold anything, is put where damaged files are."""
    root = _root(path)
    if root.is_folder(path):
        torn = (path.parent if path.parent.name == FOLDER else path.parents[1]) / "torn"
        aside = (torn / f"{path.name}.{number}" for number in count(1))
        root.rename(path, next(candidate for candidate in aside if not root.exists(candidate)))
    else:
        root.remove(path)


def _write(path: Path, data: bytes) -> None:
    root = _root(path)
    try:
        root.write(path, data, durable=False)
    except Missing:
        _make(root)
        root.write(path, data, durable=False)


@lru_cache(maxsize=64)
def _root(path: Path) -> Root:
    """The folder around okstra's own, else two folders up: neither the file nor the folders on the way may be links."""
    return Root(path.parents[2] if path.parents[1].name == FOLDER else path.parents[1])


def _make(root: Root) -> None:
    folder = root.path
    if not folder.is_dir():
        Root(folder.parent).make_folder(folder.name)
