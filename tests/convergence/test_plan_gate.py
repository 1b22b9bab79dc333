"""The gate of a plan: its parts, the class of each, the four results, and the questions that are left."""

import pytest

from okstra_git.convergence.plan_gate import question_rows, verify_plan
from okstra_git.convergence.plan_items import fingerprint_parts, list_parts
from okstra_git.documents.markdown import parse_document
from okstra_git.plans.stage_map import parse_plan
from okstra_git.records.convergence import PlanBodyState, VerdictWord
from tests.convergence.sample import verdicts
from tests.kit.prepared import a_plan
from tests.kit.refusals import refuses

TEXT = a_plan({1: (), 2: (1,)}).replace(
    "## 5.5 Implementation Plan Deliverables\n",
    "## 5.5 Implementation Plan Deliverables\n\nKeep sessions in the store.\n\n- Cookies alone: too small.\n",
)
PARTS = list_parts(parse_plan(parse_document(TEXT)))
IDS = [part.id for part in PARTS]
EVERY = dict.fromkeys(IDS)


def verified(*against: set[str], links: dict[str, str] | None = None, used: tuple[str, ...] = ()) -> PlanBodyState:
    """One analyser for each set, which is what it disagrees with."""
    word: dict[bool, VerdictWord] = {True: "disagree", False: "agree"}
    said = {f"w{n}": {id: word[id in no] for id in IDS} for n, no in enumerate(against)}
    return verify_plan("R", "plan.md", PARTS, verdicts(**said), links=links or {}, used=used)


def test_every_part_has_an_id_by_stage_letter_and_number() -> None:
    assert [(part.id, part.text) for part in PARTS[:9]] == [
        ("P-0-A1", "Keep sessions in the store."),
        ("P-0-A2", "Cookies alone: too small."),
        ("P-1-D1", "nothing"),
        ("P-1-F1", "src/s1.py"),
        ("P-1-S1", "Write the failing test of part 1."),
        ("P-1-S2", "Make it pass."),
        ("P-1-V1", "python -m pytest tests/test_s1.py"),
        ("P-1-E1", "Part 1 works and is exported."),
        ("P-1-R1", "Revert the commits of stage 1."),
    ]
    assert PARTS[9].title == "Stage 2, Depends on: 1"


def test_a_changed_part_changes_the_fingerprint_and_spacing_does_not() -> None:
    def mark(text: str) -> str:
        return fingerprint_parts(list_parts(parse_plan(parse_document(text))))

    assert mark(TEXT.replace("Make it pass.", "Make  it\n   pass.")) == mark(TEXT)
    assert mark(TEXT.replace("Make it pass.", "Make it so.")) != mark(TEXT)


@pytest.mark.parametrize(
    ("against", "gate", "classification"),
    [
        ([set(), set()], "passed", "agree"),
        ([set()], "passed", "agree"),
        ([{"P-1-F1"}, set(), set()], "passed-with-dissent", "minority-disagree"),
        ([{"P-1-F1"}, set()], "passed-with-dissent", "minority-disagree"),  # a tie is no majority
        ([{"P-1-F1"}, {"P-1-F1"}, set(), set()], "passed-with-dissent", "minority-disagree"),
        ([{"P-1-F1"}, {"P-1-F1"}, set()], "blocked-by-disagreement", "majority-disagree"),
        ([{"P-1-F1"}], "blocked-by-disagreement", "majority-disagree"),  # the only one
        ([{"P-1-F1"}, {"P-1-F1"}], "blocked-by-disagreement", "majority-disagree"),
    ],
)
def test_the_gate_is_counted(against: list[set[str]], gate: str, classification: str) -> None:
    state = verified(*against)
    assert state.gate == gate
    assert {item.id: item.classification for item in state.items} == {
        **dict.fromkeys(IDS, "agree"),
        "P-1-F1": classification,
    }
    assert len(state.dissent) == sum(map(len, against))


def test_without_an_answer_nothing_was_verified_and_nothing_is_asked() -> None:
    state = verified()
    assert (state.gate, state.items, state.dissent, question_rows(state)) == ("aborted-non-result", (), (), [])


def test_a_majority_against_a_part_asks_one_question_about_it() -> None:
    state = verified({"P-1-F1", "P-2-R1"}, {"P-1-F1", "P-2-R1"}, used=("C-001", "C-004"))
    assert {item.id: item.clarification for item in state.items if item.clarification} == {
        "P-1-F1": "C-005",
        "P-2-R1": "C-006",
    }
    row = question_rows(state)[0]
    assert (row.id, row.blocks, row.status, row.kind) == ("C-005", "approval", "open", "decision")
    assert "P-1-F1" in row.statement
    assert "w0: w0 says so; w1: w1 says so" in row.statement


def test_a_part_keeps_its_question() -> None:
    kept = {"P-2-R1": "C-003"}
    state = verified({"P-1-F1", "P-2-R1"}, links=kept, used=("C-003",))
    assert {item.id: item.clarification for item in state.items if item.clarification} == {
        "P-1-F1": "C-004",
        "P-2-R1": "C-003",
    }


def test_more_questions_than_numbers_are_refused() -> None:
    with refuses("convergence.too-many"):
        verified({"P-1-F1"}, used=("C-999",))
