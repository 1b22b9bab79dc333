"""Setup where the disk says no: a sentence, nothing lost, and the next setup goes on."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from tests.agent_setup.closet import Closet, picture, write_templates
from tests.faults.conftest import remount
from tests.faults.test_disks import fill
from tests.kit.refusals import refuses

Mount = Callable[[str], Path]


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return write_templates(tmp_path / "templates")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def test_a_read_only_disk_refuses_before_anything_is_written(small_disk: Mount, templates: Path) -> None:
    disk = small_disk("1m")
    (disk / ".claude").mkdir()
    remount(disk, "ro")
    with refuses("setup.unwritable", match=os.strerror(errno.EROFS).lower()):
        Closet.claude(disk, templates).install()
    assert picture(disk) == {".claude/": ""}


def test_a_read_only_part_is_finished_by_the_next_setup(small_disk: Mount, place: Path, templates: Path) -> None:
    disk = small_disk("1m")
    (disk / "skills").mkdir()
    (place / ".claude").mkdir()
    (place / ".claude/skills").symlink_to(disk / "skills")
    before, closet = picture(place), Closet.claude(place, templates)
    remount(disk, "ro")
    with refuses("setup.unwritable"):
        closet.install()
    remount(disk, "rw")
    closet.install()
    assert closet.inspect().is_as_shipped
    closet.uninstall()
    assert (picture(place), picture(disk)) == (before, {"skills/": ""})


@pytest.mark.parametrize("pages", range(14))
def test_wherever_the_room_runs_out_the_next_setup_finishes(small_disk: Mount, templates: Path, pages: int) -> None:
    disk = small_disk("256k")
    closet = Closet.claude(disk, templates)
    filler = fill(disk, leave=4096 * pages)
    try:
        closet.install()
    except OkstraError as refused:
        if refused.code != "setup.unwritable":
            raise
    filler.unlink()
    closet.install()
    assert closet.inspect().is_as_shipped
    closet.uninstall()
    assert picture(disk) == ({} if pages else {".claude/": ""})


def test_a_full_disk_is_told(small_disk: Mount, templates: Path) -> None:
    disk = small_disk("256k")
    fill(disk)
    with refuses("setup.unwritable", match=os.strerror(errno.ENOSPC).lower()):
        Closet.claude(disk, templates).install()
