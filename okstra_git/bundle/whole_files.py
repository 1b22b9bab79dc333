"""Files and folders of runs that appear whole or not at all, below the project's root and never through a link."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from glob import escape

from okstra_git.errors import refuse
from okstra_git.faults import fault_point
from okstra_git.fs import refusals
from okstra_git.fs.root import Given, Root
from okstra_git.host.machine import find_process

MOST_NAMES = 200_000
"""Names of one folder that are searched for leftovers of dead processes."""


def replace_folder(root: Root, folder: str, files: Iterable[tuple[str, bytes]], nonce: str) -> None:
    """Make (name, data) the whole content of the folder, seen by others all at once."""
    parent, name = os.path.split(folder)
    partial, old = (os.path.join(parent, f".{name}.{kind}-{nonce}") for kind in ("partial", "old"))
    root.make_folder(partial)
    for file_name, data in files:
        root.create(os.path.join(partial, file_name), data)
        fault_point("bundle.instruction")
    root.sync_folder(partial)
    fault_point("bundle.partial")
    if root.exists(folder):
        root.rename(folder, old)
        fault_point("bundle.aside")
    root.rename(partial, folder)
    root.sync_folder(parent)
    fault_point("bundle.renamed")
    root.remove_tree(old)


def sweep_files(root: Root, paths: Iterable[Given]) -> None:
    """Remove what dead writers of these files left; each folder is listed once."""
    patterns: dict[str, list[str]] = {}
    for path in paths:
        folder, name = os.path.split(path)
        patterns.setdefault(os.fspath(folder), []).append(f".{escape(name)}.*.tmp")
    for folder, wanted in patterns.items():
        for leftover in _named(root, folder, *wanted):
            root.remove(leftover)


def sweep_numbered(root: Root, folder: Given, number: int) -> None:
    """Remove what dead writers left of the files with this number in a folder."""
    for leftover in _named(root, os.fspath(folder), f".*-{number:03}.*.tmp"):
        root.remove(leftover)


def sweep_dead(root: Root, path: Given) -> None:
    """Remove drafts of this file whose writers, which put their pid into the name, do not run any more."""
    folder, name = os.path.split(os.fspath(path))
    for leftover in _named(root, folder, f".{escape(name)}.*.tmp"):
        pid = leftover.split(".")[-2]
        if pid.isdecimal() and find_process(int(pid)) is None:
            root.remove(leftover)


def sweep_folder(root: Root, folder: Given) -> None:
    """Remove what dead writers of this folder left."""
    parent, name = os.path.split(os.fspath(folder))
    for kind in ("partial", "old"):
        for leftover in _named(root, parent, f".{escape(name)}.{kind}-*"):
            root.remove_tree(leftover)


def _named(root: Root, folder: str, *patterns: str) -> list[str]:
    """The paths of what a folder has under a name like one of these."""
    names = root.list(folder or os.curdir, MOST_NAMES).names
    return [os.path.join(folder, name) for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


@contextmanager
def refusing() -> Iterator[None]:
    """What the file system refuses, and what stands in the way of a file or folder, by one code; links by their own."""
    try:
        yield
    except (refusals.Unwritable, refusals.NotAFile, refusals.NotAFolder, refusals.Taken) as error:
        raise refuse("bundle.unwritable", error.message, hint=error.hint, **error.facts) from error
