"""In a shared repository everything that okstra makes has the modes that git gives to what it makes there."""

import os
import stat
from pathlib import Path

import pytest

from okstra_git.git.git_directory import parse_rights
from tests.cli.shop import KEY, TASK, open_shop, record_stage, stage_of
from tests.kit.scenario import World

WAYS = ("group", "true", "1", "all", "world", "2", "0660", "0640", "0600", "0664", "umask", "false", "0")


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
@pytest.mark.parametrize("way", WAYS)
def test_a_file_and_a_folder_get_the_mode_that_git_gives(world: World, way: str, mask: int) -> None:
    before = os.umask(mask)
    try:
        world.git("config", "core.sharedRepository", way)
        world.git("update-ref", "refs/odd/folder/ref", "HEAD")
        world.git("hash-object", "-w", "--stdin", stdin=way + str(mask))
        object_ = max((world.path / ".git/objects").glob("??/*"), key=lambda path: path.stat().st_ctime_ns)
        for path, plain in (
            (world.path / ".git/refs/odd/folder/ref", stat.S_IFREG | 0o666 & ~mask),
            (world.path / ".git/refs/odd/folder", stat.S_IFDIR | 0o777 & ~mask),
            (object_, stat.S_IFREG | 0o444 & ~mask),
        ):
            rights = parse_rights(way)
            wanted = rights.mode(plain) if rights else plain
            assert oct(path.stat().st_mode) == oct(wanted), path
    finally:
        os.umask(before)


@pytest.mark.parametrize("how", ["init", "config"])
@pytest.mark.parametrize("way", ["group", "all", "0660", "umask"])
def test_a_whole_story_leaves_nothing_closed_to_the_others(tmp_path: Path, home: Path, way: str, how: str) -> None:
    world = World(tmp_path / "shared")
    World.empty(tmp_path / "other")
    before = os.umask(0o022)
    try:
        made = ["init", "-q", "-b", "main", *([f"--shared={way}"] if how == "init" else []), str(world.path)]
        World(tmp_path).git(*made)
        if how == "config":
            world.git("config", "core.sharedRepository", way)
        world.commit("base", {"a.txt": "1\n"})
        known = set((world.path / ".git").rglob("*"))
        open_shop(world, hooks=True)
        record_stage(world, 1, "feature/login", {"b.txt": "1\n"})
        world.okstra("config", "set", "keepDays", "90")
        world.okstra("stage", "start", "2", *TASK, "--base", "main")
        world.amend(None, "-m", "reworded")
        world.okstra("reconcile", *TASK, "--apply")
        world.okstra("status")
        world.git("pack-refs", "--all")
        world.okstra("stage", "release", "2", *TASK)
        world.okstra("worktree", "prune")
        world.okstra("fsck", "--repair")
        rights = parse_rights(way)
        crooked = {
            str(path.relative_to(world.path / ".git")): oct(path.lstat().st_mode)
            for path in sorted(set((world.path / ".git").rglob("*")) - known)
            if rights and rights.mode(path.lstat().st_mode) != path.lstat().st_mode
        }
        assert {k: v for k, v in crooked.items() if _is_ours(k)} == {}
        assert stage_of(world, 1)["commit"] == world.tip()
        config = stat.S_IMODE((world.path / ".git/config").stat().st_mode)
        if rights and how == "init":
            assert config & 0o060 == 0o060
    finally:
        os.umask(before)
    assert home
    assert KEY


def _is_ours(path: str) -> bool:
    """Indexes, messages and worktree administration are git's own."""
    return path.startswith(
        ("okstra", "refs/okstra", "refs/notes", "logs/refs", "objects", "hooks/post-", "packed-refs")
    )
