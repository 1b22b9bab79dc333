"""Files and folders that appear whole or not at all, and last."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from okstra_git.errors import OkstraError
from okstra_git.faults import reached
from okstra_git.host.holders import find_process

_MENDING = dict.fromkeys((errno.EEXIST, errno.ENOTDIR, errno.EISDIR), "move away what stands in its place")


class Unwritable(OkstraError):
    """A place below `.okstra/` that cannot be written."""

    code = "bundle.unwritable"


def replace_file(path: Path, data: bytes, nonce: str, *, executable: bool = False) -> None:
    """Make `data` the file at `path`. `nonce` tells this writer's temporary file from others'."""
    temporary = path.with_name(f".{path.name}.{nonce}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.unlink(missing_ok=True)
    _write(temporary, data, executable=executable)
    temporary.replace(path)


def replace_folder(folder: Path, files: Iterable[tuple[str, bytes]], nonce: str) -> None:
    """Make (name, data) the whole content of the folder, seen by others all at once."""
    partial, old = (folder.with_name(f".{folder.name}.{kind}-{nonce}") for kind in ("partial", "old"))
    partial.mkdir(parents=True)
    for name, data in files:
        _write(partial / name, data, executable=False)
        reached("bundle.instruction")
    _sync_folder(partial)
    reached("bundle.partial")
    if folder.exists():
        folder.rename(old)
        reached("bundle.aside")
    partial.rename(folder)
    _sync_folder(folder.parent)
    reached("bundle.renamed")
    if old.exists():
        shutil.rmtree(old)


def sweep_file(path: Path) -> None:
    """Remove what dead writers of this file left."""
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        leftover.unlink(missing_ok=True)


def sweep_numbered(folder: Path, number: int) -> None:
    """Remove what dead writers left of the files in a folder that bear this number."""
    for leftover in folder.glob(f".*-{number:03}.*.tmp"):
        leftover.unlink(missing_ok=True)


def sweep_dead(path: Path) -> None:
    """Remove drafts of this file whose writers, which put their pid into the name, do not run any more."""
    for leftover in path.parent.glob(f"{path.name}.*.tmp"):
        pid = leftover.name.split(".")[-2]
        if pid.isdecimal() and find_process(int(pid)) is None:
            leftover.unlink(missing_ok=True)


def sweep_folder(folder: Path) -> None:
    """Remove what dead writers of this folder left."""
    for kind in ("partial", "old"):
        for leftover in folder.parent.glob(f".{folder.name}.{kind}-*"):
            shutil.rmtree(leftover)


@contextmanager
def refusing() -> Iterator[None]:
    """Errors of the file system become a refusal that names the place."""
    try:
        yield
    except OSError as error:
        place = error.filename or "a file below .okstra/"
        raise Unwritable(
            f"{place} cannot be written: {error.strerror or error}",
            hint=f"{_MENDING.get(error.errno or 0, 'make room or mend permissions')}, then try again",
            path=str(place),
        ) from error


def _write(path: Path, data: bytes, *, executable: bool) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o777 if executable else 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename last; where folders cannot be synced, the files are safe all the same."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
