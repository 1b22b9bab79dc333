"""A range that makes only part of the recorded change is proven only where the rest stood under all of its commits."""

import pytest

from okstra_git.reconcile.settle import verify_moves
from tests.kit.desk import KEY, Desk
from tests.kit.scenario import World


def text(**lines: str) -> str:
    """Thirty numbered lines, some of them replaced: text(at3="new")."""
    content = [f"line {number}" for number in range(30)]
    for at, line in lines.items():
        content[int(at[2:])] = line
    return "\n".join(content) + "\n"


@pytest.fixture
def desk(world: World) -> Desk:
    """Branch `work` on two files of thirty lines."""
    world.commit("start", {"f": text(), "g": text()})
    world.branch("work")
    return Desk(world)


def back_to_start(world: World) -> None:
    world.git("reset", "-q", "--hard", world["start"])


def test_split_with_another_file_changed_on_the_way_asks(world: World, desk: Desk) -> None:
    world.commit("A", {"f": text(at3="new"), "g": text(at5="new")})
    desk.record(1, "work")
    back_to_start(world)
    world.commit("A1", {"f": text(at3="new", at20="extra")})
    world.commit("A2", {"g": text(at5="new")})
    assert desk.verdicts() == {1: "confirm"}


def test_split_with_another_hunk_in_the_file_asks(world: World, desk: Desk) -> None:
    world.commit("A", {"f": text(at3="new", at15="two")})
    desk.record(1, "work")
    back_to_start(world)
    world.commit("A1", {"f": text(at3="new", at25="extra")})
    world.commit("A2", {"f": text(at3="new", at25="extra", at15="two")})
    assert desk.verdicts() == {1: "confirm"}


def test_hunk_moved_into_the_stage_below_asks_for_both(world: World, desk: Desk) -> None:
    world.commit("A", {"f": text(at3="new")})
    world.commit("B", {"f": text(at3="new", at10="b"), "g": text(at1="b")})
    desk.record(1, "work", base="start", commit="A")
    desk.record(2, "work", base="A")
    back_to_start(world)
    world.commit("A′", {"f": text(at3="new", at10="b")})
    world.commit("B′", {"f": text(at3="new", at10="b"), "g": text(at1="b")})
    assert desk.verdicts() == {1: "confirm", 2: "confirm"}


@pytest.mark.parametrize("upstream", [text(at3="new"), text(at3="new", at15="two")], ids=["a hunk", "a file"])
def test_part_that_is_upstream_already_is_followed_and_said(world: World, desk: Desk, upstream: str) -> None:
    world.commit("A", {"f": text(at3="new", at15="two"), "g": text(at1="g")})
    desk.record(1, "work")
    world.checkout("main")
    world.commit("X", {"f": upstream})
    world.git("rebase", "-q", "main", "work")
    assert desk.verdicts() == {1: "auto replay A"}
    assert desk.findings()[1].flags == ("partly-absorbed",)


def test_one_of_two_commits_upstream_already_is_followed_and_said(world: World, desk: Desk) -> None:
    world.commit("A", {"f": text(at3="new")})
    world.commit("B", {"f": text(at3="new", at15="two")})
    desk.record(1, "work", base="start")
    world.checkout("main")
    world.git("cherry-pick", world["A"])
    world.commit("X")
    world.git("rebase", "-q", "main", "work")
    assert desk.verdicts() == {1: "auto squash B"}
    assert desk.findings()[1].flags == ("partly-absorbed",)


def test_merge_with_content_of_its_own_is_not_flattened(world: World, desk: Desk) -> None:
    _record_with_merge(world, desk, extra={"own": "of the merge\n"})
    _flatten(world)
    assert desk.verdicts() == {1: "confirm"}


def test_clean_merge_flattened_is_followed(world: World, desk: Desk) -> None:
    _record_with_merge(world, desk, extra={})
    _flatten(world)
    assert desk.verdicts()[1].startswith("auto same-tree")


def test_merge_of_main_flattened_by_a_rebase_is_followed(world: World, desk: Desk) -> None:
    world.commit("A")
    world.checkout("main")
    world.commit("X")
    world.checkout("work")
    world.git("merge", "-q", "--no-ff", "main")
    world.commit("Z")
    desk.record(1, "work", base="start")
    world.checkout("main")
    world.commit("Y")
    world.git("rebase", "-q", "main", "work")
    assert desk.verdicts() == {1: "auto replay Z"}
    desk.settle()
    assert [move.verdict for move in verify_moves(desk.git, desk.store.read(), KEY)] == ["proven"]


def _record_with_merge(world: World, desk: Desk, *, extra: dict[str, str]) -> None:
    world.commit("A")
    world.branch("side", "start")
    world.commit("S")
    world.checkout("work")
    world.git("merge", "-q", "--no-ff", "--no-commit", "side")
    world.commit("M", extra)
    world.commit("Z")
    desk.record(1, "work", base="start")


def _flatten(world: World) -> None:
    back_to_start(world)
    for label in "ASZ":
        world.git("cherry-pick", world[label])
