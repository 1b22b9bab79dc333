"""Who may reserve what: released rows are free, a branch has one owner, scopes exclude each other."""

import pytest

from okstra_git.errors import OkstraError
from okstra_git.names import make_task_key, parse_task_key
from okstra_git.records.events import AnyFact, PlaceReleased, PlaceReserved, TaskOpened
from okstra_git.records.states import State
from okstra_git.store.fold import fold_task
from okstra_git.store.registry import branch_clashes, refuse_case_clash, release, require_task, reserve
from tests.kit.values import TASK, an_event

OTHER = "shop/web/other"


def state(*facts: AnyFact) -> State:
    events = [an_event(fact, clock=clock) for clock, fact in enumerate(facts, start=1)]
    tasks = {parse_task_key(TASK), parse_task_key(OTHER), *(fact.task for fact in facts)}
    return State(tasks={key: fold_task(key, [one for one in events if one.fact.task == key]) for key in sorted(tasks)})


def place(scope: str, branch: str, *, task: str = TASK, adopted: bool = False) -> PlaceReserved:
    return PlaceReserved(task=task, scope=scope, branch=branch, adopted=adopted)


def refused(found: State, fact: PlaceReserved) -> OkstraError:
    with pytest.raises(OkstraError) as refusal:
        reserve(found, fact)
    return refusal.value


def test_task_stage_and_group_rows_stand_beside_each_other() -> None:
    found = state(place("", "t"), place("stage-1", "s1"), place("stage-2", "s2"))
    assert reserve(found, place("group-1-2", "g"))
    assert reserve(found, place("stage-3", "s3"))


def test_a_held_row_is_refused_with_its_branch_and_the_next_step() -> None:
    error = refused(state(place("stage-1", "s1")), place("stage-1", "elsewhere"))
    assert error.code == "place.reserved"
    assert "s1" in error.message
    assert "git okstra stage release 1" in error.hint


def test_a_released_row_blocks_neither_its_scope_nor_its_branch() -> None:
    found = state(place("stage-1", "s1"), PlaceReleased(task=TASK, scope="stage-1", branch="s1"))
    assert reserve(found, place("stage-1", "s1"))
    assert reserve(found, place("stage-1", "s1", task=OTHER))


def test_a_branch_belongs_to_one_row_at_a_time() -> None:
    found = state(place("stage-1", "s1"))
    assert refused(found, place("stage-1", "s1", task=OTHER)).code == "branch.owned"
    assert refused(found, place("stage-2", "s1")).code == "branch.owned"


def test_stages_of_one_task_may_share_a_branch_that_they_adopted() -> None:
    found = state(place("stage-1", "s1", adopted=True))
    assert reserve(found, place("stage-2", "s1", adopted=True))
    assert refused(found, place("stage-2", "s1", task=OTHER, adopted=True)).code == "branch.owned"


def test_releasing_frees_one_row_and_releasing_again_does_nothing() -> None:
    found = state(place("stage-1", "s1"), place("stage-2", "s2"))
    task = found.tasks[parse_task_key(TASK)]
    assert [fact.scope for fact in release(task, "stage-1")] == ["stage-1"]
    assert release(task, "stage-9") == []
    assert (
        release(state(PlaceReleased(task=TASK, scope="stage-1", branch="s1")).tasks[parse_task_key(TASK)], "stage-1")
        == []
    )


def test_a_task_row_goes_last_unless_everything_goes() -> None:
    task = state(place("", "t"), place("stage-1", "s1")).tasks[parse_task_key(TASK)]
    with pytest.raises(OkstraError) as refusal:
        release(task, "")
    assert refusal.value.code == "place.still-active"
    assert [fact.scope for fact in release(task, "", cascade=True)] == ["stage-1", ""]


def test_a_stage_and_a_group_in_one_key_are_refused_before_anything_else() -> None:
    with pytest.raises(OkstraError) as refusal:
        make_task_key("p", "g", "t").scoped(stage=0, group="")
    assert refusal.value.code == "name.scope-conflict"


def test_unknown_tasks_and_keys_that_differ_in_case_are_refused() -> None:
    found = state(TaskOpened(task=TASK))
    with pytest.raises(OkstraError) as unknown:
        require_task(found, make_task_key("shop", "web", "nothing"))
    assert unknown.value.code == "task.unknown"
    with pytest.raises(OkstraError) as clash:
        refuse_case_clash(found, make_task_key("shop", "Web", "login"))
    assert clash.value.code == "task.case-clash"
    refuse_case_clash(found, make_task_key("shop", "web", "login"))


def test_clones_that_gave_one_branch_to_two_tasks_are_told() -> None:
    assert branch_clashes(state(place("stage-1", "s1"), place("stage-1", "s2", task=OTHER))) == []
    assert len(branch_clashes(state(place("stage-1", "s1"), place("stage-1", "s1", task=OTHER)))) == 1
