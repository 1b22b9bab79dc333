"""What becomes of a verification when its stage follows rewritten history."""

from datetime import UTC, datetime

import pytest

from okstra_git.names import parse_task_key
from okstra_git.records import events as e
from okstra_git.records.handoff import Assembly, Member
from okstra_git.records.stage import Author, RangeFingerprint
from okstra_git.store.fold import fold_task

TASK = parse_task_key("shop:web:login")


def a_range(head: str, tree: str) -> RangeFingerprint:
    return RangeFingerprint(
        head=head * 40, head_tree=tree * 40, base="0" * 40, base_tree="f" * 40, parents=("0" * 40,), commits=1,
        author=Author(name="a", email="a@b", time=1), subject="A", delta="d", delta_sum="0", path_count=1,
        paths_print="f0",
    )  # fmt: skip


def events_of(*facts: e.AnyFact) -> list[e.Event]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        e.Event(id=f"{number:026d}", at=at, clock=number, seq=number, writer="0" * 26, fact=fact)
        for number, fact in enumerate(facts, start=1)
    ]


@pytest.mark.parametrize(
    ("new_tree", "said", "status"), [("1", False, "verified"), ("2", False, "done"), ("2", True, "verified")]
)
def test_it_stands_with_the_same_tree_or_where_the_move_says_so(new_tree: str, said: bool, status: str) -> None:
    task = fold_task(
        TASK,
        events_of(
            e.StageStarted(task=TASK, stage=1, branch="login", base="0" * 40),
            e.StageDone(task=TASK, stage=1, branch="login", range=a_range("a", "1")),
            e.StageVerified(task=TASK, stage=1, commit="a" * 40, tree="1" * 40),
            e.StageMoved(
                task=TASK, stage=1, old="a" * 40, range=a_range("b", new_tree), proof="replay", verified_carries=said
            ),
        ),
    )
    assert task.stages[1].status == status
    assert task.stages[1].verified is not None


def verified_together(tree: str = "1") -> e.GroupVerified:
    members = tuple(Member(stage=n, commit="a" * 40, tree=tree * 40, delta="d") for n in (1, 2))
    assembly = Assembly(stages=(1, 2), base_ref="main", base="0" * 40, commit="c" * 40, tree="e" * 40, members=members)
    return e.GroupVerified(task=TASK, assembled=assembly, run="0" * 26)


def done(number: int, tree: str = "1") -> e.StageDone:
    return e.StageDone(task=TASK, stage=number, branch=f"s{number}", range=a_range("a", tree))


def states(*facts: e.AnyFact) -> dict[int, str]:
    return {number: stage.status for number, stage in fold_task(TASK, events_of(*facts)).stages.items()}


def test_one_of_stages_together_stands_for_each_while_all_are_what_they_were() -> None:
    assert states(done(1), done(2), verified_together()) == {1: "verified", 2: "verified"}
    assert states(done(1), done(2), verified_together(), done(2, "2")) == {1: "done", 2: "done"}
    assert states(done(1), done(2), verified_together(), done(2, "2"), done(2)) == {1: "verified", 2: "verified"}


def test_one_of_a_stage_by_itself_is_kept_beside_one_of_stages_together() -> None:
    alone = e.StageVerified(task=TASK, stage=1, commit="a" * 40, tree="1" * 40)
    for facts in ((alone, verified_together()), (verified_together(), alone)):
        task = fold_task(TASK, events_of(done(1), done(2), *facts, done(2, "2")))
        assert {number: stage.status for number, stage in task.stages.items()} == {1: "verified", 2: "done"}


def test_one_of_a_stage_that_changed_gives_way() -> None:
    alone = e.StageVerified(task=TASK, stage=1, commit="a" * 40, tree="9" * 40)
    assert states(done(1), done(2), alone, verified_together()) == {1: "verified", 2: "verified"}


def test_a_rebase_carries_one_of_stages_together_nowhere() -> None:
    moved = e.StageMoved(task=TASK, stage=1, old="a" * 40, range=a_range("b", "2"), proof="replay",
                         verified_carries=True)  # fmt: skip
    assert states(done(1), done(2), verified_together(), moved) == {1: "done", 2: "done"}
