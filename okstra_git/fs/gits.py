"""Reads files that git itself keeps in its directory: follows links as git does, and waits for nothing."""

import os
import stat
from pathlib import Path

from okstra_git.fs.files import read_up_to

MOST_BYTES = 1 << 30
"""Bytes of one of git's files: a reflog, or packed-refs, of a repository that is very large and very old."""

LONGEST_POINTER = 64 << 10
"""Bytes of a file that holds one line: HEAD, `gitdir`, `commondir`, a lock's reason."""


def read_gits(path: str | os.PathLike[str], limit: int = MOST_BYTES) -> bytes | None:
    """The content; None where nothing is, where it is no plain file or longer than `limit`, or cannot be read."""
    try:
        return require_gits(path, limit)
    except (OSError, ValueError):
        return None


def require_gits(path: str | os.PathLike[str], limit: int = MOST_BYTES) -> bytes:
    """The content; OSError where nothing is, where it is no plain file or longer than `limit`, or cannot be read."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # looking first, since a device may act on being opened
        raise OSError(f"{os.fspath(path)} is not a file")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        data = read_up_to(descriptor, limit + 1) if stat.S_ISREG(found.st_mode) else None
    finally:
        os.close(descriptor)
    if data is None or len(data) > limit:
        raise OSError(f"{os.fspath(path)} is not a file, or is larger than {limit} bytes")
    return data


def read_line(path: Path) -> str | None:
    """A file of git's that holds one line, without the white space around it; None as for `read_gits`."""
    found = read_gits(path, LONGEST_POINTER)
    return None if found is None else os.fsdecode(found).strip()
