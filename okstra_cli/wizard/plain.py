"""Opens the wizard's files without waiting and without links below `.okstra/`; by os alone, to be quick."""

from __future__ import annotations

import errno
import os

FOLDER = ".okstra"
_KIND, _FILE, _FOLDER = 0o170000, 0o100000, 0o040000


def read_plain(path: str, most: int) -> bytes:
    """The first bytes of a plain file; OSError where nothing is, or a pipe, a folder or a device."""
    _require_plain(os.stat(path).st_mode)  # looking first, since a device may act on being opened
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _require_plain(os.fstat(descriptor).st_mode)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def _require_plain(mode: int) -> None:
    if mode & _KIND == _FOLDER:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if mode & _KIND != _FILE:
        raise OSError(errno.EINVAL, "it is not a file")


def link_below(path: str) -> str:
    """The first link on the way from `.okstra`, itself included, to the file, itself included; empty for none.

    A commit can bring links there, and nothing is to be written through one.
    """
    parts = os.path.normpath(path).split(os.sep)
    if FOLDER not in parts:
        return ""
    ways = (os.sep.join(parts[:end]) for end in range(parts.index(FOLDER) + 1, len(parts) + 1))
    return next((way for way in ways if os.path.islink(way)), "")
