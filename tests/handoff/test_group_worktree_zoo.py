"""Assembling again and publishing bring the group's worktree along and lose nothing that lies in it."""

from pathlib import Path

import pytest

from tests.handoff.test_assembly import assemble
from tests.kit.handing import begin, handoff, ready
from tests.kit.scenario import World
from tests.kit.zoo import KEPT, picture

IN_FILES = {"changed", "untracked", "ignored", "hidden", "filtered", "operation", "repository"}
STATES = [name for name, (_, kind) in KEPT.items() if kind in IN_FILES]
NOT_PUBLISHED = {"changed", "untracked", "hidden", "operation"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A stage that is ready, on a base that has the zoo's files."""
    world = begin(tmp_path / "shop")
    world.commit("A", {"b.txt": "x\n", "src/s.txt": "s\n", "docs/d.txt": "d\n"})
    ready(world, 1, {"work.txt": "work\n"})
    world.checkout("main")
    return world


def collected(world: World) -> World:
    """The worktree of the assembled group."""
    labels = {**world.labels, "work": world.tip("s1")}
    return World(Path(str(assemble(world, "1")["worktree"])), labels=labels, clock=world.clock)


@pytest.mark.parametrize("name", STATES)
def test_what_lies_in_the_groups_worktree_stays(world: World, name: str) -> None:
    disturb, kind = KEPT[name]
    place = collected(world)
    plain = picture(place.path)
    disturb(place, world)
    world.checkout("main")
    disturbed = picture(place.path)
    made = {path: node for path, node in disturbed.items() if plain.get(path) != node}
    gone = plain.keys() - disturbed.keys()
    world.commit("M", {"b.txt": "base\n", "src/s.txt": "base\n", "docs/d.txt": "base\n", "new.txt": "base\n"})
    dry = world.okstra("handoff", "publish", "--task-key", "shop:web:login", "--dry-run", exit=None)
    if kind in NOT_PUBLISHED:
        assert "worktree-dirty" in dry.out
    assert picture(place.path) == disturbed
    handoff_again(world)
    after = picture(place.path)
    assert {path: after.get(path) for path in made} == made
    assert not gone & after.keys()


def handoff_again(world: World) -> bool:
    """Whether the group was assembled again on the base as it is now."""
    line = ("handoff", "assemble", "--task-key", "shop:web:login", "--stages", "1", "--base", "main")
    return world.okstra(*line, exit=None).exit == 0


def test_a_clean_collector_follows(world: World) -> None:
    place = collected(world)
    world.commit("M", {"b.txt": "base\n", "new.txt": "base\n"})
    assert handoff_again(world)
    assert (place.path / "b.txt").read_text() == "base\n"
    assert place.ask("status", "--porcelain") == ""


def test_new_files_that_are_in_nobodys_way_stay_and_the_group_comes_along(world: World) -> None:
    place = collected(world)
    place.write("notes.txt", "mine\n")
    world.commit("M", {"b.txt": "base\n"})
    assert handoff_again(world)
    assert (place.path / "b.txt").read_text() == "base\n"
    assert (place.path / "notes.txt").read_text() == "mine\n"


@pytest.mark.parametrize("path", [".env", ".env/below"])
@pytest.mark.parametrize("lies", [".env", ".env/below", ".env/below/deeper"])
def test_an_ignored_file_is_not_overwritten_by_a_tracked_one(world: World, path: str, lies: str) -> None:
    place = collected(world)
    world.write(".git/info/exclude", ".env\n")
    place.write(lies, "PASSWORD=only here\n")
    world.write(path, "from the base\n")
    world.git("add", "-f", path)
    world.git("commit", "-q", "-m", "M")
    before = world.tip("feature/web/login-group-1")
    error = handoff(world, "assemble", "--stages", "1", "--base", "main", exit=1)["error"]
    assert error["code"] == "worktree.dirty"
    assert (place.path / lies).read_text() == "PASSWORD=only here\n"
    assert world.tip("feature/web/login-group-1") == before
