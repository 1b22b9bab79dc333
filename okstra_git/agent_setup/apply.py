"""Carries out the steps of a plan: files appear whole, and never in place of one that okstra did not write."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from okstra_git.agent_setup.model import Action, Interfered, SetupStep, SetupUnwritable
from okstra_git.digest import fingerprint
from okstra_git.faults import fault_point
from okstra_git.paths import real_path


def apply_steps(steps: Iterable[SetupStep]) -> None:
    """Do everything, in order; refuses at the first step that the machine or another change prevents."""
    for step in steps:
        _carry_out(step)
        fault_point(f"setup.{step.do}")


_NO_HARD_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR)


def leftover_of(path: Path) -> Path:
    """The temporary file of a write, which a killed run may leave behind; a lock keeps two runs apart."""
    return path.with_name(f".{path.name}.okstra-tmp")


def write_new(path: Path, data: bytes) -> None:
    """Make the file where there is none; one that appeared meanwhile stays, and refuses unless it is the same."""
    with _refusals(path):
        if os.path.lexists(path) and _is(path, data):
            return
        temporary = _written(leftover_of(path), data, 0o666)
        try:
            _link_new(temporary, path)
        except FileExistsError as error:
            raise _interfered(path) from error
        finally:
            temporary.unlink(missing_ok=True)


def replace(path: Path, data: bytes, *, expected: str = "") -> None:
    """Put other content into a file, through a link when it is one, with its mode; refuses when it has changed."""
    with _refusals(path):
        target = real_path(path)
        if target.is_file():
            if _is(target, data):
                return
            if expected and fingerprint(target.read_bytes()) != expected:
                raise _interfered(path)
        elif expected:
            raise _interfered(path)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
        temporary = _written(leftover_of(target), data, 0o666)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)


def set_aside(path: Path, beside: Path) -> None:
    """Rename a person's file to a name that nothing has."""
    with _refusals(path):
        if os.path.lexists(beside):
            raise _interfered(beside)
        path.rename(beside)


def remove(path: Path, *, expected: str = "") -> None:
    """Delete a file; a missing one is fine, one that has changed stays and refuses."""
    with _refusals(path):
        if not os.path.lexists(path):
            return
        if expected and fingerprint(path.read_bytes()) != expected:
            raise _interfered(path)
        path.unlink()


def make_folder(path: Path) -> None:
    """Make the folder unless it is there."""
    with _refusals(path):
        path.mkdir(exist_ok=True)


def remove_folder(path: Path) -> None:
    """Remove the folder if it is empty; one with something in it stays, and so does a link to one."""
    with _refusals(path):
        try:
            path.rmdir()
        except OSError as error:
            if error.errno not in _NOT_EMPTY:
                raise


def _carry_out(step: SetupStep) -> None:
    match step.do:
        case Action.FOLDER:
            make_folder(step.path)
        case Action.WRITE:
            write_new(step.path, step.data)
        case Action.REPLACE | Action.EDIT | Action.RECORD:
            replace(step.path, step.data, expected=step.expected)
        case Action.ASIDE:
            set_aside(step.path, step.beside or step.path)
        case Action.REMOVE:
            remove(step.path, expected=step.expected)
        case Action.UNFOLDER:
            remove_folder(step.path)


def _written(path: Path, data: bytes, mode: int) -> Path:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    return path


def _link_new(temporary: Path, path: Path) -> None:
    """Give the file its name only if nothing has it; where links are not to be had, as nearly so as can be."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        temporary.replace(path)


def _is(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _interfered(path: Path) -> Interfered:
    return Interfered(
        f"{path} changed while setup was at work; it stays as it is now",
        hint="the same command again goes on from here",
        path=str(path),
    )


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SetupUnwritable(
            f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
            hint="mend owner, mode or room there; the same command again goes on from here",
            path=str(path),
        ) from error
