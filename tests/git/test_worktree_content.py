"""A worktree as a tree is what `git add -A` would commit, and nothing there changes."""

import os
import sys
from pathlib import Path

import pytest

from okstra_git.git.dirty import list_uncommitted
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import open_repository
from okstra_git.git.worktree_content import Limits, gather, worktree_tree, worktree_trees
from tests.kit.scenario import World


def as_git_adds_it(world: World) -> str:
    """The oracle: git's own tree of everything that is not ignored, in an index of its own."""
    index = {"GIT_INDEX_FILE": str(world.path.parent / "oracle-index")}
    if world.ask("rev-parse", "-q", "--verify", "HEAD", ok=False):
        world.git("read-tree", "HEAD", env=index)
    world.git("add", "-A", env=index)
    return world.git("write-tree", env=index)


def agrees(world: World) -> None:
    before = (world.path / ".git/index").read_bytes() if (world.path / ".git/index").exists() else b""
    found = worktree_tree(world.path)
    assert (found.is_dirty, found.problem, found.left_out) == (True, "", ())
    assert world.ask("cat-file", "-t", found.tree) == "tree"
    assert before == ((world.path / ".git/index").read_bytes() if before else b"")
    assert found.tree == as_git_adds_it(world)


@pytest.fixture
def shop(world: World) -> World:
    world.commit("A", {"a/b/c": "c\n", "a/d": "d\n", "f": "f\n", "run": "#!/bin/sh\n", ".gitignore": "*.log\n"})
    return world


def test_a_clean_worktree_is_its_commit(shop: World) -> None:
    shop.write("x.log", "ignored\n")
    found = worktree_tree(shop.path)
    assert (found.head, found.tree, found.is_dirty) == (shop["A"], shop.ask("rev-parse", "HEAD^{tree}"), False)


def test_everything_that_is_not_ignored_counts(shop: World) -> None:
    shop.write("f", "changed\n")
    shop.write("new/deep/file", "new\n")
    shop.write("x.log", "ignored\n")
    (shop.path / "a/d").unlink()
    (shop.path / "run").chmod(0o755)
    (shop.path / "link").symlink_to("f")
    shop.write("staged", "one\n")
    shop.git("add", "staged")
    shop.write("staged", "two\n")
    agrees(shop)


def test_names_need_not_be_text(shop: World) -> None:
    folder = os.fsencode(shop.path) + b"/\xff\xfe"
    os.mkdir(folder)
    Path(os.fsdecode(folder + b"/caf\xe9")).write_text("x\n")
    agrees(shop)


def test_files_and_folders_may_change_places(shop: World) -> None:
    (shop.path / "a/b/c").unlink()
    (shop.path / "a/b").rmdir()
    (shop.path / "a/d").unlink()
    (shop.path / "a").rmdir()
    shop.write("a", "a file now\n")
    (shop.path / "f").unlink()
    shop.write("f/inside", "a folder now\n")
    agrees(shop)


def test_nothing_may_be_left(shop: World) -> None:
    for name in shop.ask("ls-files").splitlines():
        (shop.path / name).unlink()
    assert worktree_tree(shop.path).tree == as_git_adds_it(shop) == EMPTY_TREE


def test_line_ends_are_those_of_a_commit(shop: World) -> None:
    shop.git("config", "core.autocrlf", "true")
    shop.write("f", "one\r\ntwo\r\n")
    shop.write("binary", b"\0\r\n")
    agrees(shop)


def test_an_unborn_branch_has_no_commit_but_content(tmp_path: Path) -> None:
    world = World.empty(tmp_path / "fresh")
    assert worktree_tree(world.path)[:3] == (None, EMPTY_TREE, False)
    world.write("f", "f\n")
    agrees(world)
    assert worktree_tree(world.path).head is None


def test_a_merge_under_way_counts_as_it_lies_there(shop: World) -> None:
    shop.branch("other")
    shop.commit("B", {"f": "theirs\n"})
    shop.checkout("main")
    shop.commit("C", {"f": "ours\n"})
    shop.git("merge", "other", ok=False)
    agrees(shop)


def test_large_files_are_left_out_and_named(shop: World) -> None:
    shop.write("big", "x" * 3000)
    shop.write("c1", "x" * 1500)
    shop.write("c2", "x" * 1500)
    shop.write("small", "x\n")
    found = gather(shop.path, list_uncommitted(shop.path), lambda *_: "1" * 40, Limits(2048, 2500))
    assert [path for path, _ in found.lines] == [b"c1", b"small"]
    assert [line.partition(":")[0] for line in found.left_out] == ["big", "c2"]


def test_several_are_read_at_once_and_what_is_no_worktree_is_missing(shop: World, tmp_path: Path) -> None:
    places = [shop.worktree(tmp_path / f"w{number}", f"w{number}") for number in range(5)]
    places[2].write("f", "changed\n")
    nowhere = tmp_path / "nowhere"
    found = worktree_trees(open_repository(shop.path), [*(place.path for place in places), nowhere])
    assert [found[place.path].is_dirty for place in places] == [False, False, True, False, False]
    assert nowhere not in found


def test_objects_that_worktrees_share_are_looked_through_once(shop: World, tmp_path: Path) -> None:
    places = [shop.worktree(tmp_path / f"w{number}", f"w{number}").path for number in range(5)]
    objects, listed = shop.path / ".git/objects", list[str]()
    is_asked = True
    sys.addaudithook(lambda event, args: listed.append(str(args[0])) if is_asked and event == "os.scandir" else None)
    worktree_trees(open_repository(shop.path), places)
    is_asked = False
    assert listed.count(str(objects)) == 1


@pytest.mark.parametrize("text", ["same size", "SAME SIZE"], ids=["as it was", "changed"])
def test_a_file_whose_size_and_time_are_as_they_were_is_still_read(shop: World, text: str) -> None:
    shop.commit("D", {"f": "same size"})
    old = (shop.path / "f").stat()
    shop.write("f", text)
    os.utime(shop.path / "f", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert (shop.path / "f").stat().st_size == old.st_size
    assert worktree_tree(shop.path).tree == as_git_adds_it(shop)
    assert worktree_tree(shop.path).is_dirty == (text != "same size")


@pytest.mark.parametrize("where", ["--local", "--worktree"])
def test_rights_that_a_setting_hides_count_in_each_worktree(shop: World, tmp_path: Path, where: str) -> None:
    """A setting of one worktree is asked there, not taken from the repository's."""
    place = shop.worktree(tmp_path / "w", "w")
    shop.git("config", "extensions.worktreeConfig", "true" if where == "--worktree" else "false")
    place.git("config", where, "core.fileMode", "false")
    place.write("sub/program", "#!/bin/sh\n")
    (place.path / "f").chmod(0o755)
    (tree,) = worktree_trees(open_repository(shop.path), [place.path]).values()
    assert place.ask("ls-tree", tree.tree, "f").startswith("100755 ")


@pytest.mark.parametrize("word", ["no", "0", "2", "true", None])
def test_a_switch_means_what_git_makes_of_it(shop: World, word: str | None) -> None:
    shop.git("config", *(("core.fileMode", word) if word else ("--unset", "core.fileMode")))
    (shop.path / "f").chmod(0o755)
    beside = open_repository(shop.path)
    assert worktree_tree(shop.path, beside=beside) == worktree_tree(shop.path)


def test_a_worktree_whose_index_is_damaged_counts_as_committed(shop: World) -> None:
    shop.write("f", "changed\n")
    (shop.path / ".git/index").write_bytes(b"rubbish")
    found = worktree_tree(shop.path)
    assert found.tree == shop.ask("rev-parse", "HEAD^{tree}")
    assert "index" in found.problem
