"""Reads files that are not below a root of okstra's: those that git itself keeps, and documents that a person names."""

import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from okstra_git.fs.files import read_up_to
from okstra_git.fs.refusals import Linked, NotAFile, malformed, missing, not_a_file, too_large, unreadable
from okstra_git.fs.resolve import is_below
from okstra_git.fs.root import MOST_BYTES, Root

LONGEST_FILE_OF_GIT = 1 << 30
"""Bytes of one of git's files: a reflog, or packed-refs, of a repository that is very large and very old."""

LONGEST_POINTER = 64 << 10
"""Bytes of a file that holds one line: HEAD, `gitdir`, `commondir`, a lock's reason."""


def read_gits(path: str | os.PathLike[str], limit: int = LONGEST_FILE_OF_GIT) -> bytes | None:
    """The content; None where nothing is, where it is not a plain file or longer than `limit`, or cannot be read."""
    try:
        return require_gits(path, limit)
    except (OSError, ValueError):
        return None


def require_gits(path: str | os.PathLike[str], limit: int = LONGEST_FILE_OF_GIT) -> bytes:
    """The content; OSError where nothing is, where it is not a plain file or longer than `limit`, or cannot be read."""
    if not stat.S_ISREG(os.stat(path).st_mode):  # looking first, since a device may act on being opened
        raise OSError(f"{os.fspath(path)} is not a file")
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            raise OSError(f"{os.fspath(path)} is not a file, or is larger than {limit} bytes")
        return file.read(status.st_size)


def read_line(path: Path) -> str | None:
    """A file of git's that holds one line, without the white space around it; None as for `read_gits`."""
    data = read_gits(path, LONGEST_POINTER)
    return None if data is None else os.fsdecode(data).strip()


def read_named(
    name: str,
    cwd: Path,
    roots: Sequence[Path],
    *,
    limit: int = MOST_BYTES,
    is_tracked: Callable[[Path, str], bool] | None = None,
) -> bytes:
    """The content of the file that a person named, absolute or from `cwd`; plain files only, up to `limit` bytes.

    It may lie anywhere, and may be a link by their own word. One thing is not their word: a link below one of `roots`
    that a commit brought and that leads out of it. `is_tracked` says whether a commit has a path below a root; without
    it every link out of a root is refused.
    """
    if not name or "\0" in name:
        raise malformed(name)
    path = os.path.normpath(os.path.join(cwd, name))
    for base in dict.fromkeys(place for root in roots for place in (root, Path(os.path.realpath(root)))):
        if is_below(str(base), path):
            try:
                return Root(base, links=True).read_bytes(path, limit)
            except Linked as refusal:
                if is_tracked is None or is_tracked(base, refusal.facts["link"]):
                    raise
    return _read(name, os.path.join(cwd, name), limit)


def replace_named(path: Path, data: bytes) -> None:
    """Make `data` the content of a file that a person named, in one step and with the mode that it has.

    `path` is resolved already, so that a link of theirs stays one; what is a link by now is refused.
    """
    root = Root(path.parent)
    before = root.require_seen(path.name)
    root.write(path.name, data, durable=False)
    if before is not None:
        with root.opened(path.name) as descriptor:
            os.fchmod(descriptor, before.mode)


def _read(name: str, path: str, limit: int) -> bytes:
    try:
        mode = os.stat(path).st_mode  # looking first, since a device may act on being opened
        if not stat.S_ISREG(mode):
            raise _no_file(name, mode)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise _no_file(name, mode)
            data = read_up_to(descriptor, limit + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise missing(name) from error
    except (OSError, ValueError) as error:
        raise unreadable(name, error if isinstance(error, OSError) else OSError(str(error))) from error
    if len(data) > limit:
        raise too_large(name, limit)
    return data


def _no_file(name: str, mode: int) -> NotAFile:
    """The refusal of what is not a file; a pipe is mostly a `<(command)` of a shell, whose author needs a hint."""
    refusal = not_a_file(name, mode)
    if not stat.S_ISFIFO(mode):
        return refusal
    message = f"{refusal.message}: write what it gives into a file, and name that"
    return NotAFile(message, hint=refusal.hint, **refusal.facts)
