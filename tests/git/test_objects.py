"""Trees written by sharing what did not change, and refusals where something cannot be read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from okstra_git.git import objects
from okstra_git.git.damage import mend_blob
from okstra_git.git.objects import MissingObject
from okstra_git.git.repo import Git, open_repository
from tests.kit.scenario import World


@pytest.fixture
def git(world: World) -> Git:
    return open_repository(world.path)


def loose(git: Git, oid: str) -> Path:
    return git.common_dir / "objects" / oid[:2] / oid[2:]


def test_a_tree_grows_shares_and_shrinks(world: World, git: Git) -> None:
    one, two = objects.write_blob(git, b"1"), objects.write_blob(git, b"2")
    tree = objects.write_tree(git, None, {"a/b/c": one, "a/x": one, "top": one})
    changed = objects.write_tree(git, tree, {"a/b/c": two, "a/b/d": one, "top": None})
    assert objects.list_blobs(git, changed) == {"a/b/c": two, "a/b/d": one, "a/x": one}
    assert objects.changed_files(git, tree, changed, under="a/") == {"b/c": two, "b/d": one}
    assert objects.find_blob(git, changed, "a/b/c") == two
    assert objects.find_blob(git, changed, "a/b") is None
    assert objects.find_blob(git, changed, "a/x/deeper") is None
    assert objects.find_blob(git, changed, "nowhere/at/all") is None
    emptied = objects.write_tree(git, changed, {"a/b/c": None, "a/b/d": None, "a/x": None})
    assert emptied == objects.EMPTY_TREE
    commit = objects.write_commit(git, tree=changed, parents=[world.tip()], message="m", when=datetime.now(UTC))
    assert world.ask("ls-tree", "-r", "--name-only", commit).split() == ["a/b/c", "a/b/d", "a/x"]
    world.ask("fsck", "--strict", "--no-dangling")


def test_a_missing_folder_is_refused_and_not_taken_for_empty(git: Git) -> None:
    blob = objects.write_blob(git, b"1")
    tree = objects.write_tree(git, None, {"a/b/c": blob})
    folder = str(objects.read_tree(git, tree)["a"].id)
    loose(git, folder).unlink()
    fresh = open_repository(git.top)
    for look in (
        lambda: objects.find_blob(fresh, tree, "a/b/c"),
        lambda: objects.list_blobs(fresh, tree),
        lambda: objects.write_tree(fresh, tree, {"a/b/d": blob}),
    ):
        with pytest.raises(MissingObject):
            look()


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_damaged_blob_is_refused_and_mended_from_exactly_its_bytes(git: Git, damage: bytes | None) -> None:
    oid = objects.write_blob(git, b"precious\n")
    path = loose(git, oid)
    path.chmod(0o644)
    path.unlink() if damage is None else path.write_bytes(damage)
    fresh = open_repository(git.top)
    with pytest.raises(MissingObject):
        objects.read_blob(fresh, oid)
    assert not mend_blob(fresh, oid, b"something else\n")
    assert mend_blob(fresh, oid, b"precious\n")
    assert objects.read_blob(open_repository(git.top), oid) == b"precious\n"


@pytest.mark.parametrize("oid", ["0" * 40, "f" * 40, "xyz", ""])
def test_what_is_no_object_is_refused(git: Git, oid: str) -> None:
    for look in (objects.read_blob, objects.read_commit, objects.read_tree):
        with pytest.raises(MissingObject):
            look(git, oid)


def test_a_blob_is_no_commit_and_a_commit_no_blob(world: World, git: Git) -> None:
    blob = objects.write_blob(git, b"1")
    with pytest.raises(MissingObject):
        objects.read_commit(git, blob)
    with pytest.raises(MissingObject):
        objects.read_blob(git, world.tip())
