"""Processes that use a file, or stand in a directory and would lose the ground under their feet."""

import os
from collections.abc import Sequence
from pathlib import Path

import psutil

from okstra_git.host.ancestry import ProcessFacts
from okstra_git.real_paths import real_path


def holders_of(lock: Path, *, directory: Path, work_tree: Path | None) -> list[ProcessFacts]:
    """Living processes that may own a git lock file: they have it open, or are git at work in this repository.

    A process we may not look into counts as a holder when it is a git program, so that "nobody" is a proof. Programs
    that wait for us (`git okstra …`, a git command that runs our hook) and other okstras do not count: an okstra has
    every lock it owns open.
    """
    waiting = _ancestors()
    return [
        facts
        for process in psutil.process_iter()
        if process.pid not in waiting and (facts := _holder(process, lock, directory, work_tree))
    ]


def _ancestors() -> set[int]:
    try:
        return {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    except psutil.Error:
        return {os.getpid()}


def _holder(process: psutil.Process, lock: Path, directory: Path, work_tree: Path | None) -> ProcessFacts | None:
    is_git = False
    name = ""
    try:
        name = process.name()
        is_git = name.startswith("git")
        is_git = is_git and not _is_okstra(name, process)
        opened = any(Path(file.path) == lock for file in process.open_files())
        near = is_git and _stands_in(Path(process.cwd()), directory, work_tree)
        return ProcessFacts(process.pid, process.create_time(), name) if opened or near else None
    except psutil.AccessDenied:
        return ProcessFacts(process.pid, 0.0, name) if is_git else None
    except psutil.Error:
        return None


def _is_okstra(name: str, process: psutil.Process) -> bool:
    return name.startswith("git-okstra") or "okstra" in process.cmdline()[1:]


def _stands_in(cwd: Path, directory: Path, work_tree: Path | None) -> bool:
    return any(place is not None and cwd.is_relative_to(place) for place in (directory, work_tree))


def processes_in(place: Path) -> Sequence[str]:
    """Living processes other than this one with a working directory at or below `place`, as `name (pid 12)`.

    Those of other users, into which we may not look, do not count.
    """
    root = real_path(place)
    return [told for process in psutil.process_iter() if (told := _standing_in(process, root))]


def _standing_in(process: psutil.Process, root: Path) -> str:
    try:
        if process.pid == os.getpid() or not Path(process.cwd()).is_relative_to(root):
            return ""
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.name()} (pid {process.pid})"
    except (psutil.Error, OSError):
        return ""
