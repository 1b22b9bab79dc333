"""Two stages on record that end on one commit: each is still followed as what it was recorded for."""

import pytest

from tests.kit.desk import Desk
from tests.kit.scenario import World


@pytest.fixture
def desk(world: World) -> Desk:
    """Branch `one` with the commits A and B, and `two` on the same commit."""
    world.commit("start", {"f": "f\n"})
    world.branch("one")
    world.commit("A", {"a": "a\n"})
    world.commit("B", {"b": "b\n"})
    world.branch("two", "one")
    world.checkout("one")
    return Desk(world)


@pytest.mark.parametrize("numbers", [(1, 2), (2, 1)])
def test_stage_with_another_ones_head_keeps_its_own_base(world: World, desk: Desk, numbers: tuple[int, int]) -> None:
    whole, part = numbers
    for number, branch, base in sorted([(whole, "one", "start"), (part, "two", "A")]):
        desk.record(number, branch, base=base, commit="B")
    world.amend(None, "-m", "B′")
    found = desk.findings()[whole]
    assert found.new is not None
    assert (found.new.base, found.new.head) == (world["start"], world.tip("one"))
    assert found.flags == ()
    assert desk.verdicts() == {whole: "auto same-tree B′", part: "ok"}


def test_stage_without_commits_does_not_hide_what_it_was_recorded_at(world: World, desk: Desk) -> None:
    desk.record(1, "one", base="start", commit="B")
    desk.record(2, "one", base="B", commit="B")
    world.commit("C", {"c": "c\n"})
    desk.record(3, "one", base="B")
    for number in range(2):
        world.checkout("main")
        world.commit(f"U{number}", {"u": f"{number}\n"})
        world.git("rebase", "-q", "main", "one")
        assert desk.verdicts() == {1: "auto same-delta B", 2: "confirm", 3: "auto same-delta C"}
        desk.settle()


def test_going_back_to_a_commit_that_a_stage_without_any_was_recorded_at_is_no_question(
    world: World, desk: Desk
) -> None:
    desk.record(1, "one", base="A", commit="B")
    desk.record(2, "one", base="B", commit="B")
    world.amend(None, "-m", "B′")
    desk.settle()
    world.git("reset", "-q", "--hard", world["B"])
    assert desk.verdicts() == {1: "restored restored B", 2: "ok"}
