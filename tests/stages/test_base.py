"""Where a stage begins: the anchor, the commit of what it depends on, a merge of several, or what was asked for."""

from datetime import UTC, datetime

import pytest

from okstra_git.errors import OkstraError
from okstra_git.git.repo import open_repository
from okstra_git.reconcile.landings import landed_facts
from okstra_git.records.events import AnchorSet
from okstra_git.stages.claim import StageBase, choose_stage_base
from okstra_git.store.stage_ranges import fingerprint_ranges
from tests.kit.desk import Desk
from tests.kit.leaving import look
from tests.kit.scenario import World
from tests.kit.stores import record

WHEN = datetime(2024, 1, 1, tzinfo=UTC)


def begin(desk: Desk, *depends_on: int, wanted: str | None = None) -> StageBase:
    task = desk.store.read().state.tasks[desk.key]
    git = open_repository(desk.world.path)
    return choose_stage_base(git, task, depends_on, wanted=wanted, usual="main", when=WHEN)


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
    assert begin(desk) == StageBase(desk.world["base"], "main")  # type: ignore[arg-type]


def test_one_dependency_is_begun_on(desk: Desk) -> None:
    assert begin(desk, 1) == StageBase(desk.world["A"], "stage-1")  # type: ignore[arg-type]


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
    assert begin(desk, 1, 2, wanted="stage-2") == StageBase(desk.world["B"], "stage-2", lacks=(1,))  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["nowhere", "--all", "main:README", "HEAD~99"])
def test_a_base_that_names_nothing_is_refused(desk: Desk, wanted: str) -> None:
    with pytest.raises(OkstraError) as refused:
        begin(desk, wanted=wanted)
    assert refused.value.code == "ref.unresolvable"


def land(desk: Desk, *numbers: int, target: str = "main") -> None:
    """Squash these stages into the target, each by itself, and put on record that they landed."""
    desk.world.checkout(target)
    for number in numbers:
        desk.world.git("merge", "-q", "--squash", f"stage-{number}")
        desk.world.git("commit", "-q", "-m", f"squashed {number}")
    found = look(desk.world, target).landed
    assert [one.stage for one in found] == list(numbers)
    record(desk.store, *landed_facts(desk.store.read(), found))


@pytest.fixture
def anchored(desk: Desk) -> Desk:
    """The same with an anchor, as the first start of a stage sets it."""
    printed = fingerprint_ranges(desk.git, [(None, desk.world["base"])])[0]
    record(desk.store, AnchorSet(task=desk.key.slashed, range=printed, ref="main"))
    return desk


def test_what_has_landed_is_begun_on_where_the_target_is_now(anchored: Desk) -> None:
    assert begin(anchored, 1).commit == anchored.world["A"]
    land(anchored, 1)
    later = anchored.world.commit("later")
    assert begin(anchored, 1) == StageBase(later, "main")  # type: ignore[arg-type]


def test_what_has_landed_is_joined_with_what_has_not(anchored: Desk) -> None:
    land(anchored, 1)
    found = begin(anchored, 1, 2)
    assert found.joined == (anchored.world.tip("main"), anchored.world["B"])
    assert found.ref == "main"


def test_what_landed_elsewhere_is_begun_on_there(anchored: Desk) -> None:
    world = anchored.world
    world.git("branch", "-q", "release", "main")
    land(anchored, 1, target="release")
    assert begin(anchored, 1) == StageBase(world.tip("release"), "release")  # type: ignore[arg-type]
    world.checkout("main")
    world.git("merge", "-q", "release")
    tip = world.commit("later")
    assert begin(anchored, 1) == StageBase(tip, "main")  # type: ignore[arg-type]


def test_what_landed_in_a_target_that_lost_it_is_begun_on_itself(anchored: Desk) -> None:
    land(anchored, 1)
    anchored.world.git("reset", "-q", "--hard", anchored.world["base"])
    assert begin(anchored, 1) == StageBase(anchored.world["A"], "stage-1")  # type: ignore[arg-type]


def test_a_base_from_before_a_landing_lacks_what_landed(anchored: Desk) -> None:
    land(anchored, 1)
    assert begin(anchored, 1, wanted="main~1").lacks == (1,)
    assert begin(anchored, 1, wanted="main").lacks == ()
    assert begin(anchored, 1, wanted="stage-1").lacks == ()
