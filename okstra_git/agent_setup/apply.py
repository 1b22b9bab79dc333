"""Carries out the steps of a plan: files appear whole, and never in place of one that okstra did not write."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from okstra_git.agent_setup.model import Action, SetupStep
from okstra_git.digest import fingerprint
from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.fs.refusals import PathRefused, Taken, reason_of
from okstra_git.fs.root import Root
from okstra_git.paths import real_path


def apply_steps(steps: Iterable[SetupStep]) -> None:
    """Do everything, in order; refuses at the first step that the machine or another change prevents."""
    for step in steps:
        _carry_out(step)
        fault_point(f"setup.{step.do}")


_DRAFT = "okstra"
"""Distinguishes the temporary file of a write; a lock keeps two runs apart."""
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR)


def leftover_of(path: Path) -> Path:
    """The temporary file of a write, which a killed run may leave behind; a lock keeps two runs apart."""
    return path.with_name(f".{path.name}.{_DRAFT}.tmp")


def write_new(path: Path, data: bytes) -> None:
    """Make the file where there is none; one that appeared meanwhile stays, and refuses unless it is the same."""
    with _refusals(path):
        if _is(path, data):
            return
        try:
            Root(path.parent).publish(path.name, data, nonce=_DRAFT, durable=True)
        except Taken as refusal:
            raise _interfered(path) from refusal


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
        Root(target.parent).write(target.name, data, nonce=_DRAFT, mode=mode or 0, exact_mode=mode is not None)


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


def _is(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _interfered(path: Path) -> OkstraError:
    return refuse(
        "setup.interfered",
        f"{path} changed while setup was at work; it stays as it is now",
        hint="the same command again goes on from here",
        path=str(path),
    )


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, PathRefused) as error:
        raise refuse(
            "setup.unwritable",
            f"{path} cannot be written: {reason_of(error)}",
            hint="mend owner, mode or room there; the same command again goes on from here",
            path=str(path),
        ) from error
