"""An object that was cut short, anywhere in history, ends in a sentence: libgit2 by itself would read it for ever."""

import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from okstra_git.git.history import find_commit
from okstra_git.git.raw_objects import FILES, find_torn, is_cut
from okstra_git.git.repo import open_repository
from tests.kit.scenario import World
from tests.kit.stores import NAME, recorded_world
from tests.kit.surroundings import ROOT


def cut(world: World, name: str, *, keep: int | None = None) -> str:
    """Leave the first half of a loose object, or its first bytes, as after a crash; its name."""
    oid = world.ask("rev-parse", name)
    path = world.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    os.truncate(path, path.stat().st_size // 2 if keep is None else keep)
    return oid


@pytest.mark.parametrize("keep", [0, 1, 2, 10, 50, 95, 99, 100])
def test_what_has_no_end_is_told_from_what_is_whole_and_from_rubbish(keep: int) -> None:
    whole = zlib.compress(os.urandom(200))
    length = len(whole) * keep // 100
    assert is_cut(whole[:length]) == (0 < length < len(whole))
    assert not is_cut(b"rubbish" * 9)
    assert not is_cut(None)


READERS = """
import sys
from pathlib import Path
import pygit2
from okstra_git.errors import OkstraError
from okstra_git.git import history, objects
from okstra_git.git.merging import merge_trees
from okstra_git.git.repo import open_repository
git, (tip, first, tree, blob) = open_repository(Path(sys.argv[1])), sys.argv[2:]
def ask(name, read):
    try:
        read()
    except (OkstraError, pygit2.GitError, KeyError) as error:
        print(name, type(error).__name__)
    else:
        print(name, "answered")
for name, read in {
    "walk": lambda: history.walk(git, [tip], [first], limit=9), "contains": lambda: history.contains(git, tip, first),
    "base": lambda: history.merge_base(git, tip, first), "commit": lambda: history.find_commit(git, tip + "~1"),
    "tree": lambda: objects.list_blobs(git, tree), "blob": lambda: objects.read_blob(git, blob),
    "merge": lambda: merge_trees(git, base=tree, ours=tree, theirs=tree),
    "alone": lambda: git.storage[blob],
}.items():
    ask(name, read)
"""


@pytest.mark.parametrize(
    ("name", "refused"),
    [("main~1", set[str]()), ("main^{tree}", {"tree"}), ("main:b.txt", {"blob", "alone"})],
    ids=["a commit in between", "a tree", "a file"],
)
def test_every_way_to_read_it_ends(world: World, name: str, refused: set[str]) -> None:
    for label in ("a", "b", "c"):
        world.commit(label)
    asked = [world.ask("rev-parse", it) for it in ("main", "main~3", "main^{tree}", "main:b.txt")]
    cut(world, name)
    command = [sys.executable, "-c", READERS, str(world.path), *asked]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert said.stderr == ""
    answers = dict(line.split() for line in said.stdout.splitlines())
    assert {way for way, what in answers.items() if what != "answered"} >= refused


def test_commands_name_it_and_the_rest_goes_on(world: World) -> None:
    recorded_world(world)
    torn = cut(world, "feature")
    for line in (("status",), ("log",), ("fsck",), ("doctor",), ("reconcile", "--all", "--check")):
        answer = world.okstra_process(*line, "--json", exit=None)
        assert answer.json.get("error", {}).get("code") != "internal"
    answer = world.okstra_process("stage", "done", "1", "--task-key", NAME, "--json", exit=None)
    assert torn in answer.out
    world.okstra_process("task", "open", "shop:web:more")
    assert len(world.okstra("task", "list").json["tasks"]) == 2
    assert list((world.path / ".git").rglob("*.pack")) == []


def test_what_was_seen_whole_is_not_read_again_and_what_changes_is(world: World) -> None:
    private, objects = world.path / ".git/okstra", world.path / ".git/objects"
    private.mkdir()
    for number in range(40):
        world.write(f"f{number}", f"{number}\n" * 3)
        world.git("add", "-A")
        world.git("commit", "-qm", f"c{number}")
    assert find_torn(objects, private) == []
    assert (private / "cache/whole").exists()
    torn = cut(world, "HEAD~20")
    assert find_torn(objects, private) == [torn]
    assert open_repository(world.path).torn == (torn,)


def test_a_worktree_beside_an_open_one_is_kept_from_the_same_objects(world: World, tmp_path: Path) -> None:
    world.commit("a")
    world.commit("b")
    torn = cut(world, world.ask("rev-parse", "main~1"))
    place = world.worktree(tmp_path / "w", "w")
    git = open_repository(world.path)
    beside = open_repository(place.path, beside=git)
    assert git.torn == beside.torn == (torn,)
    assert find_commit(beside, torn) is None
    other = World.empty(tmp_path / "other")
    assert open_repository(other.path, beside=git).torn == ()


def test_a_crowd_of_objects_is_looked_at_by_folder(tmp_path: Path) -> None:
    objects, private = tmp_path / "objects", tmp_path / "okstra"
    private.mkdir()
    whole, half = zlib.compress(b"blob 3\0abc"), zlib.compress(b"blob 3\0abc")[:6]
    for first in range(256):
        (objects / f"{first:02x}").mkdir(parents=True)
    for number in range(FILES + 500):
        (objects / f"{number % 256:02x}" / f"{number:038x}").write_bytes(whole)
    assert find_torn(objects, private) == []
    (objects / "ff" / f"{1:038x}").write_bytes(half)
    assert find_torn(objects, private) == ["ff" + f"{1:038x}"]
