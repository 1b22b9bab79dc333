"""The advisory lock that lets one clone's writers queue up instead of racing; the kernel frees it with its owner."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import refuse
from okstra_git.fs.refusals import Missing, PathRefused, Unreadable, Unwritable
from okstra_git.fs.root import Root
from okstra_git.git.git_directory import share

LONGEST_PID = 20


@contextmanager
def hold_lock(path: Path, *, wait: float = 10.0) -> Iterator[bool]:
    """Hold the lock file at `path`, waiting up to `wait` seconds; yields False where locking is not to be had.

    The lock only spares retries: correctness rests on compare-and-set. Refuses with the holder's pid, and what is no
    plain file; neither the file nor the folder it is in may be a link.
    """
    with ExitStack() as stack:
        try:
            descriptor = stack.enter_context(_opened(path))
        except (Unreadable, Unwritable, Missing):
            descriptor = None
        except PathRefused as refusal:
            hint = f"{command('ls -ld', str(path))}\nmove it away, then try again"
            raise refuse(
                "store.lock-unfit", f"the lock {path} is not a plain file", hint=hint, path=str(path)
            ) from refusal
        if descriptor is None:
            yield False
            return
        share(path)
        _acquire(descriptor, path, wait)
        _sign(descriptor)
        yield True


def _opened(path: Path) -> AbstractContextManager[int]:
    name = os.path.join(path.parent.name, path.name)
    return Root(path.parents[1]).opened(name, os.O_RDWR | os.O_CREAT, 0o644)


def take_lock(descriptor: int) -> bool:
    """Lock an open file until it is closed, at once or not at all; True where the file system knows no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def hold_folder(folder: Path, *, wait: float = 10.0) -> Iterator[bool]:
    """As `hold_lock`, on a folder that is there already: nothing is left behind in it, and no pid can be named."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            _acquire(descriptor, folder, wait)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _sign(descriptor: int) -> None:
    """Leave our pid for whoever waits, unless the file holds anything but a pid; on a full disk they do without."""
    with suppress(OSError):
        before, facts = os.pread(descriptor, LONGEST_PID + 1, 0), os.fstat(descriptor)
        if facts.st_nlink == 1 and len(before) <= LONGEST_PID and not before.strip(b"0123456789\n"):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _acquire(descriptor: int, path: Path, wait: float) -> None:
    give_up = time.monotonic() + wait
    pause = 0.002
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() >= give_up:
                holder = _read_holder(descriptor) or "unknown"
                raise refuse(
                    "store.busy",
                    f"another okstra command (pid {holder}) has been writing for {wait:g} s",
                    hint="wait for it, or look at it with 'ps'; its lock ends with it",
                    holder=holder,
                    lock=str(path),
                ) from error
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def _read_holder(descriptor: int) -> str:
    with suppress(OSError):  # a folder has no content
        return os.pread(descriptor, 20, 0).decode(errors="replace").strip()
    return ""
