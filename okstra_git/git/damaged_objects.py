"""Loose objects that were cut short, as by a crash: found before libgit2 reads one, since it would read for ever.

libgit2 waits in a loop for the rest of a compressed file that has no rest. It cannot be interrupted there, so it has
to be warned first, in a way that reaches every walk and comparison inside of it: a pack that is asked before all others
says of these objects that they are damaged. Nobody else sees that pack, and nothing of git's is changed.
"""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha1
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory

import pygit2

from okstra_git.fs.outside import read_gits
from okstra_git.git.own_files import replace_own

SETTLED = 60_000_000_000
"""Nanoseconds that an object may have been seen whole and be torn later: it was not on the disk when the power went."""

FILES = 2_000
"""Loose objects of which each is looked at; where there are more, only in folders that have changed."""

MOST = 8 << 20
"""Bytes of the largest file that is looked at."""

WORTH_A_MARK = 256 << 10
"""Bytes read, each file counting for four KiB at least, from which on it is remembered when all were whole."""

_UNREADABLE = b"\0" * 32


def find_torn(objects: Path, private: Path) -> list[str]:
    """The names of loose objects whose compressed content has no end; those seen whole before are not read again."""
    mark = private / "cache/whole"
    read, torn = 0, list[str]()
    for name, path in _loose(objects, _time_of(mark) - SETTLED):
        content = read_gits(path, MOST)
        read += max(len(content or b""), 4 << 10)
        if is_cut(content):
            torn.append(name)
    if read > WORTH_A_MARK and not torn and private.is_dir():
        replace_own(mark, b"Loose objects that are older than this file were seen whole.\n")
    return torn


def is_cut(content: bytes | None) -> bool:
    """Whether this is the beginning of compressed data and not its end; anything else libgit2 refuses by itself."""
    if not content:
        return False
    unpacking = zlib.decompressobj()
    try:
        while content and not unpacking.eof:
            unpacking.decompress(content, MOST)
            content = unpacking.unconsumed_tail
    except zlib.error:
        return False
    return not unpacking.eof


def shield_from(handle: pygit2.Repository, torn: Sequence[str]) -> None:
    """Make libgit2 see these objects as damaged, as long as this process runs."""
    handle.odb.add_backend(pygit2.OdbBackendPack(_shield(tuple(torn))), 10)


@cache
def _shield(torn: tuple[str, ...]) -> str:
    """A folder with the pack that names these objects."""
    made = TemporaryDirectory(prefix="okstra-shield-", ignore_cleanup_errors=True)
    _kept.append(made)
    pack, index = _pack_of(sorted(map(bytes.fromhex, torn)))
    place = Path(made.name, "pack", f"pack-{sha1(index, usedforsecurity=False).hexdigest()}")
    for end, data in ((".pack", pack), (".idx", index)):
        replace_own(place.with_suffix(end), data)
    return made.name


_kept: list[TemporaryDirectory[str]] = []


def _loose(objects: Path, since: int) -> Iterator[tuple[str, str]]:
    """(name, path) of loose objects that were changed after `since`."""
    left = FILES
    for folder in _entries(objects):
        if len(folder.name) != 2 or (left < 0 and _changed(folder) <= since):
            continue
        for entry in _entries(folder.path):
            left -= 1
            if len(entry.name) == 38 and _changed(entry) > since:
                yield folder.name + entry.name, entry.path


def _entries(folder: str | Path) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except OSError:
        return


def _changed(entry: "os.DirEntry[str]") -> int:
    """When it was last changed, in nanoseconds; the time of the inode cannot be set back."""
    try:
        status = entry.stat()
    except OSError:
        return 0
    return max(status.st_mtime_ns, status.st_ctime_ns)


def _time_of(mark: Path) -> int:
    """When the mark was set, by the clock of the disk that the objects are on; 0 where there is none."""
    try:
        status = os.lstat(mark)
    except OSError:
        return 0
    return status.st_mtime_ns if S_ISREG(status.st_mode) else 0


def _pack_of(names: Sequence[bytes]) -> tuple[bytes, bytes]:
    """A pack and its index (gitformat-pack(5), version 2) that name these objects and hold none of them."""
    body = b"PACK" + struct.pack(">II", 2, len(names)) + _UNREADABLE
    pack = body + sha1(body, usedforsecurity=False).digest()
    fan = b"".join(struct.pack(">I", sum(name[0] <= first for name in names)) for first in range(256))
    sums, places = b"\0\0\0\0" * len(names), struct.pack(">I", 12) * len(names)
    index = b"\xfftOc" + struct.pack(">I", 2) + fan + b"".join(names) + sums + places + pack[-20:]
    return pack, index + sha1(index, usedforsecurity=False).digest()
