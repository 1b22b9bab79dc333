"""Which stage the next run takes, every branch of the choice."""

from typing import Any

import pytest

from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.leases import leases_of
from okstra_git.runs.selection import (
    SelectedStage,
    select_stage,
)
from tests.kit.refusals import refuses
from tests.kit.values import NOW, WRITER, look, planned, run, task

PLAN = planned((1, ()), (2, (1,)), (3, ()), (4, (2, 3)))


def choose(wanted: int | None, *runs: Run, **facts: Any) -> SelectedStage:
    whole: Task = task(*runs, plan=PLAN, **facts)
    leases = leases_of(whole, look, now=NOW, lease_hours=12)
    return select_stage(whole, PLAN, wanted, leases, writer=WRITER)


@pytest.mark.parametrize(
    ("runs", "facts", "number"),
    [
        ((), {}, 1),
        ((), {"stages": {1: "started"}}, 1),
        ((), {"stages": {1: "reserved"}, "places": {1: WRITER}}, 1),
        ((), {"stages": {1: "done"}}, 2),
        ((), {"stages": {1: "landed", 2: "in-pr"}}, 3),
        ((), {"stages": {1: "verified", 2: "done", 3: "done"}}, 4),
        ((run("R1", 1),), {}, 3),
        ((run("R1", 1, name="dead"),), {}, 1),
        ((run("R1", 1, ended=True),), {}, 1),
        ((run("R1", 1, name="away", hours=2),), {}, 3),
        ((run("R1", 1, name="away", hours=13),), {}, 1),
        ((run("R1", 1, task_type="final-verification"),), {}, 1),
        ((run("R1", 2),), {"stages": {1: "done"}}, 3),
        ((run("R1", 1, status="preparing"),), {}, 3),
        ((run("R1", 1, status="preparing", name="dead"),), {}, 1),
        ((), {"places": {1: "01JOTHER00000000000000000A"}}, 3),
    ],
)
def test_auto_takes_the_earliest_that_can_begin(runs: tuple[Run, ...], facts: dict[str, Any], number: int) -> None:
    chosen = choose(None, *runs, **facts)
    assert chosen.number == number
    assert chosen.planned.title == f"part {number}"


def test_the_runs_that_dead_holders_left_are_named() -> None:
    assert choose(None, run("R1", 1, name="dead"), run("R2", 1, name="dead"), run("R3", 2)).dead_runs == ("R2", "R1")


HELD = "stage 1 of {} is held by run R1 (claude, pid 7 on desk)"
RESERVED = "stage 1 of {} is reserved by another clone, on branch b-1"
ELSEWHERE = {"places": {1: "01JOTHER00000000000000000A"}}
REFUSED: list[tuple[int, tuple[Run, ...], dict[str, Any], str, str]] = [
    (9, (), {}, "stage.unknown-in-plan", "the approved plan of {} has no stage 9; it has 1, 2, 3, 4"),
    (1, (), {"stages": {1: "done"}}, "stage.done-already", "stage 1 of {} is done"),
    (2, (), {}, "stage.waits", "stage 2 of {} waits for 1"),
    (4, (), {"stages": {2: "started"}}, "stage.waits", "stage 4 of {} waits for 2, 3"),
    (1, (run("R1", 1),), {}, "stage.occupied", HELD),
    (1, (), ELSEWHERE, "stage.held-elsewhere", RESERVED),
    (1, (), {"is_open": False}, "task.closed", "task {} is closed"),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "runs", "facts", "code", "sentence"), REFUSED)
def test_a_stage_that_was_named_is_refused(
    wanted: int, runs: tuple[Run, ...], facts: dict[str, Any], code: str, sentence: str
) -> None:
    with refuses(code) as refused:
        choose(wanted, *runs, **facts)
    assert refused.value.message == sentence.format("shop:web:login")
    assert refused.value.hint


def test_a_named_stage_may_be_one_whose_holder_died() -> None:
    assert choose(3, run("R1", 3, name="dead")) == SelectedStage(3, PLAN.stages[2], ("R1",))


def test_an_occupied_stage_names_the_run_to_look_at() -> None:
    with refuses("stage.occupied") as refused:
        choose(1, run("R1", 1))
    assert refused.value.hint == "git okstra run show R1"
    assert (refused.value.facts["run"], refused.value.facts["holder"]["pid"]) == ("R1", 7)


def test_when_nothing_can_begin_every_stage_says_why() -> None:
    with refuses("stage.none-ready") as refused:
        choose(None, run("R1", 2), run("R2", 3), stages={1: "done"})
    assert [(row["stage"], row["why"], row["code"]) for row in refused.value.facts["stages"]] == [
        (1, "is done", "stage.done-already"),
        (2, "is held by run R1 (claude, pid 7 on desk)", "stage.occupied"),
        (3, "is held by run R2 (claude, pid 7 on desk)", "stage.occupied"),
        (4, "waits for 2, 3", "stage.waits"),
    ]
    assert refused.value.message == (
        "no stage of shop:web:login can begin now: 2 is held by run R1 (claude, pid 7 on desk); "
        "3 is held by run R2 (claude, pid 7 on desk); 4 waits for 2, 3"
    )


def test_when_everything_is_done_it_says_so() -> None:
    with refuses("stage.none-ready", match="every stage of shop:web:login is done"):
        choose(None, stages={1: "done", 2: "done", 3: "landed", 4: "verified"})


def test_a_plan_without_stages_has_none_to_take() -> None:
    empty = planned()
    with refuses("stage.none-ready", match="has no stages"):
        select_stage(task(plan=empty), empty, None, (), writer=WRITER)
    with refuses("stage.unknown-in-plan", match="it has none"):
        select_stage(task(plan=empty), empty, 1, (), writer=WRITER)


def test_a_closed_task_takes_no_run() -> None:
    with refuses("task.closed"):
        choose(None, is_open=False)
