"""Objects as the bytes they are: commits read and written as git does it, and loose objects that were cut short."""

import os
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha1
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pygit2

from okstra_git.fs.outside import read_gits
from okstra_git.git.git_directory import replace_own
from okstra_git.names import ID_LENGTH

_HEX = re.compile(rb"[0-9a-fA-F]{%d}\Z" % ID_LENGTH)
_STAMP = re.compile(rb"\s*([+-]?[0-9]+)(?: ([+-])([0-9]{1,9}))?")
_BARE_STAMP = re.compile(rb"(?:\A| )([+-]?[0-9]+) ([+-])([0-9]{1,9})\s*\Z")
_CRUD = bytes(range(33)) + b".,:;<>\"\\'"
"""What git and libgit2 strip from both ends of a name."""
_FIRST, _LAST = -62_135_596_800, 253_402_300_799
"""Seconds of the first moment of the year 1 and the last one of the year 9999."""
FARTHEST = 1 << 63
"""Seconds beyond which a time counts as none, as in git."""


class Ident(NamedTuple):
    """Who and when: an `author` or `committer` line. `time` is seconds since 1970, `offset` minutes east of UTC."""

    name: bytes = b""
    email: bytes = b""
    time: int = 0
    offset: int = 0


class RawCommit(NamedTuple):
    """One commit object. `author` and `committer` are the lines as they are, without the word; empty when missing."""

    tree: str
    parents: tuple[str, ...]
    author: bytes
    committer: bytes
    encoding: bytes
    message: bytes

    @property
    def committed_at(self) -> int:
        """The committer's time in seconds since 1970; 0 where none can be read."""
        return parse_ident(self.committer).time


def parse_commit(data: bytes) -> RawCommit | None:
    """The commit of these bytes; None when it does not begin with a tree, in which case git does not read it either.

    Parents stand directly behind the tree, and names of objects count in either case. Of a header that stands twice the
    first one counts; unknown ones are passed over, and so is the rest of a line that somebody broke.
    """
    head, _, message = data.partition(b"\n\n")
    lines = head.split(b"\n")
    tree = lines[0].removeprefix(b"tree ")
    if not lines[0].startswith(b"tree ") or not _HEX.match(tree):
        return None
    end = next((n for n, line in enumerate(lines[1:], 1) if not line.startswith(b"parent ")), len(lines))
    parents = [line[7:] for line in lines[1:end]]
    if not all(map(_HEX.match, parents)):
        return None
    headers: dict[bytes, bytes] = {}
    for line in lines[end:]:
        word, _, rest = line.partition(b" ")
        headers.setdefault(word, rest)
    author, committer, encoding = (headers.get(word, b"") for word in (b"author", b"committer", b"encoding"))
    names = [name.decode().lower() for name in (tree, *parents)]
    return RawCommit(names[0], tuple(names[1:]), author, committer, encoding, message)


def parse_ident(line: bytes) -> Ident:
    """Name, address and time of an author or committer line; what is missing or absurd is empty or 0."""
    opening, closing = line.rfind(b"<"), line.rfind(b">")
    if 0 <= opening < closing:
        name, email, rest = line[:opening], line[opening + 1 : closing], line[closing + 2 :]
        stamp = _STAMP.match(rest)
    else:
        stamp = _BARE_STAMP.search(line)
        name, email = (line[: stamp.start()] if stamp else line), b""
    return Ident(name.strip(_CRUD), email.strip(_CRUD), *(_moment_of(stamp) if stamp else (0, 0)))


def instant_of(seconds: int) -> datetime:
    """A commit's time as a moment; what no calendar holds is the nearest moment that one does."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST), _LAST), UTC)


def render_commit(
    *, tree: str, parents: Sequence[str], author: bytes, committer: bytes, message: bytes, encoding: bytes = b""
) -> bytes:
    """The bytes of a commit object; `author` and `committer` are whole lines without the word, as `stamped` makes."""
    lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
    lines += [b"author " + author, b"committer " + committer]
    lines += [b"encoding " + encoding] if encoding else []
    return b"\n".join(lines) + b"\n\n" + message


def stamped(person: bytes, *, seconds: int, offset: int = 0) -> bytes:
    """`Name <address>` with a time in seconds and minutes east of UTC, as a commit has it."""
    hours, minutes = divmod(abs(offset), 60)
    return b"%s %d %s%02d%02d" % (person, seconds, b"-" if offset < 0 else b"+", hours, minutes)


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


def _moment_of(stamp: re.Match[bytes]) -> tuple[int, int]:
    digits, sign, zone = stamp.groups()
    time = int(digits) if len(digits) < 30 else FARTHEST
    hours, minutes = divmod(int(zone or b"0"), 100)
    east = hours * 60 + minutes if hours <= 14 and minutes <= 59 else 0
    return (time if -FARTHEST < time < FARTHEST else 0), (-east if sign == b"-" else east)


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
        with os.scandir(folder) as entries:
            yield from entries
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
