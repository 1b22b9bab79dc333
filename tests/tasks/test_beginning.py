"""Where a stage begins: the anchor, the commit of what it depends on, a merge of several, or what was asked for."""

from datetime import UTC, datetime

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.repo import open_repository
from okstra_git.tasks.beginning import Beginning, choose_beginning
from tests.kit.desk import Desk
from tests.kit.scenario import World

WHEN = datetime(2024, 1, 1, tzinfo=UTC)


def begin(desk: Desk, *depends_on: int, wanted: str | None = None) -> Beginning:
    task = desk.store.read().state.tasks[desk.key.slashed]
    git = open_repository(desk.world.path)
    return choose_beginning(git, task, depends_on, wanted=wanted, usual="main", when=WHEN)


@pytest.fixture
def desk(world: World) -> Desk:
    """Stages one and two side by side on main, each of one commit."""
    desk = Desk(world)
    for number, label in enumerate("AB", start=1):
        world.branch(f"stage-{number}", "base")
        world.commit(label)
        desk.record(number, f"stage-{number}")
    return desk


def test_a_task_without_an_anchor_begins_on_the_usual_base(desk: Desk) -> None:
    assert begin(desk) == Beginning(desk.world["base"], "main")  # type: ignore[arg-type]


def test_one_dependency_is_begun_on(desk: Desk) -> None:
    assert begin(desk, 1) == Beginning(desk.world["A"], "stage-1")  # type: ignore[arg-type]


def test_a_dependency_that_holds_the_other_is_begun_on(desk: Desk) -> None:
    desk.world.branch("stage-3", "stage-1")
    desk.world.commit("C")
    desk.record(3, "stage-3")
    assert begin(desk, 1, 3).commit == desk.world["C"]


def test_several_are_merged_in_memory(desk: Desk) -> None:
    world = desk.world
    before = world.ask("for-each-ref")
    found = begin(desk, 1, 2)
    assert found.joined == (world["A"], world["B"])
    assert world.ask("ls-tree", "--name-only", found.commit).split() == ["A.txt", "B.txt", "README"]
    assert world.ask("show", "-s", "--format=%P", found.commit).split() == [world["A"], world["B"]]
    assert (world.ask("for-each-ref"), world.ask("status", "--porcelain")) == (before, "")


def test_dependencies_in_conflict_are_a_question(desk: Desk) -> None:
    desk.world.branch("stage-3", "base")
    desk.world.commit("C", {"A.txt": "something else\n"})
    desk.record(3, "stage-3")
    with pytest.raises(OkstraError) as refused:
        begin(desk, 1, 3)
    assert (refused.value.code, refused.value.exit_status) == ("base.conflict", 2)
    assert refused.value.facts["conflicts"] == [{"refs": ["stage-1", "stage-3"], "path": "A.txt"}]


def test_a_base_that_was_asked_for_is_taken_and_what_it_lacks_is_said(desk: Desk) -> None:
    assert begin(desk, 1, 2, wanted="stage-2") == Beginning(desk.world["B"], "stage-2", lacks=(1,))  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["nowhere", "--all", "main:README", "HEAD~99"])
def test_a_base_that_names_nothing_is_refused(desk: Desk, wanted: str) -> None:
    with pytest.raises(OkstraError) as refused:
        begin(desk, wanted=wanted)
    assert refused.value.code == "ref.unresolvable"
