"""Which runs hold a stage: live ones of implementation, on stages that are not done."""

import pytest

from okstra_git.records.runs import Run, RunStatus
from okstra_git.runs.leases import lease_on, leases_of, life_of, occupied_stages
from tests.kit.values import NOW, look, run, task


def occupied(*runs: Run, besides: str | None = None, **stages: str) -> tuple[int, ...]:
    states = {int(name.removeprefix("s")): state for name, state in stages.items()}
    whole = task(*runs, stages=states)  # type: ignore[arg-type]
    return occupied_stages(whole, leases_of(whole, look, now=NOW, lease_hours=12), besides=besides)


def test_live_runs_occupy_their_stages_ascending() -> None:
    assert occupied(run("R2", 10), run("R1", 2), run("R3", 9)) == (2, 9, 10)


def test_ones_own_run_is_left_out() -> None:
    assert occupied(run("R1", 1), run("R2", 2), besides="R1") == (2,)


def test_a_dead_holder_occupies_nothing() -> None:
    assert occupied(run("R1", 1, name="dead"), run("R2", 2)) == (2,)


def test_an_ended_run_occupies_nothing() -> None:
    assert occupied(run("R1", 1, ended=True)) == ()


@pytest.mark.parametrize("state", ["done", "verified", "in-pr", "landed"])
def test_a_finished_stage_is_never_occupied(state: str) -> None:
    assert occupied(run("R1", 1), s1=state) == ()


def test_a_started_stage_is_occupied_by_its_run() -> None:
    assert occupied(run("R1", 1), s1="started") == (1,)


@pytest.mark.parametrize("task_type", ["final-verification", "implementation-planning", "release-handoff"])
def test_only_implementation_guards(task_type: str) -> None:
    assert occupied(run("R1", 1, task_type=task_type)) == ()


@pytest.mark.parametrize(
    ("status", "name", "hours", "alive"),
    [
        ("preparing", "claude", 0, True),
        ("preparing", "dead", 0, False),
        ("preparing", "away", 0.5, True),
        ("preparing", "away", 1.5, False),
        ("prepared", "claude", 500, True),
        ("running", "claude", 500, True),
        ("running", "dead", 0, False),
        ("prepared", "away", 11.9, True),
        ("prepared", "away", 12, False),
        ("running", "away", -3, True),
        ("running", "away", -13, False),
        ("preparing", "away", -1.5, False),
    ],
)
def test_where_nobody_can_look_the_age_of_the_lease_decides(
    status: RunStatus, name: str, hours: float, alive: bool
) -> None:
    found = life_of(run("R1", name=name, status=status, hours=hours), look, now=NOW, lease_hours=12)
    assert found.is_live == alive
    assert found.state != "unknown"
    assert ("another machine" in found.why) == (name == "away")


@pytest.mark.parametrize(("lease_hours", "said"), [(1, "for 1 hour"), (12, "for 12 hours")])
def test_a_lease_that_ran_out_says_how_long_it_lasts(lease_hours: int, said: str) -> None:
    found = life_of(run("R1", name="away", hours=13), look, now=NOW, lease_hours=lease_hours)
    assert found.why.endswith(said)


def test_a_run_without_a_holder_is_dead() -> None:
    found = life_of(run("R1").model_copy(update={"holder": None}), look, now=NOW, lease_hours=12)
    assert (found.state, found.why) == ("dead", "nobody holds it")


def test_of_several_leases_on_one_stage_the_live_one_counts() -> None:
    whole = task(run("R1", 1), run("R2", 1, name="dead"), run("R3", 1, name="dead"))
    leases = leases_of(whole, look, now=NOW, lease_hours=12)
    assert [lease.run for lease in leases] == ["R1", "R3", "R2"]
    counting = lease_on(leases, 1)
    assert counting is not None
    assert counting.run == "R1"
    assert lease_on(leases, 2) is None
