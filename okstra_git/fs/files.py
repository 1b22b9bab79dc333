"""Reads and writes one file whose folder is open already: plain files only, never waiting, within a limit."""

import errno
import os
import stat
from contextlib import suppress

from okstra_git.fs.refusals import not_a_file, too_large
from okstra_git.fs.resolve import Spot

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20
IS_LINK = errno.ELOOP


def open_plain(spot: Spot, *, flags: int = _READ, mode: int = 0o666) -> int:
    """A descriptor of the plain file there; ELOOP where a link is. Refuses pipes, devices, sockets and folders."""
    try:
        descriptor = os.open(spot.part, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode, dir_fd=spot.folder)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENODEV, errno.EISDIR, errno.EOPNOTSUPP):
            raise not_a_file(spot.name, _mode_of(spot)) from error
        raise
    actual = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(actual):
        os.close(descriptor)
        raise not_a_file(spot.name, actual)
    return descriptor


def read_plain(spot: Spot, limit: int) -> bytes:
    """The bytes of the plain file there; refuses more than `limit`."""
    descriptor = open_plain(spot)
    try:
        if os.fstat(descriptor).st_size > limit:
            raise too_large(spot.name, limit)
        data = read_up_to(descriptor, limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise too_large(spot.name, limit)
    return data


def read_up_to(descriptor: int, most: int) -> bytes:
    """The beginning of an open file."""
    parts, left = [], most
    while left > 0 and (part := os.read(descriptor, min(left, _CHUNK))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def write_new(spot: Spot, data: bytes, *, mode: int, durable: bool) -> None:
    """Make the file; FileExistsError where anything has the name, a link that leads nowhere too."""
    descriptor = os.open(spot.part, _NEW, mode, dir_fd=spot.folder)
    try:
        try:
            _write(descriptor, data, durable=durable)
        finally:
            os.close(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(spot.part, dir_fd=spot.folder)
        raise


def replace(spot: Spot, data: bytes, *, nonce: str, mode: int, durable: bool) -> None:
    """Make `data` the file in one step, by a file of its own beside it. Refuses a link, a folder and the like."""
    former = _mode_of(spot)
    if former and not stat.S_ISREG(former):
        if stat.S_ISLNK(former):
            raise OSError(IS_LINK, os.strerror(IS_LINK))
        raise not_a_file(spot.name, former)
    draft = Spot(spot.folder, f".{spot.part}.{nonce}.tmp", spot.name)
    with suppress(FileNotFoundError):
        os.unlink(draft.part, dir_fd=spot.folder)
    write_new(draft, data, mode=mode, durable=durable)
    try:
        os.rename(draft.part, spot.part, src_dir_fd=spot.folder, dst_dir_fd=spot.folder)
    except OSError:
        with suppress(OSError):
            os.unlink(draft.part, dir_fd=spot.folder)
        raise


def append(spot: Spot, data: bytes, *, mode: int, durable: bool) -> None:
    """Write `data` behind what the file holds; makes the file where there is none."""
    descriptor = open_plain(spot, flags=_APPEND, mode=mode)
    try:
        _write(descriptor, data, durable=durable)
    finally:
        os.close(descriptor)


def _write(descriptor: int, data: bytes, *, durable: bool) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    if durable:
        os.fsync(descriptor)


def _mode_of(spot: Spot) -> int:
    """The mode of what has the name, a link itself; 0 where nothing has."""
    try:
        return os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False).st_mode
    except OSError:
        return 0
