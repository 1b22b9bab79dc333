"""Commits as the bytes they are: read as git reads them, also where libgit2 would not, and written the same way."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

_HEX = re.compile(rb"[0-9a-fA-F]{40}\Z")
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
    return Ident(name.strip(_CRUD), email.strip(_CRUD), *(_time_of(stamp) if stamp else (0, 0)))


def _time_of(stamp: re.Match[bytes]) -> tuple[int, int]:
    digits, sign, zone = stamp.groups()
    time = int(digits) if len(digits) < 30 else FARTHEST
    hours, minutes = divmod(int(zone or b"0"), 100)
    east = hours * 60 + minutes if hours <= 14 and minutes <= 59 else 0
    return (time if -FARTHEST < time < FARTHEST else 0), (-east if sign == b"-" else east)


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
