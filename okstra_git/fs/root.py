"""A directory below which okstra opens and writes files, whatever records, links or other programs say."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from okstra_git.fs import files
from okstra_git.fs.files import MOST_NAMES, Listing, Looking, Seen
from okstra_git.fs.refusals import linked, missing, not_a_folder, not_text, taken, unwritable
from okstra_git.fs.resolve import Given, reach, reach_folder

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
        with self._reading(given):
            try:
                with reach(self.path, given, links=self.links) as spot:
                    return files.read_plain(spot, limit)
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
        with self._reading(given) if flags == os.O_RDONLY else self._writing(given):
            try:
                links = self.links and flags == os.O_RDONLY
                with reach(self.path, given, links=links) as spot:
                    descriptor = files.open_plain(spot, flags=flags, mode=mode)
            except FileNotFoundError as error:
                raise missing(self.name(given)) from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def make_folder(self, given: Given) -> None:
        """Make the folder and those on the way, unless they are there."""
        with self._writing(given), reach_folder(self.path, given, make=True):
            pass

    def write(
        self,
        given: Given,
        data: bytes,
        *,
        nonce: str = "",
        executable: bool = False,
        mode: int = 0,
        exact_mode: bool = False,
        durable: bool = True,
    ) -> None:
        """Make `data` the file in one step; the folders on the way are made.

        `nonce` distinguishes this writer's temporary file, `.NAME.NONCE.tmp` in the same folder, from others'; else
        the pid does. `mode` is narrowed by the umask unless it is to be exact. With `durable` the bytes are on the disk
        before the name is. Refuses where a link, a folder or the like has the name.
        """
        mode = mode if exact_mode else mode or (0o777 if executable else 0o666)
        nonce = nonce or str(os.getpid())
        with self._writing(given), reach(self.path, given, make=True) as spot:
            files.replace(spot, data, nonce=nonce, mode=mode, durable=durable, exact_mode=exact_mode)

    def create(
        self, given: Given, data: bytes, *, executable: bool = False, mode: int = 0, durable: bool = True
    ) -> None:
        """Make a new file; refuses (`path.taken`) where anything has the name. A crash may leave a part of it."""
        mode = mode or (0o777 if executable else 0o666)
        with self._writing(given), reach(self.path, given, make=True) as spot:
            try:
                files.write_new(spot, data, mode=mode, durable=durable)
            except FileExistsError as error:
                raise taken(spot.name) from error

    def publish(self, given: Given, data: bytes, *, nonce: str, mode: int = 0o666, durable: bool = False) -> None:
        """Make a new file in one step, so that no reader sees half of it; refuses (`path.taken`) where the name is.

        Without hard links another writer of the same name in the same instant may be overwritten: hold a lock. `nonce`
        distinguishes the temporary file from others'.
        """
        with self._writing(given), reach(self.path, given, make=True) as spot:
            try:
                files.publish(spot, data, nonce=nonce, mode=mode, durable=durable)
            except FileExistsError as error:
                raise taken(spot.name) from error

    def create_link(self, given: Given, target: str) -> None:
        """Make a symbolic link, which may say anything; refuses (`path.taken`) where anything has the name."""
        with self._writing(given), reach(self.path, given, make=True) as spot:
            try:
                os.symlink(target, spot.part, dir_fd=spot.folder)
            except FileExistsError as error:
                raise taken(spot.name) from error

    def append(self, given: Given, data: bytes, *, mode: int = 0o666, durable: bool = False) -> None:
        """Write `data` behind what the file holds; file and folders are made."""
        with self._writing(given), reach(self.path, given, make=True) as spot:
            files.append(spot, data, mode=mode, durable=durable)

    def remove(self, given: Given) -> bool:
        """Remove a file, or a link itself; whether it was there. Refuses a folder."""
        with self._writing(given):
            try:
                with reach(self.path, given) as spot:
                    os.unlink(spot.part, dir_fd=spot.folder)
            except FileNotFoundError:
                return False
        return True

    def remove_folder(self, given: Given) -> bool:
        """Remove a folder that is empty; whether it was there and empty."""
        with self._writing(given):
            try:
                with reach(self.path, given) as spot:
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
        with self._writing(given), suppress(FileNotFoundError), reach(self.path, given) as spot:
            status = os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                raise linked(str(self.path), spot.name, spot.name, leaves=False)
            if not stat.S_ISDIR(status.st_mode):
                raise not_a_folder(spot.name, spot.name)
            shutil.rmtree(spot.part, dir_fd=spot.folder)

    def rename(self, source: Given, target: Given) -> None:
        """Give a file or folder another name below the root, in one step; what a link is, stays one."""
        with self._writing(target), reach(self.path, source) as old, reach(self.path, target, make=True) as new:
            try:
                os.rename(old.part, new.part, src_dir_fd=old.folder, dst_dir_fd=new.folder)
            except FileNotFoundError as error:
                raise missing(old.name) from error

    def sync_folder(self, given: Given) -> None:
        """Make renames in a folder last; where folders cannot be synced, the files are safe all the same."""
        with self._writing(given), reach_folder(self.path, given) as folder, suppress(OSError):
            os.fsync(folder)

    @contextmanager
    def _writing(self, given: Given) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            name = self.name(given)
            raise self._refusal_of(name, error) or unwritable(name, error) from error


def _decoded(name: str, data: bytes, errors: str) -> str:
    try:
        return data.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise not_text(name, data[: error.start].count(b"\n") + 1) from error
