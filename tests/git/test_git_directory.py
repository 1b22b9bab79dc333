"""okstra's own files in git's directory when something else stands in their place: no harm, and no waiting."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from okstra_git.fs.outside import read_gits, read_line
from okstra_git.fs.refusals import Linked, Taken
from okstra_git.fs.root import Root
from okstra_git.git.git_directory import append_own, move_own, read_own, read_tail, remove_own, replace_own


def _huge(path: Path, _: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 << 30)


ODD: dict[str, Callable[[Path, Path], object]] = {
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": lambda path, _: path.mkdir(),
    "link": lambda path, outside: path.symlink_to(outside),
    "dangling": lambda path, outside: path.symlink_to(outside.with_name("new")),
    "huge": _huge,
}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside"
    path.write_bytes(b"precious")
    return path


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_file_is_as_good_as_not_there_and_gives_way(tmp_path: Path, outside: Path, odd: str) -> None:
    path = tmp_path / "git/okstra/cache/fold"
    path.parent.mkdir(parents=True)
    ODD[odd](path, outside)
    assert read_own(path) is None
    assert read_tail(path, 10) == (b"\0" * 10 if odd == "huge" else None)
    assert append_own(path, b"x") is (odd == "huge")
    assert replace_own(path, b"new")
    assert read_own(path) == b"new"
    assert outside.read_bytes() == b"precious"
    assert not outside.with_name("new").exists()


@pytest.mark.parametrize("name", ["watch", "cache/fold"])
def test_a_folder_in_the_place_of_a_file_is_kept_with_what_is_in_it(tmp_path: Path, name: str) -> None:
    private = tmp_path / "git/okstra"
    (private / name / "deep").mkdir(parents=True)
    (private / name / "deep/notes").write_text("somebody's")
    assert replace_own(private / name, b"new")
    assert [kept.read_text() for kept in private.glob("torn/*/deep/notes")] == ["somebody's"]


def test_a_folder_that_is_a_link_is_not_written_through(tmp_path: Path, outside: Path) -> None:
    private = tmp_path / "git/okstra"
    private.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (private / "cache").symlink_to(tmp_path / "elsewhere")
    assert not replace_own(private / "cache/fold", b"new")
    assert not append_own(private / "cache/fold", b"new")
    private.rename(tmp_path / "git/kept")
    private.symlink_to(tmp_path / "elsewhere")
    assert not any(replace_own(private / name, b"new") for name in ("derived", "cache/fold"))
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert outside.exists()


def test_folders_are_made_and_files_moved_and_removed(tmp_path: Path) -> None:
    private = tmp_path / "git/okstra"
    (tmp_path / "git").mkdir()
    assert replace_own(private / "journal/a", b"1\n")
    assert append_own(private / "journal/a", b"2\n")
    assert (read_own(private / "journal/a"), read_tail(private / "journal/a", 2)) == (b"1\n2\n", b"2\n")
    assert move_own(private / "journal/a", private / "torn/b")
    assert not move_own(private / "journal/a", private / "torn/c")
    assert remove_own(private / "torn/b")
    assert not remove_own(private / "torn/b")


def test_a_published_file_appears_whole_and_in_the_place_of_nothing(tmp_path: Path, outside: Path) -> None:
    root = Root(tmp_path / "git")
    root.path.mkdir()
    root.publish("okstra/writer", b"me\n", nonce="1")
    assert read_own(root.path / "okstra/writer") == b"me\n"
    (root.path / "okstra/dangling").symlink_to(outside.with_name("new"))
    for name in ("okstra/writer", "okstra/dangling"):
        with pytest.raises(Taken):
            root.publish(name, b"you\n", nonce="2")
    (root.path / "linked").symlink_to(tmp_path)
    with pytest.raises(Linked):
        root.publish("linked/file", b"", nonce="3")
    assert sorted(path.name for path in (root.path / "okstra").iterdir()) == ["dangling", "writer"]


def test_gits_own_files_may_be_links_but_are_not_waited_for(tmp_path: Path, outside: Path) -> None:
    for name, make in ODD.items():
        make(tmp_path / name, outside)
    found = {name: read_gits(tmp_path / name, 1 << 20) for name in ODD}
    assert found == {"pipe": None, "folder": None, "link": b"precious", "dangling": None, "huge": None}
    assert read_line(outside) == "precious"
    assert read_line(tmp_path / "nothing") is None
