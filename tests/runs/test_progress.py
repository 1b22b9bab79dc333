"""How far a task has come by its records: what is left of it, and the phase that should follow, on whose word."""

from typing import Any

import pytest

from okstra_git.bundle import task_documents
from okstra_git.records.runs import Run, RunStatus
from okstra_git.runs.progress import DONE, IN_PROGRESS, named_stages, progress_of
from tests.kit.values import planned, run, task

PLAN = planned((1, ()), (2, (1,)))


def ended(status: RunStatus, stage: int | None = 1, *, phase: str = "", task_type: str = "implementation") -> Run:
    given = run("R1", stage, task_type=task_type, ended=True)
    return given.model_copy(update={"status": status, "next_phase": phase})


CASES: list[tuple[str, tuple[Run, ...], dict[str, Any], tuple[str | None, str | None]]] = [
    ("nothing yet", (), {}, (None, None)),
    ("a plan", (), {"plan": PLAN}, ("implementation", "stages")),
    ("a run under way", (run("R1", None, task_type="error-analysis"),), {"plan": PLAN}, ("error-analysis", "run")),
    ("a run that failed", (ended("failed"),), {"plan": PLAN}, ("implementation", "run")),
    ("a run given up on a stage that is done", (ended("abandoned"),), {"stages": {1: "done"}},
     ("final-verification", "stages")),
    ("a report's word", (ended("finished", None, phase="implementation-planning", task_type="error-analysis"),), {},
     ("implementation-planning", "report")),
    ("a report's word that is overtaken", (ended("finished", None, phase="implementation", task_type="x"),),
     {"stages": {1: "verified"}}, ("release-handoff", "stages")),
    ("a report's word that still holds", (ended("finished", None, phase="implementation", task_type="x"),),
     {"stages": {1: "verified"}, "plan": PLAN}, ("implementation", "report")),
    ("a word about stages that left meanwhile", (ended("finished", phase="release-handoff"),),
     {"stages": {1: "in-pr"}, "plan": PLAN}, ("implementation", "stages")),
    ("a word about stages that are all in a pull request", (ended("finished", phase="final-verification"),),
     {"stages": {1: "in-pr", 2: "in-pr"}, "plan": PLAN}, (None, None)),
    ("a word about the whole task", (ended("finished", phase="release-handoff"),), {"stages": {1: "done"}},
     ("release-handoff", "report")),
    ("no word", (ended("finished"),), {"stages": {1: "done", 2: "done"}, "plan": PLAN},
     ("final-verification", "stages")),
    ("a word that is none", (ended("finished", phase="x; rm -r ."),), {"plan": PLAN}, ("implementation", "stages")),
    ("a phase that is none", (run("R1", None, task_type="levitation"),), {"plan": PLAN}, ("implementation", "stages")),
    ("all landed", (ended("finished"),), {"stages": {1: "landed"}}, (None, None)),
    ("waiting to be merged", (), {"stages": {1: "in-pr"}}, (None, None)),
    ("closed", (ended("finished", phase="implementation"),), {"plan": PLAN, "is_open": False}, (None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("runs", "facts", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_phase_that_should_follow(
    runs: tuple[Run, ...], facts: dict[str, Any], wanted: tuple[str | None, str | None]
) -> None:
    standing = progress_of(task(*runs, **facts))
    assert (standing.next_phase, standing.ground) == wanted


def test_what_is_left_names_every_stage_by_what_it_waits_for() -> None:
    plan = planned(*((number, ()) for number in range(1, 9)))
    stages: Any = {1: "landed", 2: "in-pr", 3: "verified", 4: "done", 5: "started", 6: "reserved"}
    standing = progress_of(task(run("R1", 5), plan=plan, stages=stages))
    assert standing.left == (
        "finish stages 5, 6", "begin stages 7, 8", "verify stage 4", "hand over stage 3", "merge stage 2",
        "end the open run",
    )  # fmt: skip
    assert standing.stages["pending"] == (7, 8)


def test_many_stages_are_cut_in_a_sentence_and_not_in_the_numbers() -> None:
    standing = progress_of(task(plan=planned(*((number, ()) for number in range(1, 31)))))
    assert standing.left == ("begin stages 1-30",)
    assert len(standing.stages["pending"]) == 30


def test_numbers_of_stages_are_told_as_ranges_and_many_ranges_are_cut() -> None:
    assert named_stages([3]) == "stage 3"
    assert named_stages([2, 1, 4, 5, 6, 9]) == "stages 1, 2, 4-6, 9"
    assert named_stages(range(1, 60, 2)) == "stages 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 18 more"


def test_an_undecided_stage_comes_first_and_waits_for_nothing_else() -> None:
    stages: Any = {1: "done", 2: "done", 3: "verified"}
    assert progress_of(task(stages=stages), undecided=[1]).left == (
        "decide about stage 1", "verify stage 2", "hand over stage 3",
    )  # fmt: skip


def test_only_a_closed_task_is_done_as_its_manifest_has_it() -> None:
    assert (IN_PROGRESS, DONE) == (task_documents.IN_PROGRESS, task_documents.DONE)
    assert progress_of(task(stages={1: "landed"})).left == ("close the task",)
    assert progress_of(task(stages={1: "landed"})).work_status == IN_PROGRESS
    closed = progress_of(task(stages={1: "started"}, is_open=False))
    assert (closed.work_status, closed.left) == (DONE, ())


def test_the_newest_run_is_the_last_and_open_ones_come_newest_first() -> None:
    standing = progress_of(task(run("R2", 2), run("R1", 1), run("R3", 3, ended=True)))
    assert standing.last is not None
    assert standing.last.id == "R3"
    assert [each.id for each in standing.open_runs] == ["R2", "R1"]
