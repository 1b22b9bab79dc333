"""Disks of our own: one in memory for tests that write much, small ones that fill up or turn read-only."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.kit.scenario import World
from tests.kit.stores import recorded_world

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Path]:
    """A directory where fsync costs nothing, so that hundreds of appends test ours and not the disk."""
    if not os.access(SHARED_MEMORY, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=SHARED_MEMORY, prefix="okstra-test-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@pytest.fixture
def shop(roomy: Path) -> World:
    """A recorded world: one task, one finished stage."""
    return recorded_world(World.begin(roomy / "world"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a file system of the given size; skips where mounting is not permitted."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        place = tmp_path / f"disk{len(mounted)}"
        place.mkdir()
        asked = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(asked, capture_output=True, check=False).returncode != 0:
            pytest.skip("a file system of its own needs the right to mount")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=False)


def remount(place: Path, how: str) -> None:
    """Make a mounted disk `ro` or `rw`."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)
