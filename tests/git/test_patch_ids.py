"""Patch ids depend on content alone: on no attribute and on no index, whatever libgit2 can read of it."""

import pytest

from okstra_git.git.diffs import patch_id
from okstra_git.git.merging import merge_commits
from okstra_git.git.repo import open_repository
from tests.kit.scenario import World


@pytest.mark.parametrize(
    "settings", [["core.splitIndex"], ["core.untrackedCache", "index.sparse", "core.sparseCheckout"]]
)
def test_an_index_that_libgit2_cannot_read_is_not_read(world: World, settings: list[str]) -> None:
    world.commit("A", {"deep/f.txt": "1\n", "g.txt": "1\n"})
    world.commit("B", {"deep/f.txt": "2\n"})
    trees = [world.ask("rev-parse", f"{name}^{{tree}}") for name in ("HEAD~", "HEAD")]
    before = patch_id(open_repository(world.path), *trees)
    assert before is not None
    for setting in settings:
        world.git("config", setting, "true")
    if "index.sparse" in settings:
        world.git("sparse-checkout", "set", "--cone", "--sparse-index", "none")
    world.write(".git/info/attributes", "* binary\n")
    world.git("commit", "-q", "--allow-empty", "-m", "C")
    world.git("update-index", "--refresh")
    assert patch_id(open_repository(world.path), *trees) == before


def test_criss_cross_histories_are_merged_over_a_split_index(world: World) -> None:
    tips = {name: _begun(world, name) for name in ("one", "two")}
    for name, other in (("one", "two"), ("two", "one")):
        world.git("checkout", "-q", name)
        world.git("merge", "-q", "--no-edit", tips[other])
        world.commit(f"{name} again", {f"{name}.txt": "2\n"})
    world.git("config", "core.splitIndex", "true")
    world.git("update-index", "--split-index")
    merged = merge_commits(open_repository(world.path), world.ask("rev-parse", "one"), world.ask("rev-parse", "two"))
    assert merged.tree is not None
    assert world.ask("show", f"{merged.tree}:one.txt") == "2" == world.ask("show", f"{merged.tree}:two.txt")


def _begun(world: World, name: str) -> str:
    world.branch(name, "main")
    return world.commit(f"{name} begun", {f"{name}.txt": "1\n"})
