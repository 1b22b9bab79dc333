"""What `resume --explain` says of a stage: facts in words, and the one safe next command, for every kind of case."""

from typing import Any

import pytest

from okstra_git.host.process_facts import Liveness
from okstra_git.records.runs import Run
from okstra_git.runs.explain import PlanFacts, StageFacts, explain, explain_run
from okstra_git.runs.leases import leases_of
from tests.kit.values import NOW, WRITER, look, planned, run, task

PLAN = planned((1, ()), (2, (1,)))
KEY = "shop:web:login"
PREPARE = f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 1"
LOOK = "git -C '/w t' status"
CHECK = f"git okstra reconcile --task-key {KEY} --check"
APPLY = f"git okstra reconcile --task-key {KEY} --apply"
DONE = f"git okstra stage done 1 --task-key {KEY}"
VERIFY = f"git okstra run prepare --task-key {KEY} --task-type final-verification --stage 1"


def facts(**changes: Any) -> StageFacts:
    """A stage with a branch and a clean worktree, nothing on it."""
    usual: dict[str, Any] = {"branch": "b", "has_branch": True, "base": "a" * 40, "worktree": "/w t", "dirty": 0,
                             "ahead": 0}  # fmt: skip
    return StageFacts(**{**usual, **changes})


def told(runs: tuple[Run, ...], state: str | None, seen: StageFacts, **more: Any) -> tuple[str, tuple[str, ...], str]:
    where = more.pop("number", 1)
    options = {name: more.pop(name) for name in ("ours", "plan_facts", "writer") if name in more}
    stages = {1: state, **more.pop("stages", {})} if state else more.pop("stages", {})
    whole = task(*runs, plan=PLAN, stages=stages, **more)
    leases = leases_of(whole, look, now=NOW, lease_hours=12)
    (advice,) = [
        one for one in explain(whole, PLAN, {1: seen}, leases, **{"writer": WRITER, **options}) if one.stage == where
    ]
    return advice.command, advice.facts, advice.why


LIVE, DEAD = (run("R1", 1),), (run("R1", 1, name="dead"),)
GONE = (run("R1", 1, name="away", hours=20),)
DYING = (run("R1", 1, name="dead", status="preparing"),)
FAILED = (run("R1", 1, ended=True).model_copy(update={"status": "failed"}),)
FINISHED = (run("R1", 1, ended=True).model_copy(update={"status": "finished"}),)
CHANGED, UNREAD = {"plan_facts": PlanFacts(matches=False)}, {"plan_facts": PlanFacts(matches=None)}
ELSEWHERE = {"places": {1: "01JOTHER00000000000000000A"}}

CASES: list[tuple[str, tuple[Run, ...], str | None, StageFacts, dict[str, Any], str]] = [
    # not done yet, and nobody was there
    ("it can begin", (), None, StageFacts(), {}, PREPARE),
    ("it waits", (), None, StageFacts(), {"number": 2}, f"git okstra status {KEY}"),
    ("its dependency is done", (), "done", StageFacts(), {"number": 2}, PREPARE.replace("stage 1", "stage 2")),
    ("the plan was changed", (), None, StageFacts(), CHANGED, "git okstra plan check plan.md"),
    ("the plan is not here", (), None, StageFacts(), UNREAD,
     "git okstra plan show --task-key shop:web:login"),
    ("the task is closed", (), None, StageFacts(), {"is_open": False}, f"git okstra task open {KEY}"),
    ("another clone has it", (), "started", facts(), ELSEWHERE, f"git okstra stage show 1 --task-key {KEY}"),
    # begun without a run, or by one that ended
    ("begun by hand, empty", (), "started", facts(), {}, PREPARE),
    ("begun by hand, dirty", (), "started", facts(dirty=2), {}, LOOK),
    ("begun by hand, with commits", (), "started", facts(ahead=3), {}, f"git log --oneline {'a' * 40}..b"),
    ("so on a branch called like a tag", (), "started", facts(ahead=3, ref="refs/heads/b"), {},
     f"git log --oneline {'a' * 40}..refs/heads/b"),
    ("its run failed", FAILED, "started", facts(), {}, PREPARE),
    ("its run failed and left files", FAILED, "started", facts(dirty=1, ahead=2), {}, PREPARE),
    ("its run finished, not recorded", FINISHED, "started", facts(ahead=2), {}, DONE),
    ("its run finished without a commit", FINISHED, "started", facts(), {}, PREPARE),
    ("a merge is under way", FAILED, "started", facts(during="merge", dirty=1), {}, LOOK),
    # a live run
    ("somebody is at work", LIVE, "started", facts(dirty=3, ahead=1), {}, "git okstra run show R1"),
    ("it is you", LIVE, "started", facts(), {"ours": frozenset({"R1"})}, "git okstra run resume R1"),
    ("at work with a changed plan", LIVE, "started", facts(), CHANGED, "git okstra run show R1"),
    ("at work in a rebase", LIVE, "started", facts(during="rebase"), {}, "git okstra run show R1"),
    ("far away, lately", (run("R1", 1, name="away", hours=1),), "started", facts(), {}, "git okstra run show R1"),
    # a dead run
    ("dead", DEAD, "started", facts(), {}, "git okstra run resume R1"),
    ("dead with files", DEAD, "started", facts(dirty=4), {}, "git okstra run resume R1"),
    ("dead with commits", DEAD, "started", facts(ahead=4), {}, "git okstra run resume R1"),
    ("dead without its branch", DEAD, "started", facts(has_branch=False), {}, "git okstra run abandon R1"),
    ("dead in a merge", DEAD, "started", facts(during="merge"), {}, LOOK),
    ("dead with a changed plan", DEAD, "started", facts(), CHANGED, "git okstra plan check plan.md"),
    ("dead while preparing", DYING, None, StageFacts(), {}, PREPARE),
    ("dead elsewhere, long ago", GONE, "started", facts(), {}, "git okstra run resume R1"),
    ("dead and taken by a clone", DEAD, "started", facts(), ELSEWHERE, f"git okstra stage show 1 --task-key {KEY}"),
    # done
    ("done", (), "done", facts(ahead=1), {}, VERIFY),
    ("done, plan changed since", (), "done", facts(ahead=1), CHANGED, VERIFY),
    ("done, run at work", LIVE, "done", facts(), {}, "git okstra run show R1"),
    ("done, run dead", DEAD, "done", facts(), {}, "git okstra run resume R1"),
    ("done, commit moved", (), "done", facts(finding="auto"), {}, APPLY),
    ("done, commit unclear", DEAD, "done", facts(finding="confirm"), {}, CHECK),
    ("done, files left", (), "done", facts(dirty=1, beyond=2), {}, LOOK),
    ("done, more commits", (), "done", facts(beyond=2), {}, DONE),
    ("verified", (), "verified", facts(unmerged=2, unpushed=1, upstream="origin/b"), {},
     f"git okstra stage show 1 --task-key {KEY}"),
    ("landed, worktree there", (), "landed", facts(), {}, f"git okstra worktree prune --task-key {KEY} --dry-run"),
    ("landed", (), "landed", facts(worktree="", dirty=None), {}, f"git okstra status {KEY}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "runs", "state", "seen", "more", "command"), CASES, ids=[case[0] for case in CASES])
def test_the_one_safe_next_command(
    name: str, runs: tuple[Run, ...], state: str | None, seen: StageFacts, more: dict[str, Any], command: str
) -> None:
    del name
    found, _, why = told(runs, state, seen, **more)
    assert found == command
    assert why


def test_a_worktree_that_is_gone_is_made_again_before_work_goes_on() -> None:
    dead = (run("R1", 1, name="dead").model_copy(update={"worktree": "/w t"}),)
    seen = facts(worktree="", dirty=None, ahead=2)
    assert told(dead, "started", seen)[::2] == (PREPARE, "its worktree is gone, and is made again on its branch")
    assert told(dead, "started", facts(ahead=2))[0] == "git okstra run resume R1"
    assert told(dead, "done", seen)[0] == "git okstra run resume R1"
    assert told(DEAD, "started", seen)[0] == "git okstra run resume R1"


def test_everything_known_is_said_in_words() -> None:
    seen = facts(dirty=1, ahead=2, during="merge", unmerged=2, unpushed=1, upstream="origin/b")
    assert told(DEAD, "started", seen, **CHANGED)[1] == (
        "leased by run R1 (dead, pid 7 on desk), which is dead: its process ended",
        "b has 2 commits of its own and 1 file not committed",
        "git is in the middle of a merge in /w t",
        "2 commits of it in no target branch",
        "1 commit not pushed to origin/b",
        "the plan plan.md was changed after it was approved (bbbbbbbbbb)",
    )


@pytest.mark.parametrize(
    ("runs", "state", "seen", "sentence"),
    [
        (LIVE, "started", facts(), "leased by run R1 (claude, pid 7 on desk), which is at work"),
        (FAILED, "started", facts(), "its last run R1 ended as failed"),
        ((), "started", facts(has_branch=False), "its branch b is gone"),
        ((), "started", facts(dirty=None, ahead=None),
         "b has an unknown number of commits of its own, and no worktree here"),
        ((), "started", facts(ahead=1), "b has 1 commit of its own and nothing uncommitted"),
        ((), "done", facts(beyond=3), "3 commits since the recorded one"),
        ((), "done", facts(finding="auto"), "the recorded commit moved, which is proven"),
        ((), "done", facts(finding="confirm"), "the recorded commit may have moved; a person has to say"),
    ],
)  # fmt: skip
def test_a_fact_in_words(runs: tuple[Run, ...], state: str, seen: StageFacts, sentence: str) -> None:
    assert sentence in told(runs, state, seen)[1]


def test_your_own_run_is_said_to_be_yours() -> None:
    assert told(LIVE, "started", facts(), ours=frozenset({"R1"}))[1][0].endswith("which is at work, and that is you")


def test_every_stage_of_plan_and_record_is_explained_in_order() -> None:
    whole = task(plan=PLAN, stages={7: "started"})
    assert [one.stage for one in explain(whole, PLAN, {}, (), writer=WRITER)] == [1, 2, 7]
    assert [one.stage for one in explain(whole, None, {}, (), writer=WRITER)] == [7]


@pytest.mark.parametrize(
    ("one", "life", "is_ours", "command"),
    [
        (run("R1", None, task_type="error-analysis"), Liveness("alive"), False, "git okstra run show R1"),
        (run("R1", None, task_type="error-analysis"), Liveness("alive"), True, "git okstra run resume R1"),
        (run("R1", None, task_type="error-analysis"), Liveness("dead", "x"), False, "git okstra run resume R1"),
        (run("R1", None, task_type="error-analysis", status="preparing"), Liveness("dead", "x"), False,
         f"git okstra run prepare --task-key {KEY} --task-type error-analysis"),
        (run("R1", 2, ended=True), Liveness("dead", "x"), False,
         f"git okstra run prepare --task-key {KEY} --task-type implementation --stage 2"),
    ],
)  # fmt: skip
def test_a_run_without_a_stage_has_its_own_advice(one: Run, life: Liveness, is_ours: bool, command: str) -> None:
    advice = explain_run(task(one), one, life, is_ours=is_ours)
    assert advice.command == command
    assert "R1" in advice.fact
