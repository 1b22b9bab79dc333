"""Answers: which status may follow on which, what a row takes, and that nothing but its cells changes in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.contract import CLARIFICATION_COLUMNS, CLARIFICATION_STATUSES
from okstra_git.documents.markdown import parse_document
from okstra_git.reports.answering import (
    PERSON,
    RUN,
    CarriedAnswer,
    QuestionIndex,
    answered_rows,
    answered_text,
    carried_rows,
    is_choice,
    list_choices,
    require_transition,
    require_words,
)
from okstra_git.reports.cells import joined
from okstra_git.reports.clarifications import Clarification, list_clarifications
from tests.kit.refusals import refuses

HEADER = f"| {' | '.join(CLARIFICATION_COLUMNS)} |\n|{'---|' * len(CLARIFICATION_COLUMNS)}\n"
TWO = (
    "# R\n\n## 1. Clarification Items\n\n"
    + HEADER
    + "| C-001 | T | decision | Keep it? | yes/no | next-phase | open | |\n"
    "| C-002 | T | data-point | How many? | number | none | answered | 3 |\n"
)


def row(*, kind: str = "decision", status: str = "open", answer: str = "") -> Clarification:
    return Clarification("C-001", "T", kind, "Why?", "", "none", status, answer, 7)


# --- statuses

LEGAL = {
    PERSON: {("open", "answered"), ("open", "open"), ("answered", "answered"), ("answered", "open")},
    RUN: {(before, after) for before in ("open", "answered") for after in ("resolved", "obsolete")},
}


@pytest.mark.parametrize("by", [PERSON, RUN])
@pytest.mark.parametrize("before", CLARIFICATION_STATUSES)
@pytest.mark.parametrize("after", CLARIFICATION_STATUSES)
def test_every_step_from_one_status_to_another(before: str, after: str, by: str) -> None:
    if (before, after) in LEGAL[by]:
        require_transition(row(status=before), after, by=by)
    elif before in ("resolved", "obsolete"):
        with refuses("clarification.settled"):
            require_transition(row(status=before), after, by=by)
    else:
        with refuses("clarification.not-yours"):
            require_transition(row(status=before), after, by=by)


def test_a_status_that_there_is_not_is_named_with_its_line() -> None:
    with refuses("clarification.bad-status", match="'waiting'") as caught:
        require_transition(row(status="waiting"), "answered", by=PERSON)
    assert "line 7" in caught.value.hint


# --- words


def test_what_a_row_takes() -> None:
    assert require_words(row(), " a\n\n b ") == "a / b"
    for kind, words in (("decision", "  \n"), ("decision", "a\0b"), ("data-point", "1\n2"), ("decision", "x" * 20_001)):
        with refuses("answer.refused"):
            require_words(row(kind=kind), words)


@pytest.mark.parametrize(
    ("expected", "choices"),
    [
        ("yes/no. Recommended: yes — safe; Alternatives: no", ("yes", "no")),
        ("Yes or no", ("yes", "no")),
        ("one of: `keep`, `drop` or `ask later`. Recommended: keep", ("keep", "drop", "ask later")),
        ("choose one of A / B", ("A", "B")),
        ("a number of minutes", ()),
        ("Recommended: yes or no", ()),
    ],
)
def test_choices_of_an_expected_form(expected: str, choices: tuple[str, ...]) -> None:
    assert list_choices(expected) == choices


def test_an_answer_may_begin_with_a_choice_and_go_on() -> None:
    assert is_choice("Yes, until June", ("yes", "no"))
    assert not is_choice("yesterday", ("yes", "no"))


# --- the file


def test_an_answer_changes_two_cells_and_nothing_else() -> None:
    after = answered_text(TWO, {"c-001": "yes"})
    assert after == TWO.replace("next-phase | open | |", "next-phase | answered | yes |")
    assert answered_text(after, {"C-001": ""}) == TWO
    assert answered_text(TWO, {"C-002": "3"}) == TWO


def test_an_answer_whose_status_was_left_at_open_is_an_answer() -> None:
    (first, _) = list_clarifications(parse_document(TWO.replace("| open | |", "| open | yes |")))
    assert (first.is_unanswered, first.is_open) == (False, True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("status | id | blocks | USER INPUT\n-|-|-|-\nopen | C-001 | none |\n", "| answered | C-001 | none | x |\n"),
        ("ID | Status | User input\n--|--|--\nC-001", "C-001 | answered | x |"),
        ("| ID | Question | Answer |\r\n|--|--|--|\r\n| C-001 | why | |  \r\n", "| C-001 | why | x |  \r\n"),
        ("> | ID | Status | User input |\n> |-|-|-|\n> | C-001 | open | |\n", "> | C-001 | answered | x |\n"),
        (
            "| ID | Statement | Status | User input |\n|-|-|-|-|\n|C-001|`a|b`|open||\n",
            "|C-001|`a|b`| answered | x |\n",
        ),
    ],
)
def test_tables_of_any_form_are_answered(before: str, after: str) -> None:
    text = "# R\n\n## 5. Clarification Items\n\n" + before
    edited = answered_text(text, {"C-001": "x"})
    head = text[: len(text) - len(text.splitlines(keepends=True)[-1])]
    assert edited == head + after
    assert list_clarifications(parse_document(edited))[0].answer == "x"


def test_a_table_without_a_column_for_answers_is_refused() -> None:
    with refuses("clarification.no-column"):
        answered_text("## 1. Clarification Items\n\n| ID | Status |\n|-|-|\n| C-001 | open |\n", {"C-001": "x"})


CELL = st.text(st.sampled_from("ab \\`*_<&;[é한א\u202e"), max_size=8).map(lambda text: text.replace("\\", "\\\\ "))
END = st.sampled_from(["\n", "\r\n", "\r"])
SIDE = st.sampled_from(["", " ", "  ", "\t"])


@st.composite
def reports(draw: st.DrawFn) -> tuple[str, int]:
    """A report with a table of odd looks, and how many rows it has; columns in any order, cells missing at the end."""
    end, count = draw(END), draw(st.integers(1, 4))
    order = draw(st.permutations(range(8)))
    lines = [draw(st.sampled_from(["# R", "\ufeff# R", "", "text | text"])), "", "## 7.2 clarification items", ""]
    lines += ["|" + "|".join(CLARIFICATION_COLUMNS[at] for at in order) + "|", "|" + "---|" * 8]
    for number in range(1, count + 1):
        values = {0: f"C-{number:03}", 6: draw(st.sampled_from(["open", "answered", "Open"]))}
        cells = [draw(SIDE) + values.get(at, draw(CELL)) + draw(SIDE) for at in order]
        keep = max(order.index(0), order.index(6)) + 1
        cells = cells[: draw(st.integers(keep, 8))]
        lines.append("|" + "|".join(cells) + draw(st.sampled_from(["|", "|  ", "", " "])))
    lines += draw(st.sampled_from([[], [""], ["", "after | it", "C-001 | C-002", "```", "| C-001 |"]]))
    return end.join(lines), count


@given(reports(), st.data())
def test_what_is_answered_is_read_back_and_all_else_is_the_same_bytes(
    given: tuple[str, int], data: st.DataObject
) -> None:
    text, count = given
    before = list_clarifications(parse_document(text))
    assert [row.id for row in before] == [f"C-{number:03}" for number in range(1, count + 1)]
    ids = data.draw(st.lists(st.sampled_from([row.id for row in before]), min_size=1, unique=True))
    answers = {id: data.draw(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))) for id in ids}
    edited = answered_text(text, answers)
    after = list_clarifications(parse_document(edited))
    assert answered_rows(text, edited) == after
    for old, new in zip(before, after, strict=True):
        expected = joined(answers[old.id]) if old.id in answers else old.answer
        assert new.answer == expected
        assert (old.id, old.ticket, old.kind, old.statement, old.blocks, old.line) == (
            new.id, new.ticket, new.kind, new.statement, new.blocks, new.line)  # fmt: skip
        if old.id in answers:
            assert new.status.casefold() == ("answered" if expected else "open")
    touched = {row.line for row in before if row.id in answers}
    pairs = zip(_lines(text), _lines(edited), strict=True)
    assert all(one == other for number, (one, other) in enumerate(pairs, 1) if number not in touched)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if "\r" not in text else text.split("\r")


# --- carried on


def test_every_row_is_carried_into_the_next_report_blank_ones_too() -> None:
    settled = TWO + "| C-003 | T | decision | Old? | | none | resolved | no |\n"
    assert carried_rows(parse_document(settled)) == (
        CarriedAnswer("C-001", "", "open", True),
        CarriedAnswer("C-002", "3", "answered", False),
        CarriedAnswer("C-003", "no", "resolved", False),
    )


def test_a_question_is_found_by_its_id_in_any_case() -> None:
    questions = QuestionIndex.of(parse_document(TWO + TWO.splitlines(keepends=True)[-1]), "r.md")
    assert questions.require(" c-001 ").line == 7
    with refuses("clarification.ambiguous", match="lines 8, 9"):
        questions.require("C-002")
    with refuses("clarification.unknown") as caught:
        questions.require("C-009")
    assert caught.value.hint == "it asks C-001, C-002"
