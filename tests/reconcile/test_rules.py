"""Rules over several findings: what each proves alone may together be a person's question."""

from collections.abc import Callable

from okstra_git.reconcile.findings import Finding, FindingClass, ProvenRange, apply_rules
from okstra_git.records.stage import Author, MoveEvidence, RangeFingerprint

TREE = "0" * 40
EVIDENCE = MoveEvidence(old_base_tree=TREE, old_head_tree=TREE, new_base_tree=TREE, new_head_tree=TREE, judged_by="")
ADA = Author(name="Ada", email="ada@example.org", time=0)


def recorded(base: str, head: str) -> RangeFingerprint:
    """A range whose commits have letters for names, which no record that is read may have."""
    return RangeFingerprint.model_construct(
        head=head, head_tree="", base=base, base_tree="", parents=(base,), commits=1, author=ADA,
        subject="", delta="d0", delta_sum="50", path_count=1, paths_print="f0",
    )  # fmt: skip


def finding(stage: int, old: str, new: str | None = None, kind: FindingClass = "auto") -> Finding:
    """`base..head` before and, for a move, after."""
    moved = None
    if new:
        new_base, new_head = new.split("..")
        moved = ProvenRange(new_base, new_head, proof="replay", evidence=EVIDENCE)
    return Finding(stage, kind, recorded(*old.split("..")), "b", new=moved)


def kinds(*findings: Finding, line: str = "") -> list[str]:
    """Classes after the rules, in a history that is one line of commits, oldest first."""
    order = line.split()
    contains: Callable[[str, str], bool] = lambda tip, commit: order.index(commit) <= order.index(tip)  # noqa: E731
    return [ruled.kind for ruled in apply_rules(findings, contains)]


def test_stages_that_moved_as_they_stood_stay_proven() -> None:
    assert kinds(finding(1, "m..A", "n..A2"), finding(2, "A..B", "A2..B2"), line="n A2 B2") == ["auto", "auto"]


def test_two_stages_on_one_new_commit_are_asked_together() -> None:
    found = apply_rules([finding(1, "m..A", "n..S"), finding(2, "m..B", "n..S")], lambda *_: False)
    assert [(one.kind, one.together, one.new) for one in found] == [("confirm", (1, 2), None)] * 2
    assert [one.candidates[0].commit for one in found] == ["S", "S"]


def test_a_stage_never_moves_onto_a_commit_that_stands_for_another() -> None:
    assert kinds(finding(1, "m..A", kind="ok"), finding(2, "m..B", "m..A")) == ["ok", "confirm"]
    assert kinds(finding(1, "m..A", "m..Z", kind="restored"), finding(2, "m..B", "m..Z")) == ["confirm", "confirm"]


def test_a_question_does_not_hold_the_commit_it_was_recorded_by() -> None:
    assert kinds(finding(1, "m..A", kind="confirm"), finding(2, "m..B", "m..A")) == ["confirm", "auto"]


def test_stages_in_another_order_are_asked_also_where_two_stand_on_one() -> None:
    swapped = [finding(1, "m..A", "B2..A2"), finding(2, "A..B", "n..B2")]
    assert kinds(*swapped, line="n B2 A2") == ["confirm", "confirm"]
    three = [finding(1, "m..A", "B2..A2"), finding(2, "A..B", "n..B2"), finding(3, "A..C", "A2..C2")]
    assert kinds(*three, line="n B2 A2 C2") == ["confirm", "confirm", "auto"]
