"""Makes a file whole under a name that has to be free, so that no reader ever sees half of it."""

import errno
import os
from contextlib import suppress

from okstra_git.fs import files
from okstra_git.fs.refusals import PathRefused, linked, taken, unwritable
from okstra_git.fs.resolve import Given, Spot, reach
from okstra_git.fs.root import Root


def publish(root: Root, given: Given, data: bytes, *, nonce: str, mode: int = 0o666, durable: bool = False) -> None:
    """Make the new file in one step; refuses (`path.taken`) where anything has the name.

    Without hard links another writer of the same name in the same instant may be overwritten: hold a lock. `nonce`
    distinguishes the temporary file from others'.
    """
    try:
        with reach(root.path, given, make=True) as spot:
            _publish(spot, data, f".{spot.part}.{nonce}.tmp", mode=mode, durable=durable)
    except FileExistsError as error:
        raise taken(root.name(given)) from error
    except OSError as error:
        raise _refusal_of(root, root.name(given), error) from error


def _publish(spot: Spot, data: bytes, draft: str, *, mode: int, durable: bool) -> None:
    if _is_there(spot):
        raise taken(spot.name)
    files.write_new(Spot(spot.folder, draft, spot.name), data, mode=mode, durable=durable)
    try:
        try:
            os.link(draft, spot.part, src_dir_fd=spot.folder, dst_dir_fd=spot.folder, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            os.rename(draft, spot.part, src_dir_fd=spot.folder, dst_dir_fd=spot.folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=spot.folder)


def _is_there(spot: Spot) -> bool:
    try:
        os.stat(spot.part, dir_fd=spot.folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _refusal_of(root: Root, name: str, error: OSError) -> PathRefused:
    is_link = error.errno == errno.ELOOP
    return linked(str(root.path), name, name, leaves=False) if is_link else unwritable(name, error)
