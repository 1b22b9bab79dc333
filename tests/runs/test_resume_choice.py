"""Which run work is taken up with, and what is offered instead, for every kind of case."""

import pytest

from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.explain import NOTHING, StageFacts, explain, explain_run
from okstra_git.runs.leases import leases_of, life_of
from okstra_git.runs.progress import progress_of
from okstra_git.runs.resume_choice import Offer, choose_run, make_offer
from tests.kit.values import NOW, WRITER, look, planned, run, task

KEY = "shop:web:login"
PLAN = planned((1, ()), (2, (1,)))
PREPARE = f"git okstra run prepare --task-key {KEY} --task-type"
NOBODY: frozenset[str] = frozenset()


def offer(whole: Task, chosen: Run | None, ours: frozenset[str] = NOBODY, **facts: StageFacts) -> Offer:
    """The offer over what `explain` really says of the task."""
    leases = leases_of(whole, look, now=NOW, lease_hours=12)
    seen = {number: facts.get(f"stage_{number}", NOTHING) for number in whole.stages}
    stages = explain(whole, whole.plan, seen, leases, writer=WRITER, ours=ours)
    others = [
        explain_run(whole, each, life_of(each, look, now=NOW, lease_hours=12), is_ours=each.id in ours)
        for each in whole.runs.values()
        if each.is_active and each.task_type != "implementation"
    ]
    return make_offer(whole, progress_of(whole), chosen, stages, others, ours=ours)


@pytest.mark.parametrize(
    ("ours", "stage", "pointed", "wanted"),
    [
        (NOBODY, None, None, "R3"),
        (NOBODY, None, "R1", "R1"),
        (NOBODY, 2, "R1", "R2"),
        (frozenset({"R3"}), 2, "R1", "R3"),
        (NOBODY, 9, "R9", "R3"),
    ],
)
def test_the_callers_own_run_counts_first_then_the_stage_here_then_the_pointer(
    ours: frozenset[str], stage: int | None, pointed: str | None, wanted: str
) -> None:
    chosen = choose_run([run("R1", 1), run("R2", 2), run("R3", 3)], ours=ours, stage=stage, pointed=pointed)
    assert chosen is not None
    assert chosen.id == wanted


def test_without_open_runs_none_is_chosen() -> None:
    assert choose_run([], ours=NOBODY, stage=1, pointed="R1") is None


def test_a_dead_run_may_be_continued_or_begun_anew() -> None:
    dead = run("R1", 1, name="dead")
    made = offer(task(dead, plan=PLAN, stages={1: "started"}), dead)
    assert made.is_ready
    assert [(each.what, each.command, each.recommended) for each in made.choices] == [
        ("continue", "git okstra run resume R1", True),
        ("begin-anew", f"{PREPARE} implementation --stage 1", False),
    ]


def test_a_stage_that_is_done_is_never_begun_anew() -> None:
    dead = run("R1", 1, name="dead")
    made = offer(task(dead, plan=PLAN, stages={1: "done"}), dead)
    assert [(each.what, each.command, each.recommended) for each in made.choices] == [
        ("continue", "git okstra run resume R1", True), ("abandon", "git okstra run abandon R1", False),
    ]  # fmt: skip


def test_a_prepare_that_died_after_its_stage_was_done_can_only_be_abandoned() -> None:
    dying = run("R1", 1, name="dead", status="preparing")
    made = offer(task(dying, plan=PLAN, stages={1: "done"}), dying)
    assert (made.is_ready, made.choices, made.next.command) == (False, (), "git okstra run abandon R1")


def test_ones_own_run_can_only_be_continued() -> None:
    mine = run("R1", None, task_type="error-analysis")
    made = offer(task(mine), mine, frozenset({"R1"}))
    assert [(each.what, each.recommended) for each in made.choices] == [("continue", True)]


def test_a_live_run_of_somebody_else_offers_nothing() -> None:
    live = run("R1", 1)
    made = offer(task(live, plan=PLAN, stages={1: "started"}), live)
    assert (made.is_ready, made.choices, made.next.command) == (False, (), "git okstra run show R1")


def test_a_prepare_that_died_is_begun_anew() -> None:
    dying = run("R1", 1, name="dead", status="preparing")
    made = offer(task(dying, plan=PLAN), dying)
    assert [(each.what, each.recommended) for each in made.choices] == [("begin-anew", True)]
    assert not made.is_ready


def test_advice_that_is_about_another_run_of_the_stage_is_not_taken_for_this_one() -> None:
    live, dead = run("R2", 1), run("R1", 1, name="dead")
    made = offer(task(live, dead, plan=PLAN, stages={1: "started"}), dead)
    assert (made.is_ready, made.next.why) == (False, "another run has its stage")


def test_a_branch_that_is_gone_is_not_resumed() -> None:
    dead = run("R1", 1, name="dead")
    gone = StageFacts(branch="b", has_branch=False)
    made = offer(task(dead, plan=PLAN, stages={1: "started"}), dead, stage_1=gone)
    assert (made.is_ready, made.choices, made.next.command) == (False, (), "git okstra run abandon R1")


def test_a_rewritten_stage_is_decided_about_before_anything_is_prepared() -> None:
    ended = run("R1", 1, status="finished", ended=True).model_copy(update={"next_phase": "release-handoff"})
    whole = task(ended, plan=PLAN, stages={1: "verified"})
    rewritten = StageFacts(branch="b", has_branch=True, finding="confirm")
    assert offer(whole, None).next.command == f"{PREPARE} release-handoff --stages 1"
    assert offer(whole, None, stage_1=rewritten).next.command == f"git okstra reconcile --task-key {KEY} --check"


def test_a_plan_that_nobody_approved_yet_is_to_be_approved_before_it_is_implemented() -> None:
    ended = [
        run(id, None, task_type="implementation-planning", status="finished", ended=True).model_copy(
            update={"report": report, "next_phase": "implementation"}
        )
        for id, report in (("R1", "a.md"), ("R2", "it's.md"))
    ]
    step = offer(task(*ended), None).next
    assert step.command == f"git okstra plan approve 'it'\"'\"'s.md' --task-key {KEY}"
    assert offer(task(*ended, plan=PLAN), None).next.command == f"{PREPARE} implementation --stage 1"
    unreported = [one.model_copy(update={"report": ""}) for one in ended]
    assert offer(task(*unreported), None).next.command == f"{PREPARE} implementation"


@pytest.mark.parametrize(
    ("whole", "command"),
    [
        (task(), f"{PREPARE} requirements-discovery"),
        (task(plan=PLAN), f"{PREPARE} implementation --stage 1"),
        (task(plan=PLAN, stages={1: "started"}), f"{PREPARE} implementation --stage 1"),
        (task(plan=PLAN, stages={1: "landed"}), f"{PREPARE} implementation --stage 2"),
        (task(stages={1: "landed"}), f"git okstra status {KEY}"),
        (task(stages={1: "landed", 2: "in-pr"}), f"{PREPARE} final-verification --stage 2"),
        (task(stages={1: "verified"}), f"{PREPARE} release-handoff"),
        (task(is_open=False), f"git okstra task open {KEY}"),
    ],
)
def test_without_an_open_run_the_task_says_what_comes_next(whole: Task, command: str) -> None:
    made = offer(whole, None)
    assert (made.next.command, made.is_ready, made.choices) == (command, False, ())
