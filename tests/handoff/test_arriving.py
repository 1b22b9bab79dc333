"""Stages that arrive in a target as forges bring them there; only plain git is asked, never commit messages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kit.handing import begin, handoff, ready, verify
from tests.kit.scenario import World
from tests.kit.stores import NAME


@pytest.fixture
def world(tmp_path: Path) -> World:
    return begin(tmp_path / "shop")


def landed(world: World) -> dict[int, tuple[str, str] | None]:
    """Stage -> (how, group) of its landing, as `handoff status` finds and records it."""
    rows = world.okstra("handoff", "status", "--task-key", NAME, "--json").json["tasks"][0]["stages"]
    return {row["stage"]: row["landed"] and (row["landed"]["how"], row["landed"]["group"]) for row in rows}


def group(world: World, stages: str = "1,2") -> str:
    """An assembled group; its branch."""
    world.checkout("main")
    return str(handoff(world, "assemble", "--stages", stages, "--base", "main", "--no-worktree")["branch"])


def merge(world: World, branch: str) -> None:
    world.git("merge", "-q", "--no-ff", "-m", "merged", branch)


def squash(world: World, branch: str) -> None:
    world.git("merge", "-q", "--squash", branch)
    world.commit("squashed", {})


def rebase(world: World, branch: str) -> None:
    """As a forge's "rebase and merge": new commits on main, the branch stays where it was."""
    world.git("branch", "-q", "landing", branch)
    world.git("rebase", "-q", "main", "landing")
    world.checkout("main")
    world.git("merge", "-q", "--ff-only", "landing")
    world.git("branch", "-q", "-D", "landing")


WAYS = {"merge": merge, "squash": squash, "rebase": rebase}


@pytest.mark.parametrize("way", [*WAYS])
@pytest.mark.parametrize("moved", [False, True])
def test_a_group_lands(world: World, way: str, moved: bool) -> None:
    ready(world, 1)
    ready(world, 2)
    branch = group(world)
    if moved:
        world.commit("M")
    assert landed(world) == {1: None, 2: None}
    WAYS[way](world, branch)
    found = landed(world)
    assert None not in found.values()
    if way == "squash":
        assert {how for how, _ in found.values() if how} <= {"squash", "same-tree", "same-delta", "replay"}  # type: ignore[misc]
        assert [with_group for _, with_group in found.values()] == ["1-2", "1-2"]  # type: ignore[misc]
    states = world.okstra("stage", "list", "--task-key", NAME, "--json").json["stages"]
    assert [row["state"] for row in states] == ["landed", "landed"]


@pytest.mark.parametrize("way", [*WAYS])
def test_branches_deleted_after_the_merge_raise_no_question(world: World, way: str) -> None:
    ready(world, 1)
    ready(world, 2)
    branch = group(world)
    world.commit("M")
    WAYS[way](world, branch)
    world.git("branch", "-q", "-D", "s1", "s2", branch)
    report = world.okstra("reconcile", "--task-key", NAME, "--check", "--json").json
    assert [item["class"] for item in report["items"] if item["class"] == "confirm"] == []
    world.okstra("reconcile", "--task-key", NAME, "--apply", "--json")
    assert None not in landed(world).values() or way == "rebase"
    assert world.okstra("reconcile", "--task-key", NAME, "--check", "--json").json["items"] == []


def test_a_squash_merged_group_unlocks_the_next_one_on_top(world: World) -> None:
    ready(world, 1, {"a.py": "one\n"})
    ready(world, 2, {"a.py": "one\ntwo\n"}, base="s1", after=[1])
    squash(world, group(world, "1"))
    world.commit("M", {"a.py": "zero\none\n"})
    done = handoff(world, "assemble", "--stages", "2", "--base", "main")
    assert world.ask("show", f"{done['commit']}:a.py") == "zero\none\ntwo"
    world.checkout("main")
    squash(world, str(done["branch"]))
    assert landed(world).keys() == {1, 2}
    assert None not in landed(world).values()


def test_a_fetch_alone_is_enough(world: World, tmp_path: Path) -> None:
    ready(world, 1)
    branch = group(world, "1")
    world.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "far"))
    world.git("remote", "add", "origin", str(tmp_path / "far"))
    world.git("push", "-q", "-u", "origin", "main", branch)
    other = World(tmp_path / "other", labels=world.labels, clock=world.clock)
    world.git("clone", "-q", str(tmp_path / "far"), str(other.path))
    other.commit("M")
    other.git("merge", "-q", "--squash", f"origin/{branch}")
    other.commit("anything", {})
    other.git("push", "-q", "origin", "main")
    assert landed(world) == {1: None}
    world.git("fetch", "-q", "origin")
    assert landed(world)[1] is not None


@pytest.mark.parametrize("way", ["merge", "squash"])
def test_what_was_reverted_afterwards_has_not_landed(world: World, way: str) -> None:
    ready(world, 1)
    WAYS[way](world, group(world, "1"))
    world.git("revert", "--no-edit", *(["-m", "1"] if way == "merge" else []), "HEAD")
    assert landed(world) == {1: None}
    world.git("revert", "--no-edit", "HEAD")
    assert landed(world)[1] is not None or way == "squash"


def test_a_stage_amended_after_it_was_handed_over_has_not_landed(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    branch = group(world)
    world.checkout("s1")
    world.amend({"f1.txt": "better\n"})
    world.okstra("stage", "done", "1", "--task-key", NAME)
    verify(world, 1)
    world.checkout("main")
    squash(world, branch)
    said = world.okstra("handoff", "status", "--task-key", NAME, "--json")
    assert "an older version of stage 1" in said.err
    assert {row["stage"]: bool(row["landed"]) for row in said.json["tasks"][0]["stages"]} == {1: False, 2: True}


def partly(world: World, branch: str) -> None:
    world.git("merge", "-q", "--squash", branch)
    world.git("rm", "-q", "--cached", "f2.txt")
    (world.path / "f2.txt").unlink()
    world.commit("some of it", {})


def changed(world: World, branch: str) -> None:
    world.git("merge", "-q", "--squash", branch)
    world.commit("otherwise", {"f2.txt": "other\n"})


def nothing(world: World, branch: str) -> None:
    world.commit(f"Merge {branch} (#7)", {"x.txt": "x\n"})


@pytest.mark.parametrize("way", [partly, changed])
def test_a_group_that_arrived_in_part_leaves_the_rest(world: World, way: Callable[[World, str], None]) -> None:
    ready(world, 1)
    ready(world, 2)
    way(world, group(world))
    assert landed(world)[2] is None


def test_commit_messages_mean_nothing(world: World) -> None:
    ready(world, 1)
    ready(world, 2)
    nothing(world, group(world))
    assert landed(world) == {1: None, 2: None}


def test_an_empty_stage_lands_with_its_group_only(world: World) -> None:
    ready(world, 1)
    ready(world, 2, {})
    assert landed(world) == {1: None, 2: None}
    squash(world, group(world))
    assert None not in landed(world).values()


def test_worktrees_of_what_landed_may_go(world: World) -> None:
    ready(world, 1)
    world.checkout("main")
    done = handoff(world, "assemble", "--stages", "1", "--base", "main")
    kept = world.okstra("worktree", "prune", "--json").json["worktrees"]
    assert [row["removed"] for row in kept] == [False]
    squash(world, str(done["branch"]))
    gone = world.okstra("worktree", "prune", "--json").json["worktrees"]
    assert [(row["branch"], row["removed"]) for row in gone] == [(done["branch"], True)]
    assert world.tip(str(done["branch"])) == done["commit"]


def test_looking_twice_records_once_and_costs_little(world: World) -> None:
    ready(world, 1)
    squash(world, group(world, "1"))
    landed(world)
    before = world.ask("for-each-ref")
    landed(world)
    assert world.ask("for-each-ref") == before


def test_a_shallow_clone_never_guesses(world: World, tmp_path: Path) -> None:
    ready(world, 1)
    squash(world, group(world, "1"))
    for number in range(5):
        world.commit(f"M{number}")
    other = World(tmp_path / "shallow", labels=world.labels, clock=world.clock)
    world.git("clone", "-q", "--depth", "2", world.path.as_uri(), str(other.path))
    other.git("fetch", "-q", "origin", "refs/okstra/log/*:refs/okstra/remote/origin/*", "s1:s1")
    assert landed(other) == {1: None}
