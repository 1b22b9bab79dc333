"""The fold: one order whatever comes in first, duplicates once, first write wins, and contradictions told."""

from hypothesis import given
from hypothesis import strategies as st

from okstra_git.names import parse_task_key
from okstra_git.records import events as e
from okstra_git.records.states import Task
from okstra_git.store.fold import fold_task
from tests.kit.values import TASK, a_range, an_event, oid, ulid

PLACE = {"scope": "stage-1", "branch": "f"}
STORY: list[e.AnyFact] = [
    e.TaskOpened(task=TASK, title="Login"),
    e.AnchorSet(task=TASK, range=a_range("M"), ref="main"),
    e.PlaceReserved(task=TASK, **PLACE),
    e.StageStarted(task=TASK, stage=1, branch="f", base=oid("M"), title="one"),
    e.StageDone(task=TASK, stage=1, branch="f", range=a_range("A")),
    e.StageMoved(task=TASK, stage=1, old=oid("A"), range=a_range("B"), proof="replay"),
    e.StageVerified(task=TASK, stage=1, commit=oid("B"), tree=oid("tB")),
    e.StageMoved(task=TASK, stage=1, old=oid("B"), range=a_range("C"), proof="squash", landed=True),
    e.PlaceReleased(task=TASK, **PLACE),
    e.TaskClosed(task=TASK),
]
EVENTS = [an_event(fact, clock=clock) for clock, fact in enumerate(STORY, start=1)]


def folded(*facts: e.AnyFact) -> Task:
    return fold_task(parse_task_key(TASK), [an_event(fact, clock=clock) for clock, fact in enumerate(facts, start=1)])


def test_the_whole_story() -> None:
    task = fold_task(parse_task_key(TASK), EVENTS)
    stage = task.stages[1]
    assert stage.range is not None
    assert (stage.range.head, stage.status, stage.landed, stage.title) == (oid("C"), "landed", True, "one")
    assert [trail.range.head for trail in stage.trail] == [oid("A"), oid("B")]
    assert [trail.at for trail in stage.trail] == [EVENTS[5].at, EVENTS[7].at]
    assert not task.is_open
    assert task.places["stage-1"].status == "released"
    assert task.conflicts == ()
    assert task.clock == 10


@given(st.permutations(EVENTS))
def test_the_order_of_arrival_does_not_matter(events: list[e.Event]) -> None:
    assert fold_task(parse_task_key(TASK), events) == fold_task(parse_task_key(TASK), EVENTS)


@given(st.lists(st.sampled_from(EVENTS), max_size=20))
def test_events_seen_twice_count_once(again: list[e.Event]) -> None:
    assert fold_task(parse_task_key(TASK), [*again, *EVENTS]) == fold_task(parse_task_key(TASK), EVENTS)


@given(st.sets(st.sampled_from(range(len(EVENTS)))))
def test_no_part_of_the_story_breaks_the_fold(kept: set[int]) -> None:
    fold_task(parse_task_key(TASK), [EVENTS[number] for number in kept])


@given(st.permutations(["W1", "W2", "W3"]))
def test_equal_clocks_are_ordered_by_writer_alike_everywhere(writers: list[str]) -> None:
    events = [an_event(e.TaskOpened(task=TASK, title=writer), clock=7, writer=writer) for writer in writers]
    assert fold_task(parse_task_key(TASK), events).title == "W3"


def test_the_first_anchor_stays() -> None:
    task = folded(e.AnchorSet(task=TASK, range=a_range("M")), e.AnchorSet(task=TASK, range=a_range("N")))
    assert task.anchor is not None
    assert task.anchor.range.head == oid("M")


def test_an_anchor_moves_from_where_it_is_or_by_a_person() -> None:
    fixed = e.AnchorSet(task=TASK, range=a_range("M"))
    stray = e.AnchorMoved(task=TASK, old=oid("X"), range=a_range("N"), proof="replay")
    assert folded(fixed, stray).conflicts
    moved = folded(fixed, e.AnchorMoved(task=TASK, old=oid("X"), range=a_range("N"), proof="user"))
    assert moved.anchor is not None
    assert (moved.anchor.range.head, moved.conflicts) == (oid("N"), ())


def test_of_two_clones_that_reserve_one_stage_the_first_keeps_it() -> None:
    place = e.PlaceReserved(task=TASK, **PLACE)
    both = [an_event(place, clock=5, writer="W2"), an_event(place, clock=4, writer="W9")]
    task = fold_task(parse_task_key(TASK), both)
    assert task.places["stage-1"].writer == ulid("W9")
    assert f"{ulid('W9')} was first" in task.conflicts[0]


def test_a_released_place_is_taken_again_by_anybody() -> None:
    place = e.PlaceReserved(task=TASK, **PLACE)
    task = folded(place, e.PlaceReleased(task=TASK, **PLACE), place.model_copy(update={"branch": "g"}))
    assert (task.places["stage-1"].branch, task.places["stage-1"].status) == ("g", "active")
    assert task.conflicts == ()


def test_a_move_that_does_not_start_where_the_stage_is_changes_nothing() -> None:
    done = e.StageDone(task=TASK, stage=1, branch="f", range=a_range("A"))
    for move in (
        e.StageMoved(task=TASK, stage=1, old=oid("X"), range=a_range("B"), proof="replay"),
        e.StageMoved(task=TASK, stage=2, old=oid("A"), range=a_range("B"), proof="replay"),
    ):
        task = folded(done, move)
        assert task.stages[1].range is not None
        assert task.stages[1].range.head == oid("A")
        assert len(task.conflicts) == 1


def test_two_clones_that_settle_the_same_move_agree() -> None:
    done = e.StageDone(task=TASK, stage=1, branch="f", range=a_range("A"))
    move = e.StageMoved(task=TASK, stage=1, old=oid("A"), range=a_range("B"), proof="replay")
    task = folded(done, move, move)
    assert task.conflicts == ()
    assert len(task.stages[1].trail) == 1


# --- landings that were taken back

DONE = e.StageDone(task=TASK, stage=1, branch="f", range=a_range("A"))
LANDED = e.StageLanded(task=TASK, stage=1, recorded=oid("A"), target="main", landed=oid("L"), how="squash")
UNLANDED = e.StageUnlanded(task=TASK, stage=1, recorded=oid("A"), landed=oid("L"), target="main")


def test_a_landing_that_was_taken_back_leaves_what_was_before() -> None:
    before, after = folded(DONE), folded(DONE, LANDED, UNLANDED)
    assert after.stages == before.stages
    assert folded(DONE, LANDED, UNLANDED, UNLANDED).stages == before.stages
    assert folded(DONE, LANDED, UNLANDED, LANDED).stages[1].landed


def test_only_the_landing_that_is_named_is_taken_back() -> None:
    elsewhere = LANDED.model_copy(update={"target": "release", "landed": oid("R")})
    kept = folded(DONE, LANDED, elsewhere, UNLANDED).stages[1]
    assert kept.landing is not None
    assert kept.landing.commit == oid("R")
    again = e.StageDone(task=TASK, stage=1, branch="f", range=a_range("B"))
    anew = LANDED.model_copy(update={"recorded": oid("B")})
    assert folded(DONE, LANDED, again, anew, UNLANDED).stages[1].status == "landed"
    assert folded(UNLANDED).stages == {}


def test_a_record_that_moved_into_a_target_is_no_landing_any_more() -> None:
    moved = e.StageMoved(task=TASK, stage=1, old=oid("A"), range=a_range("L"), proof="squash", landed=True)
    back = e.StageUnlanded(task=TASK, stage=1, recorded=oid("L"), landed=oid("L"))
    stage = folded(DONE, moved, back).stages[1]
    assert (stage.status, stage.landed, stage.range and stage.range.head) == ("done", False, oid("L"))


def test_a_pull_request_that_landed_with_its_stages_is_open_again() -> None:
    opened = e.PrRecorded(task=TASK, url="https://example.org/1", group="1", stages=(1,), branch="g")
    assert folded(DONE, opened, LANDED).prs["https://example.org/1"].status == "landed"
    task = folded(DONE, opened, LANDED, UNLANDED)
    assert (
        task.stages[1].status,
        task.prs["https://example.org/1"].status,
        task.prs["https://example.org/1"].ended,
    ) == ("in-pr", "open", None)
    closed = e.PrClosed(task=TASK, url="https://example.org/1")
    assert folded(DONE, opened, closed, LANDED, UNLANDED).prs["https://example.org/1"].status == "closed"


def test_a_person_who_says_where_a_stage_is_takes_its_landing_back() -> None:
    said = e.StageMoved(task=TASK, stage=1, old=oid("A"), range=a_range("B"), proof="user")
    stage = folded(DONE, LANDED, said).stages[1]
    assert (stage.status, stage.landing) == ("done", None)


def test_who_began_a_stage_and_who_recorded_it_are_known() -> None:
    facts: list[tuple[e.AnyFact, str]] = [
        (e.StageStarted(task=TASK, stage=1, branch="f", base=oid("M")), "W1"), (DONE, "W1"),
        (e.StageMoved(task=TASK, stage=1, old=oid("A"), range=a_range("B"), proof="replay"), "W2"), (LANDED, "W3"),
    ]  # fmt: skip
    events = [an_event(fact, clock=clock, writer=writer) for clock, (fact, writer) in enumerate(facts, start=1)]
    stage = fold_task(parse_task_key(TASK), events).stages[1]
    assert (stage.begun_by, stage.recorded_by) == (ulid("W1"), ulid("W2"))
