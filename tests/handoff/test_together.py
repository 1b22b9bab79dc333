"""Stages that were verified together leave together, or after those that are there already."""

import pytest

from okstra_git.handoff.eligibility import judge_stages, list_relied, missing_members, other_tree_sentence
from okstra_git.handoff.groups import suggest_groups
from okstra_git.records.handoff import Assembly, GroupVerification, Member
from okstra_git.records.stage import Verification
from okstra_git.records.states import Stage, Task
from tests.handoff.test_eligibility import a_stage, a_task, codes


def verified_together(*numbers: int, tree: str = "1", database: bool | None = None) -> GroupVerification:
    members = tuple(Member(stage=n, commit="a" * 40, tree=tree * 40, delta="d") for n in numbers)
    assembly = Assembly(stages=numbers, base_ref="main", base="0" * 40, commit="c" * 40, tree="e" * 40, members=members)
    return GroupVerification(assembled=assembly, database=database)


def a_joint_task(*stages: Stage, of: tuple[GroupVerification, ...]) -> Task:
    """The stages verified in these groups, newest last, as the fold would have it."""
    found = {stage.number: stage for stage in stages}
    for each in of:
        for member in each.assembled.members:
            stage = found[member.stage]
            if stage.verified is None or stage.verified.group:
                proof = Verification(commit=member.commit, tree=member.tree, group=each.assembled.id,
                                     database=each.database)  # fmt: skip
                found[member.stage] = stage.model_copy(update={"verified": proof})
    task = a_task(*found.values())
    return task.model_copy(update={"verifications": {each.assembled.id: each for each in of}})


def plain(number: int, **how: object) -> Stage:
    return a_stage(number, verified=None, **how)  # type: ignore[arg-type]


def test_all_of_them_may_leave_and_are_suggested_as_one_group() -> None:
    task = a_joint_task(plain(1), plain(2), plain(3), of=(verified_together(1, 2, 3),))
    assert codes(task) == {1: [], 2: [], 3: []}
    standings = judge_stages(task, stale={})
    assert {one.together for one in standings.values()} == {((1, 2, 3),)}
    assert suggest_groups(standings, ()).groups == ((1, 2, 3),)


def test_one_that_may_not_leave_keeps_the_others_here() -> None:
    task = a_joint_task(plain(1), plain(2), plain(3, after=(1,)), of=(verified_together(1, 2, 3),))
    assert codes(task, {2: "rewritten"}) == {
        1: ["verified-together"], 2: ["stale-history"], 3: ["dependency-missing", "verified-together"],
    }  # fmt: skip


def test_one_that_has_left_keeps_nobody() -> None:
    task = a_joint_task(a_stage(1, landed=True), plain(2), of=(verified_together(1, 2),))
    assert codes(task) == {1: ["landed"], 2: []}
    assert suggest_groups(judge_stages(task, stale={}), ()).groups == ((2,),)


def test_the_smaller_group_will_do() -> None:
    task = a_joint_task(plain(1), plain(2), plain(3), of=(verified_together(1, 2), verified_together(1, 2, 3)))
    assert codes(task, {3: "rewritten"}) == {1: [], 2: [], 3: ["stale-history"]}


def test_what_was_verified_by_itself_needs_no_company() -> None:
    task = a_joint_task(a_stage(1), plain(2), of=(verified_together(1, 2),))
    standings = judge_stages(task, stale={})
    assert (standings[1].together, standings[2].together) == ((), ((1, 2),))
    assert suggest_groups(standings, ()).groups == ((1, 2),)


def test_a_member_that_changed_makes_it_void_for_all() -> None:
    task = a_joint_task(plain(1), plain(2), of=(verified_together(1, 2, tree="9"),))
    assert codes(task) == {1: ["verification-stale"], 2: ["verification-stale"]}


def test_a_database_that_was_not_verified_keeps_all_of_them() -> None:
    task = a_joint_task(plain(1), plain(2), of=(verified_together(1, 2, database=False),))
    assert codes(task) == {1: ["database-unverified"], 2: ["database-unverified"]}


def test_a_conflict_ahead_splits_no_group_that_was_verified_together() -> None:
    task = a_joint_task(plain(1), plain(2), of=(verified_together(1, 2),))
    found = suggest_groups(judge_stages(task, stale={}), {frozenset((1, 2))})
    assert found.groups == ()
    assert {one.stage for one in found.left_out} == {1, 2}


@pytest.mark.parametrize(("companies", "present", "missing"), [
    ((), (1,), ()), (((1, 2),), (1, 2), ()), (((1, 2),), (1,), (2,)), (((1, 2, 3), (1, 2)), (1, 2), ()),
    (((1, 2, 3), (1, 4)), (1,), (4,)),
])  # fmt: skip
def test_who_is_missing(
    companies: tuple[tuple[int, ...], ...], present: tuple[int, ...], missing: tuple[int, ...]
) -> None:
    assert missing_members(companies, present) == missing


def test_another_tree_that_leaves_is_told() -> None:
    task = a_joint_task(plain(1), plain(2), of=(verified_together(1, 2),))
    (relied,) = list_relied(task, (1, 2))
    assert other_tree_sentence(relied, "e" * 40) is None
    assert "not verified as a whole" in str(other_tree_sentence(relied, "7" * 40))
    assert list_relied(a_joint_task(a_stage(1), plain(2), of=(verified_together(1, 2),)), (1,)) == []
