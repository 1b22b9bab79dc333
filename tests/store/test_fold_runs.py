"""The fold of runs and plans: claimed, prepared, resumed, ended; an ended run stays as it ended."""

from okstra_git.names import parse_task_key
from okstra_git.records import events as e
from okstra_git.records.runs import Holder, PlannedStage
from okstra_git.records.states import Task
from okstra_git.store.fold import fold_task
from tests.kit.values import TASK, an_event, oid, ulid

RUN = ulid("R")

PREPARE = Holder(host="h", boot="b", pid=1, born=1.0, name="okstra")
LEAD = Holder(host="h", boot="b", pid=2, born=2.0, name="claude")
OTHER = Holder(host="h", boot="b", pid=3, born=3.0, name="claude")

CLAIMED = e.RunClaimed(task=TASK, run=RUN, task_type="implementation", seq=1, stage=2, holder=PREPARE, inputs="i")
PREPARED = e.RunPrepared(
    task=TASK,
    run=RUN,
    stage=2,
    holder=LEAD,
    nonce="n1",
    folder=".okstra/f",
    instruction_set=".okstra/f/i",
    team="okstra-x-s2",
)
RESUMED = e.RunResumed(task=TASK, run=RUN, holder=OTHER, nonce="n2", team="okstra-x-s2")
FINISHED = e.RunFinished(task=TASK, run=RUN, report="r.md", next_phase="final-verification", archive=oid("tree"))


def folded(*facts: e.AnyFact) -> Task:
    return fold_task(parse_task_key(TASK), [an_event(fact, clock=clock) for clock, fact in enumerate(facts, start=1)])


def test_a_claim_is_a_run_that_is_preparing() -> None:
    run = folded(CLAIMED).runs[RUN]
    assert (run.status, run.stage, run.seq, run.holder, run.is_active) == ("preparing", 2, 1, PREPARE, True)


def test_a_prepared_run_has_its_lead_and_its_nonce() -> None:
    run = folded(CLAIMED, PREPARED).runs[RUN]
    assert (run.status, run.holder, run.nonce, run.inputs, run.stage) == ("prepared", LEAD, "n1", "i", 2)


def test_a_resumed_run_has_another_nonce() -> None:
    run = folded(CLAIMED, PREPARED, RESUMED).runs[RUN]
    assert (run.status, run.holder, run.nonce, run.team) == ("running", OTHER, "n2", "okstra-x-s2")


def test_a_finished_run_stays_finished() -> None:
    late = e.RunAbandoned(task=TASK, run=RUN, reason="dead")
    run = folded(CLAIMED, PREPARED, FINISHED, late, RESUMED).runs[RUN]
    assert (run.status, run.report, run.next_phase, run.is_active) == ("finished", "r.md", "final-verification", False)


def test_an_end_of_a_run_that_nobody_claimed_is_told() -> None:
    task = folded(FINISHED)
    assert task.runs == {}
    assert "never claimed" in task.conflicts[0]


def test_the_plan_approved_last_is_the_plan() -> None:
    first = e.PlanApproved(task=TASK, path="p.md", blob=oid("b1"), stages=(PlannedStage(number=1),))
    second = e.PlanApproved(
        task=TASK, path="p.md", blob=oid("b2"), stages=(PlannedStage(number=1), PlannedStage(number=2))
    )
    plan = folded(first, second).plan
    assert plan is not None
    assert (plan.blob, len(plan.stages)) == (oid("b2"), 2)
    assert plan.at is not None
