"""Where history or objects are missing, okstra proves from what is stored or says that it cannot."""

from pathlib import Path

import pytest

from tests.kit.desk import Desk
from tests.kit.scenario import World

TWENTY = "".join(f"{n}\n" for n in range(20))


@pytest.fixture
def rebased(world: World) -> World:
    """A stage recorded on `work`, then main moved and the branch rebased."""
    world.commit("start", {"f": TWENTY})
    world.branch("work")
    world.commit("A", {"a": "a\n"})
    Desk(world).record(1, "work", base="start")
    world.checkout("main")
    world.commit("X")
    world.git("rebase", "-q", "main", "work")
    return world


def shallow(world: World, depth: int) -> World:
    clone = world.clone(f"depth-{depth}", "--depth", str(depth), "--no-single-branch")
    clone.git("fetch", "-q", "--depth", str(depth), "origin", "+refs/okstra/log/*:refs/okstra/log/*")
    clone.git("branch", "work", "origin/work", ok=False)
    return clone


def test_shallow_clone_that_does_not_see_the_old_base_cannot_prove(rebased: World) -> None:
    finding = Desk(shallow(rebased, 1)).findings()[1]
    assert (finding.kind, finding.new) == ("confirm", None)
    assert finding.reason.startswith("cannot prove: this clone is shallow")


def test_shallow_clone_that_sees_the_old_base_proves_from_the_stored_print(rebased: World) -> None:
    clone = shallow(rebased, 3)
    assert not clone.ask("cat-file", "-t", rebased["A"], ok=False)
    assert Desk(clone).verdicts() == {1: "auto same-delta A"}


def test_copy_above_the_cut_does_not_take_the_place_of_the_original_below(world: World) -> None:
    world.branch("work")
    world.commit("A", {"a": "a\n"})
    Desk(world).record(1, "work", base="base")
    world.git("revert", "--no-edit", "HEAD")
    for label in ("P", "Q"):
        world.commit(label)
    world.git("cherry-pick", world["A"])
    assert Desk(world).verdicts() == {1: "ok"}
    assert Desk(shallow(world, 2)).verdicts() == {1: "confirm"}


def test_recorded_objects_gone_same_delta_is_proven_from_the_print_alone(rebased: World) -> None:
    desk = Desk(rebased)
    for ref in rebased.ask("for-each-ref", "--format=%(refname)", "refs/okstra/stage", "refs/okstra/keep").split():
        rebased.git("update-ref", "-d", ref)
    rebased.git("reflog", "expire", "--expire=now", "--all")
    rebased.git("gc", "-q", "--prune=now")
    assert not rebased.ask("cat-file", "-t", rebased["A"], ok=False)
    assert desk.verdicts() == {1: "auto same-delta A"}


def test_recorded_objects_gone_and_only_a_replay_would_prove_it_cannot_prove(world: World) -> None:
    world.commit("start", {"f": TWENTY})
    world.branch("work")
    world.commit("A", {"f": TWENTY + "end\n"})
    desk = Desk(world)
    desk.record(1, "work", base="start")
    world.checkout("main")
    world.commit("X", {"f": "top\n" + TWENTY})
    world.git("rebase", "-q", "main", "work")
    for ref in world.ask("for-each-ref", "--format=%(refname)", "refs/okstra/stage", "refs/okstra/keep").split():
        world.git("update-ref", "-d", ref)
    world.git("reflog", "expire", "--expire=now", "--all")
    world.git("gc", "-q", "--prune=now")
    finding = desk.findings()[1]
    why = "cannot prove: the recorded commit is not in this clone, and a fetch may bring it"
    assert (finding.kind, finding.reason) == ("confirm", why)


def test_partial_clone_without_the_files_fetches_nothing_and_cannot_prove(world: World) -> None:
    world.git("config", "uploadpack.allowFilter", "true")
    world.git("config", "uploadpack.allowAnySHA1InWant", "true")
    world.commit("start", {"f": TWENTY})
    world.branch("work")
    world.commit("A", {"f": TWENTY + "end\n"})
    clone = world.clone("partial", "--filter=blob:none", "--no-checkout")
    clone.git("branch", "own", "origin/work")
    desk = Desk(clone)
    desk.record(1, "own", base="start")
    world.checkout("main")
    world.commit("X", {"f": "top\n" + TWENTY})
    world.git("rebase", "-q", "main", "work")
    clone.git("fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*")
    clone.git("update-ref", "refs/heads/own", "origin/work")
    before = _objects(clone)
    finding = desk.findings()[1]
    assert finding.kind == "confirm"
    assert finding.reason == "cannot prove: contents of the changed files are not in this clone"
    assert _objects(clone) == before


def _objects(world: World) -> str:
    return world.ask("count-objects", "-v") + world.ask("rev-list", "--objects", "--all", "--missing=print")


def test_missing_tree_inside_a_recorded_base_is_no_crash(world: World) -> None:
    world.commit("start", {"d/f": TWENTY, "d/other": "1\n"})
    world.branch("work")
    world.commit("A", {"d/f": TWENTY + "end\n"})
    desk = Desk(world)
    desk.record(1, "work", base="start")
    world.amend({"d/f": TWENTY + "another end\n"})
    gone = world.ask("rev-parse", f"{world['start']}:d")
    (world.path / ".git/objects" / gone[:2] / Path(gone[2:])).unlink()
    assert desk.findings()[1].kind == "confirm"


def test_unrelated_history_forced_onto_the_branch_asks(world: World) -> None:
    world.branch("work")
    world.commit("A")
    desk = Desk(world)
    desk.record(1, "work", base="base")
    world.git("checkout", "-q", "--orphan", "fresh")
    world.git("rm", "-rqf", ".")
    world.commit("R", {"A.txt": "another A\n"})
    world.git("branch", "-f", "work", "fresh")
    assert desk.verdicts() == {1: "confirm"}


def test_stage_from_a_root_commit_is_followed_through_a_rewording(tmp_path: Path) -> None:
    world = World.empty(tmp_path / "rooted")
    world.commit("R")
    world.git("branch", "-m", "work")
    desk = Desk(world)
    assert desk.record(1, "work").base is None
    world.amend(None, "-m", "R again")
    assert desk.verdicts() == {1: "auto same-tree R again"}
