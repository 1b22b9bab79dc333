"""What a worktree holds: read in full, at a cost that does not grow with what is committed."""

import os
from pathlib import Path

import pytest

from okstra_git.git.ignored import find_caches
from okstra_git.git.repo import open_repository
from okstra_git.git.unsaved_work import in_groups, named, read_unsaved_work, size_in_words
from okstra_git.git.worktrees import Worktree
from tests.kit.scenario import World

MIB = 1 << 20
COUNTER = Path("/proc/self/io")


def kinds(world: World) -> list[str]:
    found = read_unsaved_work(open_repository(world.path), Worktree(world.path, None, None)).found
    return [each.kind for each in found]


def bytes_read() -> int:
    """Bytes that this process and those it has waited for have read."""
    lines = dict(line.split(": ") for line in COUNTER.read_text().splitlines())
    return int(lines["rchar"])


@pytest.mark.skipif(not COUNTER.exists(), reason="only Linux counts what a process reads")
def test_files_that_git_trusts_are_not_read_and_those_under_a_flag_are(world: World) -> None:
    for number in range(16):
        path = world.write(f"big{number}", os.urandom(2 * MIB))
        os.utime(path, (1e9, 1e9))  # otherwise git itself would have to look whether it changed since
    world.commit("A", {})
    world.git("repack", "-adq")  # new loose objects are looked at whenever a repository is opened
    before = bytes_read()
    assert kinds(world) == []
    plain = bytes_read() - before
    assert plain < 8 * MIB
    world.git("update-index", "--assume-unchanged", "big0", "big1")
    before = bytes_read()
    assert kinds(world) == []
    assert 4 * MIB <= bytes_read() - before < plain + 8 * MIB


def test_the_main_worktree_is_read_as_well(world: World) -> None:
    world.write("new", "x\n")
    world.git("update-index", "--skip-worktree", "README")
    world.write("README", "local\n")
    assert kinds(world) == ["hidden", "untracked"]


def test_settings_of_the_environment_narrow_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("new", "x\n")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "status.showUntrackedFiles")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "no")
    monkeypatch.setenv("GIT_INDEX_FILE", str(world.path / "no-index"))
    assert kinds(world) == ["untracked"]


def test_a_hidden_deletion_counts_but_not_what_a_sparse_checkout_leaves_out(world: World) -> None:
    world.commit("A", {"src/s": "s\n", "docs/d": "d\n"})
    world.git("sparse-checkout", "set", "--cone", "docs")
    assert kinds(world) == []
    world.git("sparse-checkout", "disable")
    world.git("update-index", "--skip-worktree", "src/s")
    (world.path / "src/s").unlink()
    assert kinds(world) == ["hidden"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["__pycache__/a.cpython-312.pyc", "__pycache__/b.pypy39.opt-1.pyc"], ["__pycache__"]),
        (["__pycache__/a.pyc"], []),
        (["__pycache__/a.cpython-312.pyc", "__pycache__/deeper/b.cpython-312.pyc"], []),
        (["a.cpython-312.pyc"], []),
        ([".DS_Store", "src/Thumbs.db"], [".DS_Store", "src/Thumbs.db"]),
        (["node_modules/x/index.js"], []),
        (["mine/a", "web/dist/b"], ["mine", "web/dist"]),
        (["deep/mine/a", "dist/b"], ["deep/mine"]),
    ],
)
def test_what_is_a_cache(tmp_path: Path, files: list[str], expected: list[str]) -> None:
    loose = [each.encode() for each in files]
    found = find_caches(tmp_path, loose, tracked=set(), awkward=[], ignored=loose, named={b"mine", b"web/dist"})
    assert [each.decode() for each in found.roots] == expected


@pytest.mark.parametrize("spoil", ["tracked", "awkward"])
def test_a_cache_with_something_else_in_it_is_none(tmp_path: Path, spoil: str) -> None:
    loose = [b"a/__pycache__/a.cpython-312.pyc", b"b/__pycache__/b.cpython-312.pyc"]
    other = {b"a/__pycache__/x"}
    tracked, awkward = (other, []) if spoil == "tracked" else (set(), list(other))
    found = find_caches(tmp_path, loose, tracked=tracked, awkward=awkward, ignored=loose)
    assert found.roots == (b"b/__pycache__",)


def test_directories_that_the_user_calls_caches_are_so_only_where_git_ignores_them(tmp_path: Path) -> None:
    found = find_caches(tmp_path, [b"mine/a"], tracked=set(), awkward=[], ignored=[], named={b"mine"})
    assert found.roots == ()


def test_sentences_name_the_first_paths_and_count_the_rest() -> None:
    (one,) = named("untracked", "it has", [b"a", b"b", b"c", b"d", b"\xff"])
    assert (one.message, one.files) == ("it has: a, b, c and 2 more", 5)
    (long,) = named("untracked", "it has", [b"x" * 5000])
    assert len(long.message) < 140
    assert list(named("untracked", "it has", [])) == []
    groups = in_groups([b"build/a", b"build/b", b".env", b"src/build/c"], {b"build/", b"src/build/"})
    assert groups == (b"build/", b".env", b"src/build/")
    assert [size_in_words(each) for each in (1, 1023, 2048, 3 << 20)] == ["1 byte", "1023 bytes", "2 KiB", "3 MiB"]
