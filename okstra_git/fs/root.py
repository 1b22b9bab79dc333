"""A directory below which okstra opens and writes files, whatever records, links or other programs say."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from okstra_git.fs import files
from okstra_git.fs.listing import MOST_NAMES, Given, Listing, Looking, Seen
from okstra_git.fs.refusals import (
    linked,
    missing,
    not_a_folder,
    not_text,
    taken,
    unwritable,
)
from okstra_git.fs.resolve import reach, reach_folder

__all__ = ["MOST_BYTES", "MOST_NAMES", "Given", "Listing", "Root", "Seen"]

MOST_BYTES = 5 << 20
"""Bytes of a document, unless its reader says otherwise."""


class Root(Looking):
    """The one opener and writer of everything below `path`, which is trusted itself.

    No link is followed, so that okstra's own files are okstra's own. With `links`, for reading documents that belong to
    the repository, a link is followed if every step of it stays below the root. Nothing is ever written through one.
    Pipes, sockets, devices and folders are not files: they are refused without waiting. Every refusal is a
    `PathRefused`.
    """

    __slots__ = ()

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
        data = self.find_bytes(given, limit)
        if data is None:
            raise missing(self.name(given))
        return data

    def find_text(self, given: Given, limit: int = MOST_BYTES, *, errors: str = "strict") -> str | None:
        """As `find_bytes`, decoded as UTF-8; refuses what is not, unless `errors` says otherwise."""
        data = self.find_bytes(given, limit)
        return None if data is None else _decoded(self.name(given), data, errors)

    def read_text(self, given: Given, limit: int = MOST_BYTES, *, errors: str = "strict") -> str:
        """As `read_bytes`, decoded as UTF-8; refuses what is not, unless `errors` says otherwise."""
        return _decoded(self.name(given), self.read_bytes(given, limit), errors)

    def holds(self, given: Given, data: bytes) -> bool:
        """Whether a plain file with exactly this content lies there. Refuses links."""
        seen = self.require_seen(given)
        is_like = seen is not None and seen.is_file and seen.size == len(data)
        return is_like and self.find_bytes(given, len(data)) == data

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

        `nonce` distinguishes this writer's temporary file, `.NAME.NONCE.tmp` in the same folder, from others'; else
        the pid does. `mode` is narrowed by the umask. With `durable` the bytes are on the disk before the name is.
        Refuses where a link, a folder or the like has the name.
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

    def create_link(self, given: Given, target: str) -> None:
        """Make a symbolic link, which may say anything; refuses (`path.taken`) where anything has the name."""
        name = self.name(given)
        with self._writing(name), reach(str(self.path), name, make=True) as spot:
            try:
                os.symlink(target, spot.part, dir_fd=spot.folder)
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
            status = os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                raise linked(str(self.path), name, name, leaves=False)
            if not stat.S_ISDIR(status.st_mode):
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
    def _writing(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._refusal_of(name, error) or unwritable(name, error) from error


def _decoded(name: str, data: bytes, errors: str) -> str:
    try:
        return data.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise not_text(name, data[: error.start].count(b"\n") + 1) from error
