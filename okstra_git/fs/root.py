"""A directory below which okstra opens and writes files, whatever records, links or other programs say."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs import files
from okstra_git.fs.names import is_below, is_gits, name_below
from okstra_git.fs.refusals import (
    PathRefused,
    linked,
    missing,
    not_a_file,
    not_a_folder,
    not_text,
    taken,
    unreadable,
    unwritable,
)
from okstra_git.fs.walking import reach, reach_folder

MOST_BYTES = 5 << 20
"""Bytes of a document, unless its reader says otherwise."""

MOST_NAMES = 2000
"""Names of one folder that are listed, unless its reader says otherwise."""

MOST_FILES = 20_000
"""Names below one folder that are walked through, unless its reader says otherwise."""

Given = str | os.PathLike[str]
"""A path from the root; an absolute one is understood when it lies below the root."""


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


@dataclass(frozen=True, slots=True)
class Root:
    """The one opener and writer of everything below `path`, which is trusted itself.

    No link is followed, so that okstra's own files are okstra's own. With `links`, for reading documents that belong to
    the repository, a link is followed if every step of it stays below the root. Nothing is ever written through one.
    Pipes, sockets, devices and folders are no files, and are refused without waiting. Every refusal is a `PathRefused`.
    """

    path: Path
    links: bool = False

    def name(self, given: Given) -> str:
        """The path from the root with slashes; refuses what is no path or lies elsewhere by its letters."""
        return name_below(str(self.path), given)

    def has_place_for(self, given: Given) -> bool:
        """Whether the path is one, and lies below the root by its letters."""
        return is_below(str(self.path), given)

    def see(self, given: Given) -> Seen | None:
        """What lies there; None where nothing does, or where the way there leads out of the root or through links."""
        try:
            with reach(str(self.path), self.name(given), links=self.links) as spot:
                return _seen(os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False))
        except (OSError, PathRefused):
            return None

    def is_file(self, given: Given) -> bool:
        """Whether a plain file lies there that could be read. A pipe or a link out of the root is none: to refuse those
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

    def find_bytes(self, given: Given, limit: int = MOST_BYTES) -> bytes | None:
        """The content of a plain file; None where nothing has the name. Refuses all else, and more than `limit`."""
        name = self.name(given)
        with self._reading(name):
            try:
                with reach(str(self.path), name, links=self.links) as spot:
                    return files.read_plain(spot, name, limit)
            except FileNotFoundError:
                return None

    def read_bytes(self, given: Given, limit: int = MOST_BYTES) -> bytes:
        """The content of a plain file; refuses everything else, and more than `limit` bytes."""
        found = self.find_bytes(given, limit)
        if found is None:
            raise missing(self.name(given))
        return found

    def find_text(self, given: Given, limit: int = MOST_BYTES, *, errors: str = "strict") -> str | None:
        """As `find_bytes`, decoded as UTF-8; refuses what is not, unless `errors` says otherwise."""
        data = self.find_bytes(given, limit)
        return None if data is None else _decoded(self.name(given), data, errors)

    def read_text(self, given: Given, limit: int = MOST_BYTES, *, errors: str = "strict") -> str:
        """As `read_bytes`, decoded as UTF-8; refuses what is not, unless `errors` says otherwise."""
        return _decoded(self.name(given), self.read_bytes(given, limit), errors)

    def read_head(self, given: Given, most: int) -> bytes:
        """The beginning of a plain file of any length."""
        with self.opened(given) as descriptor:
            return files.read_up_to(descriptor, most)

    @contextmanager
    def opened(self, given: Given, flags: int = os.O_RDONLY, mode: int = 0o666) -> Iterator[int]:
        """A descriptor of the plain file there, for locks and the like; `O_CREAT` makes it, but not its folder."""
        name = self.name(given)
        with self._reading(name) if flags == os.O_RDONLY else self._writing(name):
            try:
                links = self.links and flags == os.O_RDONLY
                with reach(str(self.path), name, links=links) as spot:
                    descriptor = files.open_plain(spot, name, flags=flags, mode=mode)
            except FileNotFoundError as error:
                raise missing(name) from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def list(self, given: Given = ".", limit: int = MOST_NAMES) -> Listing:
        """The names in a folder, none where there is no such folder; refuses what is no folder."""
        name = self.name(given)
        with self._reading(name):
            try:
                with reach_folder(str(self.path), name, links=self.links) as folder, os.scandir(folder) as entries:
                    names = [entry.name for _, entry in zip(range(limit + 1), entries, strict=False)]
            except FileNotFoundError:
                return Listing(())
        return Listing(tuple(sorted(names[:limit])), has_more=len(names) > limit)

    def walk(self, given: Given = ".", limit: int = MOST_FILES, depth: int = 12) -> Iterator[tuple[str, Seen]]:
        """Every plain file below, by its path from the root, in order; links are passed over, and so is git's own
        directory. Ends after `limit` names, and does not look more than `depth` folders down."""
        waiting, left = [(self.name(given), depth)], limit
        while waiting:
            name, deeper = waiting.pop()
            if name != os.curdir and (seen := self.see(name)) is not None and seen.is_file:
                yield name, seen
            elif deeper and left > 0 and (name == os.curdir or (seen is not None and seen.is_folder)):
                names = self.list(name, left).names
                left -= len(names)
                below = (
                    part if name == os.curdir else f"{name}/{part}" for part in reversed(names) if not is_gits(part)
                )
                waiting += [(each, deeper - 1) for each in below]

    def make_folder(self, given: Given) -> None:
        """Make the folder and those on the way, unless they are there."""
        name = self.name(given)
        with self._writing(name), reach_folder(str(self.path), name, make=True):
            pass

    def write(
        self,
        given: Given,
        data: bytes,
        *,
        nonce: str = "",
        executable: bool = False,
        mode: int = 0,
        durable: bool = True,
    ) -> None:
        """Make `data` the file in one step; the folders on the way are made.

        `nonce` tells this writer's temporary file, `.NAME.NONCE.tmp` in the same folder, from others'; else the pid
        does. `mode` is narrowed by the umask. With `durable` the bytes are on the disk before the name is. Refuses
        where a link, a folder or the like has the name.
        """
        name, mode = self.name(given), mode or (0o777 if executable else 0o666)
        with self._writing(name), reach(str(self.path), name, make=True) as spot:
            files.replace(spot, name, data, nonce=nonce or str(os.getpid()), mode=mode, durable=durable)

    def create(
        self, given: Given, data: bytes, *, executable: bool = False, mode: int = 0, durable: bool = True
    ) -> None:
        """Make a new file; refuses (`path.taken`) where anything has the name. A crash may leave a part of it."""
        name, mode = self.name(given), mode or (0o777 if executable else 0o666)
        with self._writing(name), reach(str(self.path), name, make=True) as spot:
            try:
                files.write_new(spot, data, mode=mode, durable=durable)
            except FileExistsError as error:
                raise taken(name) from error

    def append(self, given: Given, data: bytes, *, mode: int = 0o666, durable: bool = False) -> None:
        """Write `data` behind what the file holds; file and folders are made."""
        name = self.name(given)
        with self._writing(name), reach(str(self.path), name, make=True) as spot:
            files.append(spot, name, data, mode=mode, durable=durable)

    def remove(self, given: Given) -> bool:
        """Remove a file, or a link itself; whether it was there. Refuses a folder."""
        name = self.name(given)
        with self._writing(name):
            try:
                with reach(str(self.path), name) as spot:
                    os.unlink(spot.part, dir_fd=spot.folder)
            except FileNotFoundError:
                return False
        return True

    def remove_folder(self, given: Given) -> bool:
        """Remove a folder that is empty; whether it was there and empty."""
        name = self.name(given)
        with self._writing(name):
            try:
                with reach(str(self.path), name) as spot:
                    os.rmdir(spot.part, dir_fd=spot.folder)
            except FileNotFoundError:
                return False
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
                return False
        return True

    def remove_tree(self, given: Given) -> None:
        """Remove a folder with all that is in it, links themselves and not what they lead to; nothing where none is."""
        name = self.name(given)
        with self._writing(name), suppress(FileNotFoundError), reach(str(self.path), name) as spot:
            found = os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                raise linked(str(self.path), name, name, leaves=False)
            if not stat.S_ISDIR(found.st_mode):
                raise not_a_folder(name, name)
            shutil.rmtree(spot.part, dir_fd=spot.folder)

    def rename(self, source: Given, target: Given) -> None:
        """Give a file or folder another name below the root, in one step; what a link is, stays one."""
        old, new = self.name(source), self.name(target)
        with self._writing(new), reach(str(self.path), old) as one, reach(str(self.path), new, make=True) as other:
            try:
                os.rename(one.part, other.part, src_dir_fd=one.folder, dst_dir_fd=other.folder)
            except FileNotFoundError as error:
                raise missing(old) from error

    def sync_folder(self, given: Given) -> None:
        """Make renames in a folder last; where folders cannot be synced, the files are safe all the same."""
        name = self.name(given)
        with self._writing(name), reach_folder(str(self.path), name) as folder, suppress(OSError):
            os.fsync(folder)

    @contextmanager
    def _reading(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._told(name, error) or unreadable(name, error) from error

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._told(name, error) or unwritable(name, error) from error

    def _told(self, name: str, error: OSError) -> PathRefused | None:
        if error.errno == files.IS_LINK:
            return linked(str(self.path), name, name, leaves=False)
        return not_a_file(name, stat.S_IFDIR) if error.errno == errno.EISDIR else None


def _seen(found: os.stat_result) -> Seen:
    mode = found.st_mode
    kind = "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"
    return Seen("link" if stat.S_ISLNK(mode) else kind, found.st_size, found.st_mtime, stat.S_IMODE(mode))


def _decoded(name: str, data: bytes, errors: str) -> str:
    try:
        return data.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise not_text(name, data[: error.start].count(b"\n") + 1) from error
