"""Refs by name, torn ones included, and changed by compare-and-set only."""

from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.reflogs import list_former_values
from okstra_git.git.refs import (
    LostRace,
    RefLocked,
    RefUpdate,
    TornRef,
    find_ref,
    is_torn,
    list_lock_files,
    list_ref_names,
    set_torn_aside,
    swap_refs,
    translate_write_error,
)
from okstra_git.git.repo import Git, open_repository
from okstra_git.names import CommitId
from tests.kit.scenario import World

REF = "refs/okstra/log/a"


@pytest.fixture
def git(world: World) -> Git:
    return open_repository(world.path)


@pytest.fixture
def tip(world: World) -> CommitId:
    return CommitId(world.tip())


def swap(git: Git, name: str, expect: CommitId | None, new: CommitId | None) -> None:
    swap_refs(git, [RefUpdate(name, expect, new)], message="test")


def test_a_ref_that_is_not_there_is_none(git: Git) -> None:
    assert find_ref(git, REF) is None


@pytest.mark.parametrize("content", [b"", b"abc\n", b"\0" * 41, b"1" * 39 + b"\n"])
def test_a_torn_ref_is_refused_listed_and_never_written_over(git: Git, tip: CommitId, content: bytes) -> None:
    path = git.common_dir / REF
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(TornRef):
        find_ref(git, REF)
    assert list_ref_names(git, "refs/okstra/") == [REF]
    for expect in (None, tip):
        with pytest.raises(TornRef):
            swap(git, REF, expect, tip)
    assert path.read_bytes() == content
    assert not path.with_name("a.lock").exists()


def test_loose_packed_and_torn_refs_are_listed_once_each(world: World, git: Git, tip: CommitId) -> None:
    for name in ("a", "b", "c/d"):
        swap(git, f"refs/okstra/log/{name}", None, tip)
    world.git("pack-refs", "--all")
    swap(git, "refs/okstra/log/e", None, tip)
    (git.common_dir / "refs/okstra/log/b").write_bytes(b"torn")
    (git.common_dir / "refs/okstra/log/f.lock").write_bytes(b"")
    listed = list_ref_names(git, "refs/okstra/")
    assert listed == [f"refs/okstra/log/{name}" for name in ("a", "b", "c/d", "e")]
    assert [path.name for path in list_lock_files(git, ("refs/okstra/",))] == ["f.lock"]


def test_packed_refs_are_read_moved_and_removed(world: World, git: Git, tip: CommitId) -> None:
    swap(git, REF, None, tip)
    world.git("pack-refs", "--all", "--prune")
    assert not (git.common_dir / REF).exists()
    assert find_ref(git, REF) == tip
    later = CommitId(world.commit("A"))
    swap(git, REF, tip, later)
    assert world.tip(REF) == later
    swap(git, REF, later, None)
    assert find_ref(git, REF) is None
    assert world.ask("for-each-ref", "refs/okstra") == ""


def test_a_swap_that_expects_another_value_changes_none_of_its_refs(world: World, git: Git, tip: CommitId) -> None:
    later = CommitId(world.commit("A"))
    swap(git, "refs/okstra/x", None, tip)
    updates = [RefUpdate("refs/okstra/a", None, later), RefUpdate("refs/okstra/x", later, later)]
    with pytest.raises(LostRace) as lost:
        swap_refs(git, updates, message="test")
    assert lost.value.facts["ref"] == "refs/okstra/x"
    assert find_ref(git, "refs/okstra/a") is None
    assert find_ref(git, "refs/okstra/x") == tip


def test_a_birth_with_another_winner_is_a_lost_race(git: Git, tip: CommitId) -> None:
    swap(git, REF, None, tip)
    with pytest.raises(LostRace):
        swap(git, REF, None, tip)


def test_a_held_lock_names_its_ref_and_leaves_the_others_unlocked(git: Git, tip: CommitId) -> None:
    (git.common_dir / "refs/okstra").mkdir()
    (git.common_dir / "refs/okstra/b.lock").write_bytes(b"")
    with pytest.raises(RefLocked) as locked:
        swap_refs(git, [RefUpdate(f"refs/okstra/{n}", None, tip) for n in "abc"], message="test")
    assert locked.value.facts["ref"] == "refs/okstra/b"
    assert [path.name for path in list_lock_files(git, ("refs/okstra/",))] == ["b.lock"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("failed to lock file '/x/refs/a.lock' for writing: ", "ref.locked"),
        ("failed to create locked file '/x/a.lock': File exists", "ref.locked"),
        ("failed to create locked file '/x/a.lock': No such file or directory", "ref.lost-race"),
        ("failed to create locked file '/locked/no space/a.lock': Permission denied", "repo.read-only"),
        ("failed to write to '/x': Read-only file system", "repo.read-only"),
        ("failed to write chunk: No space left on device", "disk.full"),
        ("failed to write chunk: Disk quota exceeded", "disk.full"),
        ("something about '/locked/quota/no space'", "git.write-failed"),
    ],
)
def test_what_libgit2_says_about_a_write_is_understood(git: Git, said: str, code: str) -> None:
    assert translate_write_error(OSError(said), git, ref=REF).code == code


def test_a_torn_ref_set_aside_uncovers_what_was_packed(world: World, git: Git, tip: CommitId, tmp_path: Path) -> None:
    swap(git, REF, None, tip)
    world.git("pack-refs", "--all", "--prune")
    (git.common_dir / REF).parent.mkdir(parents=True, exist_ok=True)
    (git.common_dir / REF).write_bytes(b"torn")
    assert is_torn(git, REF)
    assert set_torn_aside(git, REF, tmp_path / "aside/a")
    assert (tmp_path / "aside/a").read_bytes() == b"torn"
    assert find_ref(git, REF) == tip
    assert not set_torn_aside(git, REF, tmp_path / "aside/b"), "it is sound again"


def test_former_values_come_from_the_reflog_newest_first(world: World, git: Git, tip: CommitId) -> None:
    world.git("notes", "--ref=okstra", "add", "-m", "one", tip)
    first = world.tip("refs/notes/okstra")
    world.git("notes", "--ref=okstra", "append", "-m", "two", tip)
    assert list_former_values(git, "refs/notes/okstra") == [world.tip("refs/notes/okstra"), first]
    assert list_former_values(git, "refs/notes/none") == []


def test_a_repository_with_packed_refs_that_are_rubbish_refuses_instead_of_forgetting(git: Git) -> None:
    (git.common_dir / "packed-refs").write_bytes(b"\xff\xfe rubbish\nmore\n")
    with pytest.raises(OkstraError):
        find_ref(git, REF)


@pytest.mark.parametrize("name", ["é" * 200, "a/" + "b" * 256, "/".join(["c" * 200] * 21)])
def test_a_name_that_no_disk_takes_is_that_of_no_ref(git: Git, name: str) -> None:
    assert find_ref(git, f"refs/heads/{name}") is None
    assert not is_torn(git, f"refs/heads/{name}")


def test_a_torn_ref_with_the_longest_name_is_still_told(git: Git) -> None:
    path = git.common_dir / "refs/heads" / ("é" * 125)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"torn")
    assert is_torn(git, f"refs/heads/{path.name}")
