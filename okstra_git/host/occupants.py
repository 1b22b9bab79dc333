"""Processes that stand in a directory: a shell, an editor or an agent that would lose the ground under its feet."""

import os
from collections.abc import Sequence
from pathlib import Path

import psutil

from okstra_git.real_paths import real_path


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
