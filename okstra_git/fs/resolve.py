"""Resolves a path below a root: its grammar, then folder by folder, each by the descriptor of the one before."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from okstra_git.fs.refusals import PathRefused, linked, malformed, missing, not_a_folder, outside, unreadable

Given = str | os.PathLike[str]
"""A path from a root; an absolute one is understood when it lies below the root."""

GIT = ".git"
"""Git's own directory, or the file that leads to it; in any case, as some file systems have it."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MOST_LINKS = 40
_NOT_A_FOLDER = (errno.ENOTDIR, errno.ELOOP)


def name_below(root: str, given: Given) -> str:
    """The path from the root, plain and with slashes; `.` is the root itself.

    Refuses what is not a path or lies elsewhere. An absolute path is understood when it lies below the root by its
    letters; no link is looked at here.
    """
    text = os.fspath(given)
    if not text or "\0" in text or not _is_encodable(text):
        raise malformed(text)
    plain = os.path.normpath(text)
    if os.path.isabs(plain):
        base = os.path.normpath(root)
        if plain != base and not plain.startswith(base.rstrip(os.sep) + os.sep):
            raise outside(root, text)
        plain = plain[len(base) :].lstrip(os.sep) or os.curdir
    parts = plain.split(os.sep)
    if parts[0] == os.pardir or any(is_gits(part) for part in parts):
        raise outside(root, text)
    return plain


def is_below(root: str, given: Given) -> bool:
    """Whether the path is well formed and lies below the root, by its letters."""
    text = os.fspath(given)
    if not text or "\0" in text or not _is_encodable(text):
        return False
    base = os.path.normpath(root)
    plain = os.path.normpath(os.path.join(base, text))
    inside = plain.startswith(base.rstrip(os.sep) + os.sep)
    return inside and not any(is_gits(part) for part in plain[len(base) :].split(os.sep))


def is_elsewhere(recorded: str) -> bool:
    """Whether a recorded path is not below the root: what lies there is recorded without the way to the root."""
    return os.path.isabs(recorded) or os.path.normpath(recorded).split(os.sep)[0] == os.pardir


def is_gits(part: str) -> bool:
    """Whether one part of a path is the name of git's own directory."""
    return part.lower() == GIT


def _is_encodable(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


class Spot(NamedTuple):
    """Where a path ends: the descriptor of the folder, and the name in it, which is not a link unless nobody asked.

    `name` is the whole path from the root, for refusals.
    """

    folder: int
    part: str
    name: str


class _Walk:
    """One way from a root. `way` has the open folders, `at` the names that led to them."""

    def __init__(self, root: Path, given: Given, *, links: bool, make: bool) -> None:
        self.root, self.links, self.make = str(root), links, make
        self.name = name_below(self.root, given)
        self.way: list[int] = []
        self.at: list[str] = []
        self.first_link = ""
        self.followed = 0

    def go(self, *, whole: bool) -> Spot:
        """To the folder that holds the last part; to what the last part names when `whole`, which is a folder then."""
        self.way.append(_open_root(self.root, self.name))
        left = self.name.split(os.sep)[::-1]
        while left:
            part = left.pop()
            if part in ("", os.curdir):
                continue
            if part == os.pardir:
                self._back()
                continue
            if is_gits(part):
                raise outside(self.root, self.name)
            is_last = not left
            target = self._target(part) if self.links else None
            if target is not None:
                left += self._spliced(part, target)
            elif is_last and not whole:
                return Spot(self.way[-1], part, self.name)
            else:
                self._enter(part)
        return Spot(self.way[-1], os.curdir, self.name)

    def close(self) -> None:
        for descriptor in self.way:
            os.close(descriptor)

    def _back(self) -> None:
        if not self.at:
            raise self._leaves()
        os.close(self.way.pop())
        self.at.pop()

    def _enter(self, part: str) -> None:
        if self.make:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=self.way[-1])
        try:
            self.way.append(os.open(part, _FOLDER, dir_fd=self.way[-1]))
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._no_folder(part, error) from error
        self.at.append(part)

    def _no_folder(self, part: str, error: OSError) -> Exception:
        here = "/".join([*self.at, part])
        if error.errno not in _NOT_A_FOLDER:
            return error
        if _target_of(self.way[-1], part) is not None:
            return linked(self.root, self.name, here, leaves=False)
        return not_a_folder(self.name, here)

    def _target(self, part: str) -> str | None:
        return _target_of(self.way[-1], part)

    def _spliced(self, part: str, target: str) -> list[str]:
        """The parts that the link stands for, the last one first."""
        self.first_link = self.first_link or "/".join([*self.at, part])
        self.followed += 1
        if self.followed > _MOST_LINKS:
            raise unreadable(self.name, OSError(errno.ELOOP, os.strerror(errno.ELOOP)))
        if not os.path.isabs(target):
            return target.split(os.sep)[::-1]
        for base in {os.path.normpath(self.root), os.path.realpath(self.root)}:
            if target == base or target.startswith(base.rstrip(os.sep) + os.sep):
                while self.at:
                    self._back()
                return target[len(base) :].split(os.sep)[::-1]
        raise self._leaves()

    def _leaves(self) -> PathRefused:
        return linked(self.root, self.name, self.first_link or self.name, leaves=True)


@contextmanager
def reach(root: Path, given: Given, *, links: bool = False, make: bool = False) -> Iterator[Spot]:
    """The place of a path, which `name_below` checks. With `links` those are followed whose every step stays below
    the root; with `make` the folders on the way are made. FileNotFoundError where a folder is missing."""
    walk = _Walk(root, given, links=links, make=make)
    try:
        yield walk.go(whole=False)
    finally:
        walk.close()


@contextmanager
def reach_folder(root: Path, given: Given, *, links: bool = False, make: bool = False) -> Iterator[int]:
    """The same for a folder: its descriptor."""
    walk = _Walk(root, given, links=links, make=make)
    try:
        yield walk.go(whole=True).folder
    finally:
        walk.close()


def _open_root(root: str, name: str) -> int:
    try:
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise missing(root) from error
    except NotADirectoryError as error:
        raise not_a_folder(name, root) from error


def _target_of(folder: int, part: str) -> str | None:
    """What a link says; None where there is none."""
    try:
        return os.readlink(part, dir_fd=folder)
    except OSError:
        return None
