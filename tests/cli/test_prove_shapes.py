"""`prove` on shapes of change and history that text alone does not show: modes, links, submodules, renames, merges."""

from collections.abc import Callable

import pytest

from tests.cli.test_prove import LINES, differing, edited, prove
from tests.kit.scenario import World

Edit = Callable[[World], object]
BLOCK = "def run(value):\n    return value\n\n\n"


@pytest.fixture
def begun(world: World) -> World:
    """A repository with files of several kinds, and one commit more on a branch that is to be compared."""
    world.commit("files", {"a": LINES, "tool": "#!/bin/sh\n", "blocks": BLOCK * 4, "dir/b": LINES, "bin": b"\0one"})
    (world.path / "link").symlink_to("a")
    world.commit("link", {})
    world.branch("feature")
    return world


def submodule(world: World, commit: str) -> None:
    world.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    world.git("commit", "-q", "-m", "submodule")


EDITS: dict[str, tuple[Edit, Edit, str, str]] = {
    "mode": (lambda w: (w.path / "tool").chmod(0o755), lambda w: w.write("tool", "#!/bin/bash\n"), "tool", "mode"),
    "binary": (lambda w: w.write("bin", b"\0two"), lambda w: w.write("bin", b"\0three"), "bin", "binary file"),
    "line ends": (
        lambda w: w.write("a", edited(5)), lambda w: w.write("a", edited(5).replace("\n", "\r\n")), "a", "\\r"
    ),
    "indentation": (
        lambda w: w.write("a", LINES.replace("line 5\n", "  line 5\n")),
        lambda w: w.write("a", LINES.replace("line 5\n", "\tline 5\n")), "a", "line 5",
    ),
    "another of equal blocks": (
        lambda w: w.write("blocks", BLOCK + BLOCK.replace("value\n\n", "None\n\n") + BLOCK * 2),
        lambda w: w.write("blocks", BLOCK * 2 + BLOCK.replace("value\n\n", "None\n\n") + BLOCK), "blocks", "None",
    ),
    "last line": (lambda w: w.write("a", LINES + "end\n"), lambda w: w.write("a", LINES + "end"), "a", "line break"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_what_only_looks_alike_is_different(begun: World, name: str) -> None:
    one, other, path, shown = EDITS[name]
    for branch, edit in (("one", one), ("other", other)):
        begun.git("checkout", "-q", "-B", branch, "feature")
        edit(begun)
        begun.commit(branch, {})
    assert list(differing(prove(begun, "one", "other", exit=1))) == [path]
    assert shown in begun.okstra("prove", "one", "other", "--text", exit=1).out
    assert prove(begun, "other", "one", exit=1)["same"] is False


def test_links_and_submodules_are_one_thing_each(begun: World) -> None:
    (begun.path / "link").unlink()
    (begun.path / "link").symlink_to("tool")
    begun.commit("retargeted", {})
    submodule(begun, "1" * 40)
    begun.git("checkout", "-q", "-b", "other", "main")
    begun.git("cherry-pick", "-x", "feature~1")
    submodule(begun, "2" * 40)
    assert differing(prove(begun, "feature", "other", exit=1)) == {"sub": "changed"}
    assert "+submodule 2222" in begun.okstra("prove", "feature", "other", "--text", exit=1).out
    assert prove(begun, "feature~1", "other~1")["same"] is True


def test_a_rename_below_the_change_carries_it(begun: World) -> None:
    begun.commit("work", {"dir/b": edited(7), "dir/new": "new\n"})
    begun.git("tag", "reviewed")
    begun.checkout("main")
    begun.git("mv", "dir", "moved")
    begun.commit("moved", {})
    begun.checkout("feature")
    begun.git("-c", "merge.directoryRenames=true", "rebase", "-q", "main")
    assert prove(begun, "reviewed", "feature")["proof"] == "replay"
    begun.amend({"moved/b": edited(8)})
    assert "moved/b" in differing(prove(begun, "reviewed", "feature", exit=1))


def test_a_branch_that_merged_the_target_is_its_own_part_alone(begun: World) -> None:
    begun.commit("one", {"a": edited(5)})
    begun.git("tag", "reviewed")
    begun.checkout("main")
    begun.commit("upstream", {"tool": "#!/bin/bash\n"})
    begun.checkout("feature")
    begun.git("merge", "-q", "--no-edit", "main")
    assert prove(begun, "reviewed", "feature")["same"] is True
    begun.commit("two", {"a": edited(5, 20)})
    begun.git("tag", "with-merge")
    begun.git("rebase", "-q", "main")
    assert prove(begun, "with-merge", "feature")["same"] is True
    assert prove(begun, "main..with-merge", "main..feature")["same"] is True
    assert prove(begun, "reviewed", "feature", exit=1)["same"] is False


def test_a_merge_that_adds_something_of_its_own_is_seen(begun: World) -> None:
    begun.commit("one", {"a": edited(5)})
    begun.git("tag", "reviewed")
    begun.checkout("main")
    begun.commit("upstream", {"tool": "#!/bin/bash\n"})
    begun.checkout("feature")
    begun.git("merge", "-q", "--no-commit", "main")
    begun.write("smuggled", "in\n")
    begun.commit("merge", {})
    assert differing(prove(begun, "reviewed", "feature", exit=1)) == {"smuggled": "only-new"}


def test_without_any_default_branch_the_two_are_measured_against_each_other(begun: World) -> None:
    begun.commit("one", {"a": edited(5)})
    begun.git("branch", "-q", "-m", "main", "base")
    begun.git("branch", "-q", "again", "feature")
    begun.amend({}, "-m", "reworded")
    assert prove(begun, "again", "feature")["proof"] == "same-tree"
    begun.git("config", "okstra.target", "base")
    assert prove(begun, "again", "feature", "--base", "base")["same"] is True
