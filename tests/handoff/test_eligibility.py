"""Which stages may leave, and every reason why others may not: rules over a ledger that was written by hand."""

from datetime import UTC, datetime

import pytest

from okstra_git.handoff.eligibility import dependencies, in_order, judge_stages
from okstra_git.handoff.groups import Pair, group_id, suggest_groups
from okstra_git.records.handoff import PullRequest
from okstra_git.records.runs import Plan, PlannedStage
from okstra_git.records.stage import Author, RangeFingerprint, Verification
from okstra_git.records.states import Stage, Task, standing_of

URL = "https://forge.example/shop/pull/7"


def a_range(tree: str = "1") -> RangeFingerprint:
    return RangeFingerprint(
        head="a" * 40, head_tree=tree * 40, base="0" * 40, base_tree="f" * 40, parents=("0" * 40,), commits=1,
        author=Author(name="a", email="a@b", time=1), subject="A", delta="d", delta_sum="0", path_count=1,
        paths_print="f0",
    )  # fmt: skip


def a_stage(
    number: int,
    *,
    after: tuple[int, ...] = (),
    verified: str | None = "1",
    pr: str | None = None,
    landed: bool = False,
    database: bool | None = None,
    done: bool = True,
) -> Stage:
    proof = Verification(commit="a" * 40, tree=verified * 40, database=database) if verified else None
    stage = Stage(
        number=number, depends_on=after, range=a_range() if done else None, verified=proof, pr=pr, landed=landed
    )
    return stage.model_copy(update={"status": standing_of(stage)}) if done else stage


def a_task(*stages: Stage, plan: dict[int, tuple[int, ...]] | None = None) -> Task:
    rows = tuple(PlannedStage(number=number, depends_on=needs) for number, needs in (plan or {}).items())
    prs = {URL: PullRequest(url=URL, group="1", stages=(1,), branch="x", at=datetime(2026, 1, 1, tzinfo=UTC))}
    return Task(
        key="shop/web/login",
        stages={stage.number: stage for stage in stages},
        plan=Plan(path="p", blob="b" * 40, stages=rows) if plan is not None else None,
        prs=prs if any(stage.pr for stage in stages) else {},
    )


def codes(task: Task, stale: dict[int, str] | None = None) -> dict[int, list[str]]:
    return {number: standing.codes for number, standing in judge_stages(task, stale=stale or {}).items()}


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (a_stage(1), []),
        (a_stage(1, done=False, verified=None), ["not-done"]),
        (a_stage(1, verified=None), ["not-verified"]),
        (a_stage(1, verified="2"), ["verification-stale"]),
        (a_stage(1, database=False), ["database-unverified"]),
        (a_stage(1, database=True), []),
        (a_stage(1, pr=URL), ["already-in-pr"]),
        (a_stage(1, pr=URL, verified=None), ["already-in-pr"]),
        (a_stage(1, landed=True), ["landed"]),
        (a_stage(1, landed=True, pr=URL), ["landed"]),
    ],
)
def test_one_stage_by_itself(stage: Stage, expected: list[str]) -> None:
    assert codes(a_task(stage)) == {1: expected}


def test_stale_history_comes_beside_what_else_is_wrong() -> None:
    assert codes(a_task(a_stage(1, verified="2")), {1: "content changed"}) == {
        1: ["stale-history", "verification-stale"]
    }


def test_a_planned_stage_that_was_never_started_is_not_done() -> None:
    begun = a_task(a_stage(1), plan={1: (), 2: (1,)})
    assert codes(begun) == {1: [], 2: ["not-done"]}
    (reason,) = judge_stages(begun, stale={})[2].reasons
    key = str(begun.key)
    assert reason.hint == f"git okstra run prepare --task-key {key} --task-type implementation --stage 2"


def test_a_stage_beyond_the_plan_is_named() -> None:
    assert codes(a_task(a_stage(1), a_stage(3), plan={1: ()})) == {1: [], 3: ["not-in-plan"]}


def test_a_dependency_that_cannot_leave_keeps_its_dependants() -> None:
    task = a_task(a_stage(1, verified=None), a_stage(2, after=(1,)), a_stage(3, after=(2,)), a_stage(4))
    assert codes(task) == {1: ["not-verified"], 2: ["dependency-missing"], 3: ["dependency-missing"], 4: []}


@pytest.mark.parametrize("delivered", [a_stage(1, pr=URL), a_stage(1, landed=True, verified=None)])
def test_a_delivered_dependency_will_do(delivered: Stage) -> None:
    task = a_task(delivered, a_stage(2, after=(1,)))
    assert codes(task)[2] == []
    waits = judge_stages(task, stale={})[2].waits_on
    assert {number: pr.url for number, pr in waits.items()} == ({1: URL} if delivered.pr else {})


def test_dependencies_come_from_plan_and_ledger() -> None:
    task = a_task(a_stage(1), a_stage(2), a_stage(3, after=(1,)), plan={1: (), 2: (), 3: (2,)})
    assert dependencies(task, 3) == (1, 2)


def test_order_puts_dependencies_first_and_breaks_a_circle() -> None:
    task = a_task(a_stage(1, after=(3,)), a_stage(2), a_stage(3))
    assert in_order(task, {1, 2, 3}) == [2, 3, 1]
    assert in_order(a_task(a_stage(1, after=(2,)), a_stage(2, after=(1,))), {1, 2}) == [1, 2]


def suggested(task: Task, *clashes: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    return suggest_groups(judge_stages(task, stale={}), {Pair(pair) for pair in clashes}).groups


def test_independent_stages_leave_apart_and_a_diamond_together() -> None:
    diamond = [a_stage(1), a_stage(2, after=(1,)), a_stage(3, after=(1,)), a_stage(4, after=(2, 3))]
    assert suggested(a_task(*diamond, a_stage(5))) == ((1, 2, 3, 4), (5,))


def test_parts_that_a_later_stage_joins_are_one_group() -> None:
    assert suggested(a_task(a_stage(1), a_stage(2), a_stage(3), a_stage(4, after=(1, 3)))) == ((1, 3, 4), (2,))


def test_a_dependency_that_left_joins_nothing() -> None:
    task = a_task(a_stage(1, landed=True), a_stage(2, after=(1,)), a_stage(3, after=(1,)))
    assert suggested(task) == ((2,), (3,))


def test_of_two_that_clash_the_earlier_stays_and_what_builds_on_the_other_waits() -> None:
    task = a_task(a_stage(1), a_stage(2, after=(1,)), a_stage(3, after=(1,)), a_stage(4, after=(3,)))
    found = suggest_groups(judge_stages(task, stale={}), {Pair((2, 3))})
    assert found.groups == ((1, 2),)
    assert [(one.stage, one.conflicts_with, one.needs) for one in found.left_out] == [(3, (2,), ()), (4, (), (3,))]


def test_clashes_between_parts_leave_the_groups_as_they_are() -> None:
    assert suggested(a_task(a_stage(1), a_stage(2)), (1, 2)) == ((1,), (2,))


def test_ids_are_sorted_numbers() -> None:
    assert group_id([10, 2, 2]) == "2-10"
