"""A verification is bound to a tree, so whatever lay there beside the commit, hidden or not, refuses it."""

from pathlib import Path

import pytest

from tests.kit.handing import begin, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME
from tests.kit.zoo import GOES, KEPT

DIFFERS = {"changed", "untracked", "hidden", "filtered", "operation"}
STATES = [name for name, (_, kind) in KEPT.items() if kind in DIFFERS]
SAME = ["a_secret_that_is_ignored", "a_repository_in_an_ignored_folder", "a_lock_of_somebody", "a_ref_of_its_own"]
LIKE_ITS_COMMIT = {"nothing", "an_empty_folder", "caches", "a_flag_over_a_file_as_committed", "a_sparse_checkout"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = begin(tmp_path / "shop")
    world.commit("A", {"b.txt": "x\n", "src/s.txt": "s\n", "docs/d.txt": "d\n"})
    return world


@pytest.fixture
def place(world: World) -> World:
    """The worktree of stage 1, done."""
    line = ("stage", "start", "1", "--task-key", NAME, "--base", "main")
    there = World(Path(world.okstra(*line).json["stage"]["worktree"]), labels=world.labels, clock=world.clock)
    there.commit("work")
    world.okstra("stage", "done", "1", "--task-key", NAME)
    return there


@pytest.mark.parametrize("name", STATES)
def test_what_lay_beside_the_commit_refuses_the_verification(world: World, place: World, name: str) -> None:
    KEPT[name][0](place, world)
    assert verify(world, 1, exit=1).json["error"]["code"] == "handoff.tree-differs"


@pytest.mark.parametrize("name", SAME)
def test_what_is_no_part_of_a_tree_does_not(world: World, place: World, name: str) -> None:
    KEPT[name][0](place, world)
    verify(world, 1)


@pytest.mark.parametrize("name", sorted(LIKE_ITS_COMMIT))
def test_a_tree_like_its_commit_is_recorded(world: World, place: World, name: str) -> None:
    GOES[name](place, world)
    verify(world, 1)
