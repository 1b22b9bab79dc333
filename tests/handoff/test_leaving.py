"""What leaves with a group and what was verified, compared tree by tree: in JSON, on a terminal and in the text."""

from pathlib import Path
from typing import Any

import pytest

from tests.kit.handing import begin, handoff, stage, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A remote that has main."""
    world = begin(tmp_path / "shop")
    world.git("init", "-q", "--bare", str(tmp_path / "server.git"))
    world.git("remote", "add", "origin", str(tmp_path / "server.git"))
    world.commit("list", {"list": "".join(f"{n}\n" for n in range(9))})
    world.git("push", "-q", "origin", "main")
    return world


def assemble(world: World, *numbers: int) -> None:
    world.checkout("main")
    handoff(world, "assemble", "--stages", ",".join(map(str, numbers)), "--base", "main")


def members(world: World) -> list[dict[str, Any]]:
    """What `handoff status` says of the one group, which `publish --dry-run` says as well."""
    (group,) = handoff(world, "status")["tasks"][0]["groups"]
    said = handoff(world, "publish", "--dry-run")
    assert said["members"] == group["members"]
    assert said["tree"] == group["tree"]
    found: list[dict[str, Any]] = group["members"]
    return found


def body(world: World) -> str:
    return str(handoff(world, "publish", "--dry-run")["body"])


def text(world: World) -> str:
    return world.okstra("handoff", "status", "--task-key", NAME, "--text").out


def test_the_commit_itself_in_its_own_tree(world: World) -> None:
    stage(world, 1)
    verify(world, 1)
    assemble(world, 1)
    (one,) = members(world)
    assert (one["how"], one["exact"], one["same_tree"], one["agrees"], one["differs"]) == (
        "as-is",
        True,
        True,
        True,
        [],
    )
    assert "exactly this commit" in body(world)
    assert "Exactly the files that were verified." in body(world)


def test_a_copy_names_both_trees_and_says_that_its_files_agree(world: World) -> None:
    world.branch("colleague")
    world.commit("q", {"q": "q\n"})
    commit = stage(world, 1, base="colleague")
    verify(world, 1)
    assemble(world, 1)
    (one,) = members(world)
    tree = world.ask("rev-parse", "feature/web/login-group-1^{tree}")
    assert (one["how"], one["exact"], one["same_tree"], one["agrees"]) == ("replayed", False, False, True)
    assert (one["tree"], one["verified"]["tree"]) == (tree, world.ask("rev-parse", f"{commit}^{{tree}}"))
    said = body(world)
    assert "exactly this commit" not in said
    assert f"tree `{tree}`" in said
    assert f"tree `{one['verified']['tree']}`" in said
    assert "The stage's files are as they were verified" in said
    assert "copies of its commits" in text(world)


@pytest.mark.parametrize("how", ["merged", "replayed"])
def test_a_file_that_others_change_too_is_named(world: World, how: str) -> None:
    """The branch has line 1 of one and line 8 of the other; nobody verified both."""
    lines = [f"{n}\n" for n in range(9)]
    if how == "replayed":
        world.branch("colleague")
        world.commit("q", {"list": "".join(["Q\n", *lines[1:]])})
        stage(world, 1, {"list": "".join(["Q\n", *lines[1:8], "mine\n"])}, base="colleague")
        verify(world, 1)
        assemble(world, 1)
    else:
        stage(world, 1, {"list": "".join([*lines[:8], "mine\n"])})
        verify(world, 1)
        world.checkout("main")
        stage(world, 2, {"list": "".join(["theirs\n", *lines[1:]]), "other": "x\n"})
        verify(world, 2)
        assemble(world, 1, 2)
    one = members(world)[0]
    assert (one["agrees"], one["differs"], one["differs_count"]) == (False, ["list"], 1)
    assert "1 of the stage's files not as verified: `list`" in body(world)
    assert "not as verified: 'list'" in text(world)


def test_several_stages_with_files_of_their_own_agree_each(world: World) -> None:
    for number in (1, 2):
        world.checkout("main")
        stage(world, number)
        verify(world, number)
    assemble(world, 1, 2)
    found = members(world)
    assert [(one["how"], one["exact"], one["same_tree"], one["agrees"]) for one in found] == [
        ("merged", True, False, True)
    ] * 2
    assert body(world).count("exactly this commit") == 2


def test_a_stage_that_was_verified_before_it_changed_says_what_differs(world: World) -> None:
    stage(world, 1, {"a": "1\n", "gone": "1\n"})
    verify(world, 1)
    assemble(world, 1)
    world.checkout("s1")
    world.commit("other", {"a": "2\n", "gone": None, "b": "1\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    (group,) = handoff(world, "status")["tasks"][0]["groups"]
    (one,) = group["members"]
    assert one["how"] == "copied"
    assert one["agrees"] is True  # the branch still has what was verified
    verify(world, 1)
    (group,) = handoff(world, "status")["tasks"][0]["groups"]
    assert sorted(group["members"][0]["differs"]) == ["a", "b"]


def test_a_group_that_has_landed_has_no_members_to_leave(world: World) -> None:
    stage(world, 1)
    verify(world, 1)
    assemble(world, 1)
    world.git("merge", "-q", "feature/web/login-group-1")
    (group,) = handoff(world, "status")["tasks"][0]["groups"]
    assert group["members"] is None
