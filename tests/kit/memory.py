"""Where tests make their files: in memory, where there is room for it, since real git is always asking the disk."""

import os
import tempfile
from pathlib import Path

import psutil

SHARED = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that have to be free: a whole run keeps far less, for what a passed test made goes with it."""


def has_room(place: Path, *, room: int = ROOM) -> bool:
    """Whether we may write there, programs (hooks) may be run from there, and neither it nor the memory is short."""
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        return False
    disk = os.statvfs(place)
    may_run = not disk.f_flag & getattr(os, "ST_NOEXEC", 8)
    return may_run and disk.f_bavail * disk.f_frsize >= room and psutil.virtual_memory().available >= 2 * room


def work_in_memory() -> None:
    """Temporary files of this process and its children go to memory, unless the caller says where with TMPDIR."""
    if "TMPDIR" not in os.environ and has_room(SHARED):
        os.environ["TMPDIR"] = tempfile.tempdir = str(SHARED)
