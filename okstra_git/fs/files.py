"""What lies in a folder that is open already: plain files read and written, kinds, sizes and names; never waiting."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.refusals import PathRefused, linked, not_a_file, too_large, unreadable
from okstra_git.fs.resolve import Given, Spot, is_below, is_gits, name_below, reach, reach_folder

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


def write_new(spot: Spot, data: bytes, *, mode: int, durable: bool, exact_mode: bool = False) -> None:
    """Make the file; FileExistsError where anything has the name, a link that leads nowhere too.

    With `exact_mode` the umask takes nothing from the mode.
    """
    descriptor = os.open(spot.part, _NEW, mode, dir_fd=spot.folder)
    try:
        try:
            if exact_mode:
                os.fchmod(descriptor, mode)
            _write(descriptor, data, durable=durable)
        finally:
            os.close(descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(spot.part, dir_fd=spot.folder)
        raise


def replace(spot: Spot, data: bytes, *, nonce: str, mode: int, durable: bool, exact_mode: bool = False) -> None:
    """Make `data` the file in one step, by a file of its own beside it. Refuses a link, a folder and the like."""
    former = _mode_of(spot)
    if former and not stat.S_ISREG(former):
        if stat.S_ISLNK(former):
            raise OSError(IS_LINK, os.strerror(IS_LINK))
        raise not_a_file(spot.name, former)
    draft = _draft(spot, nonce)
    write_new(draft, data, mode=mode, durable=durable, exact_mode=exact_mode)
    try:
        os.rename(draft.part, spot.part, src_dir_fd=spot.folder, dst_dir_fd=spot.folder)
    except OSError:
        with suppress(OSError):
            os.unlink(draft.part, dir_fd=spot.folder)
        raise


def publish(spot: Spot, data: bytes, *, nonce: str, mode: int, durable: bool) -> None:
    """Make the file in one step, by a file of its own beside it; FileExistsError where anything has the name."""
    if _mode_of(spot):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), spot.name)
    draft = _draft(spot, nonce)
    write_new(draft, data, mode=mode, durable=durable)
    try:
        try:
            os.link(draft.part, spot.part, src_dir_fd=spot.folder, dst_dir_fd=spot.folder, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            os.rename(draft.part, spot.part, src_dir_fd=spot.folder, dst_dir_fd=spot.folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft.part, dir_fd=spot.folder)


def append(spot: Spot, data: bytes, *, mode: int, durable: bool) -> None:
    """Write `data` behind what the file holds; makes the file where there is none."""
    descriptor = open_plain(spot, flags=_APPEND, mode=mode)
    try:
        _write(descriptor, data, durable=durable)
    finally:
        os.close(descriptor)


MOST_NAMES = 2000
"""Names of one folder that are listed, unless its reader says otherwise."""
MOST_FILES = 20_000
"""Names below one folder that are walked through, unless its reader says otherwise."""


class Seen(NamedTuple):
    """What lies at a path: `kind` is file, folder, link or other; `changed` is in seconds since 1970."""

    kind: str
    size: int
    changed: float
    mode: int

    @property
    def is_file(self) -> bool:
        return self.kind == "file"

    @property
    def is_folder(self) -> bool:
        return self.kind == "folder"


class Listing(NamedTuple):
    """Names of what a folder holds, sorted; `has_more` when there were more than asked for."""

    names: tuple[str, ...]
    has_more: bool = False


class Looking:
    """A directory, trusted itself, below which things are looked at; `links` as in `Root`."""

    __slots__ = ("links", "path")  # no dataclass: every command loads this, and making one takes half a millisecond

    def __init__(self, path: Path, links: bool = False) -> None:
        self.path, self.links = path, links

    def name(self, given: Given) -> str:
        """The path from the root with slashes; refuses what is not a path or lies elsewhere by its letters."""
        return name_below(str(self.path), given)

    def has_place_for(self, given: Given) -> bool:
        """Whether the path is one, and lies below the root by its letters."""
        return is_below(str(self.path), given)

    def see(self, given: Given) -> Seen | None:
        """What lies there; None where nothing does, or where the way there leads out of the root or through links."""
        try:
            return self.require_seen(given)
        except PathRefused:
            return None

    def require_seen(self, given: Given) -> Seen | None:
        """What lies there; None where nothing does. Refuses a way that leads out of the root or through links."""
        with self._reading(given):
            try:
                with reach(self.path, given, links=self.links) as spot:
                    return _seen(os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False))
            except FileNotFoundError:
                return None

    def is_file(self, given: Given) -> bool:
        """Whether there is a plain file that can be read. A pipe or a link out of the root is not one: to refuse those
        instead of passing them over, ask `find_bytes`."""
        seen = self.see(given)
        return seen is not None and seen.is_file

    def is_folder(self, given: Given) -> bool:
        """Whether a folder lies there."""
        seen = self.see(given)
        return seen is not None and seen.is_folder

    def exists(self, given: Given) -> bool:
        """Whether anything at all has the name, a link that leads nowhere too."""
        return self.see(given) is not None

    def list(self, given: Given = ".", limit: int = MOST_NAMES) -> Listing:
        """The names in a folder, none where there is no such folder; refuses what is not a folder."""
        with self._reading(given):
            try:
                with reach_folder(self.path, given, links=self.links) as folder, os.scandir(folder) as entries:
                    names = [entry.name for _, entry in zip(range(limit + 1), entries, strict=False)]
            except FileNotFoundError:
                return Listing(())
        return Listing(tuple(sorted(names[:limit])), has_more=len(names) > limit)

    def scan(self, given: Given = ".", limit: int = MOST_NAMES) -> tuple[tuple[str, str], ...]:
        """Names in a folder, in no order, each with its kind as `see` has it."""
        name = self.name(given)
        kinds = self._kinds(name, limit)
        if not self.links:
            return kinds
        return tuple((entry, self._kind_behind(f"{name}/{entry}") if kind == "link" else kind) for entry, kind in kinds)

    def _kinds(self, name: str, limit: int) -> tuple[tuple[str, str], ...]:
        """Names and kinds in a folder, links as links."""
        with self._reading(name):
            try:
                with reach_folder(self.path, name, links=self.links) as folder, os.scandir(folder) as entries:
                    return tuple((each.name, _kind(each)) for _, each in zip(range(limit), entries, strict=False))
            except FileNotFoundError:
                return ()

    def _kind_behind(self, link: str) -> str:
        seen = self.see(link)
        return seen.kind if seen is not None else "link"

    def walk(self, given: Given = ".", limit: int = MOST_FILES, depth: int = 12) -> Iterator[tuple[str, Seen]]:
        """Every plain file below, by its path from the root, in order. Git's own directory is passed over, and so are
        links, but with `links` those to files that stay below the root. Ends after `limit` names, and does not look
        more than `depth` folders down."""
        waiting, left = [(self.name(given), "folder", 0)], limit
        while waiting:
            name, kind, down = waiting.pop()
            if kind == "folder" and down < depth and left > 0:
                kinds = sorted(self._kinds(name, left), reverse=True)
                left -= len(kinds)
                below = "" if name == os.curdir else f"{name}/"
                waiting += [(below + part, entry_kind, down + 1) for part, entry_kind in kinds if not is_gits(part)]
            elif (kind == "file" or (self.links and kind == "link")) and (seen := self.see(name)) and seen.is_file:
                yield name, seen

    def require_plain_way(self, *places: Given) -> None:
        """Refuse a link or anything else that is not a folder on the way to where something is to be written."""
        here = Looking(self.path)
        for place in places:
            seen = here.require_seen(place)
            if seen is not None and seen.kind == "link":
                name = self.name(place)
                raise linked(str(self.path), name, name, leaves=False)

    @contextmanager
    def _reading(self, given: Given) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            name = self.name(given)
            raise self._refusal_of(name, error) or unreadable(name, error) from error

    def _refusal_of(self, name: str, error: OSError) -> PathRefused | None:
        if error.errno == IS_LINK:
            return linked(str(self.path), name, name, leaves=False)
        return not_a_file(name, stat.S_IFDIR) if error.errno == errno.EISDIR else None


def _write(descriptor: int, data: bytes, *, durable: bool) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    if durable:
        os.fsync(descriptor)


def _draft(spot: Spot, nonce: str) -> Spot:
    """The place of a writer's temporary file; what an earlier run left there is removed."""
    draft = Spot(spot.folder, f".{spot.part}.{nonce}.tmp", spot.name)
    with suppress(FileNotFoundError):
        os.unlink(draft.part, dir_fd=spot.folder)
    return draft


def _mode_of(spot: Spot) -> int:
    """The mode of what has the name, a link itself; 0 where nothing has."""
    try:
        return os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False).st_mode
    except OSError:
        return 0


def _seen(status: os.stat_result) -> Seen:
    mode = status.st_mode
    kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"
    return Seen("link" if stat.S_ISLNK(mode) else kind, status.st_size, status.st_mtime, stat.S_IMODE(mode))


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    return "file" if entry.is_file() else "folder" if entry.is_dir() else "other"
