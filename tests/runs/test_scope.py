"""Which stages a run about the task takes: all, those that were named, or those that are done."""

import pytest

from okstra_git.errors import OkstraError
from okstra_git.phases import phase_of_routing, require_routing
from okstra_git.records.states import StageStatus, Task
from okstra_git.runs.selection import choose_scope, usual_base
from tests.kit.values import planned, task

PLAN = planned((1, ()), (2, (1,)), (3, ()))


def a_task(**stages: StageStatus) -> Task:
    return task(plan=PLAN, stages={int(name.removeprefix("s")): state for name, state in stages.items()})


@pytest.mark.parametrize(("states", "wanted", "left", "stages", "unfinished"), [
    ({"s1": "done", "s2": "verified", "s3": "landed"}, (), False, (1, 2, 3), {}),
    ({"s1": "done"}, (), True, (1,), {2: "not begun", 3: "not begun"}),
    ({"s1": "done", "s2": "started"}, (1,), False, (1,), {2: "begun, not done", 3: "not begun"}),
    ({"s3": "in-pr"}, (3,), False, (3,), {1: "not begun", 2: "not begun, waits for stage 1"}),
])  # fmt: skip
def test_what_is_taken_and_why_the_rest_is_not(
    states: dict[str, StageStatus],
    wanted: tuple[int, ...],
    left: bool,
    stages: tuple[int, ...],
    unfinished: dict[int, str],
) -> None:
    found = choose_scope(a_task(**states), wanted, phase="final-verification", leave_unfinished=left)
    assert (found.stages, dict(found.unfinished)) == (stages, unfinished)


@pytest.mark.parametrize(("states", "wanted", "left", "code"), [
    ({"s1": "done"}, (), False, "task.unfinished"),
    ({"s1": "done"}, (1, 2), True, "task.unfinished"),
    ({}, (), True, "task.unfinished"),
    ({"s1": "done"}, (9,), False, "stage.unknown"),
])  # fmt: skip
def test_what_is_refused(states: dict[str, StageStatus], wanted: tuple[int, ...], left: bool, code: str) -> None:
    with pytest.raises(OkstraError) as refused:
        choose_scope(a_task(**states), wanted, phase="release-handoff", leave_unfinished=left)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_task_without_plan_or_stages_has_nothing_to_take() -> None:
    assert choose_scope(task(), (), phase="final-verification", leave_unfinished=False).stages == ()


def test_without_a_plan_all_stages_on_record_are_meant() -> None:
    found = choose_scope(task(stages={1: "done", 4: "done"}), (), phase="final-verification", leave_unfinished=False)
    assert found.stages == (1, 4)
    assert usual_base(task(), ()) == ""


def test_the_handoff_of_single_stages_may_be_recommended() -> None:
    token = "release-handoff(stage-group)"
    assert require_routing(token) == token
    assert phase_of_routing(token) == "release-handoff"
    with pytest.raises(OkstraError) as refused:
        require_routing("release-handoff(group)")
    assert refused.value.code == "task-type.unknown"
