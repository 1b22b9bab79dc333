"""Hook files as values, and the three careful ways of changing one: write, move aside, move back."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from okstra_git.errors import refuse
from okstra_git.git.sharing import share

EXECUTABLE = 0o755
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_MANAGERS = ((b"LEFTHOOK", "lefthook"), (b"pre-commit.com", "pre-commit"), (b"husky", "husky"))


@dataclass(frozen=True)
class HookFile:
    """What stands at a hook's path: nothing (`content` None), a regular file, or something we never touch (`odd`)."""

    path: Path
    content: bytes | None = None
    mode: int = EXECUTABLE
    odd: str | None = None

    @property
    def runs(self) -> bool:
        return self.mode & 0o111 != 0

    @property
    def manager(self) -> str | None:
        """The tool that generated the file, which may write it anew and drop our lines."""
        head = (self.content or b"")[:16384]
        return next((name for mark, name in _MANAGERS if mark in head), None)


def read_hook(path: Path) -> HookFile:
    """The file at `path`, links not followed."""
    try:
        entry = path.lstat()
        if stat.S_ISLNK(entry.st_mode):
            return HookFile(path, odd=f"is a link to {os.readlink(path)}")
        if not stat.S_ISREG(entry.st_mode):
            return HookFile(path, odd="is not a regular file")
        return HookFile(path, path.read_bytes(), stat.S_IMODE(entry.st_mode))
    except (FileNotFoundError, NotADirectoryError):
        return HookFile(path)
    except OSError as error:
        return HookFile(path, odd=f"cannot be read: {error.strerror}")


def write_hook(path: Path, content: bytes, *, mode: int = EXECUTABLE) -> None:
    """Make `content` the file at `path`, whole or not at all, with this mode.

    Of a new one the umask takes what it takes, and it is shared as git shares.
    """
    temporary, is_new = path.with_name(f".{path.name}.{os.getpid()}.okstra"), not path.exists()
    with _refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with open(descriptor, "wb") as file:
                file.write(content)
            if not is_new:
                temporary.chmod(mode)
            temporary.replace(path)
            if is_new:
                share(path)
        finally:
            temporary.unlink(missing_ok=True)


def move_hook(source: Path, target: Path) -> None:
    """Rename a hook; its bytes, mode and times stay."""
    with _refusals(source):
        source.replace(target)


def remove_hook(path: Path) -> None:
    """Delete a file that okstra wrote."""
    with _refusals(path):
        path.unlink(missing_ok=True)


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "it is read-only for us" if error.errno in _REFUSED else (error.strerror or str(error)).lower()
        raise refuse(
            "hooks.read-only",
            f"the hook {path.name} cannot be written in {path.parent}: {reason}",
            hint="let the owner of the repository run 'git okstra hooks install'; reconcile works without hooks",
            path=str(path),
        ) from error
