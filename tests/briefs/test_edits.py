"""Edits of briefs: the one thing changes and no other, in briefs of every shape, or the edit is refused."""

import difflib

import pytest

from okstra_git.briefs.edits import add_addition, add_question, confirm, move_gate
from okstra_git.briefs.insertion import read_text
from okstra_git.briefs.rules import check_brief
from okstra_git.contract import AUGMENTATION_LABELS, REPORTER_GATES
from okstra_git.errors import OkstraError
from tests.kit.prepared import a_brief
from tests.kit.refusals import refuses

DAY = "2026-01-31"
ASKED = ("intent-check: for all?", "conversion-block: the whole table?")


def asked(gate: str = "pending") -> str:
    return a_brief(gate, questions=ASKED)


def changed_lines(before: str, after: str) -> list[str]:
    """`-` and `+` lines of the difference, in order."""
    lines = difflib.ndiff(before.split("\n"), after.split("\n"))
    return [line for line in lines if line[0] in "-+"]


# --- an answer


def test_the_first_answer_makes_its_section_and_the_gate_partial() -> None:
    found = confirm(asked(), 2, "Yes, for all.", DAY)
    assert found.id == "RC-1"
    assert changed_lines(asked(), found.text) == [
        "- reporter-confirmations: pending",
        "+ reporter-confirmations: partial",
        "- - intent-check: for all?",
        "+ - intent-check: for all? [CONFIRMED 2026-01-31 → RC-1]",
        "+ ## Reporter Confirmations",
        "+ ",
        "+ - RC-1: Yes, for all.",
        "+ ",
    ]
    assert found.text.endswith("table?\n\n## Reporter Confirmations\n\n- RC-1: Yes, for all.\n")


def test_the_last_answer_makes_the_gate_complete() -> None:
    first = confirm(asked(), 2, "Yes.", DAY).text
    second = confirm(first, 3, "No,\none column less.", "2026-02-01")
    assert changed_lines(first, second.text) == [
        "- reporter-confirmations: partial",
        "+ reporter-confirmations: complete",
        "- - conversion-block: the whole table?",
        "+ - conversion-block: the whole table? [CONFIRMED 2026-02-01 → RC-2]",
        "+ - RC-2: No,",
        "+   one column less.",
    ]
    assert read_text(second.text).answers == {"RC-1": "Yes.", "RC-2": "No,\none column less."}
    assert check_brief(read_text(second.text)) == []


def test_the_same_answer_again_changes_nothing_and_another_one_is_refused() -> None:
    text = confirm(asked(), 2, "Yes.", DAY).text
    assert confirm(text, 2, "Yes.", "2026-05-05").text == text
    with refuses("brief.answered") as refused:
        confirm(text, 2, "No.", DAY)
    assert refused.value.facts == {"question": 2, "line": 16, "id": "RC-1"}


def test_a_question_of_another_kind_leaves_the_gate_partial() -> None:
    assert read_text(confirm(asked("skipped"), 1, "All of them.", DAY).text).gate == "partial"


def test_a_brief_without_front_matter_gets_its_gate() -> None:
    text = "## Open Questions\n\n- intent-check: all?\n"
    edited = confirm(text, 1, "Yes.", DAY).text
    assert edited.startswith("---\nreporter-confirmations: complete\n---\n## Open Questions\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_stay(newline: str) -> None:
    text = "\ufeff" + asked().replace("\n", newline)
    edited = confirm(text, 2, "Yes,\nall.", DAY).text
    assert edited == "\ufeff" + confirm(asked(), 2, "Yes,\nall.", DAY).text.replace("\n", newline)


@pytest.mark.parametrize(
    ("row", "marked"),
    [
        ("- intent-check: all?", "- intent-check: all? {}"),
        ("* **intent-check:** all?  ", "* **intent-check:** all? {}"),
        ("1. [ ] intent-check: all,\n   or some?", "1. [ ] intent-check: all,\n   or some? {}"),
        ("- intent-check: all?\n\n  Or some?", "- intent-check: all?\n\n  Or some? {}"),
        ("- For Ada\n  - intent-check: all?", "- For Ada\n  - intent-check: all? {}"),
        ("intent-check: all?", "intent-check: all? {}"),
        ("words\nintent-check: all?\nmore words", "words\nintent-check: all? {}\nmore words"),
        ("> intent-check: all?", "> intent-check: all? {}"),
        ("| # | Q |\n|---|---|\n| 1 | intent-check: all? |", "| # | Q |\n|---|---|\n| 1 | intent-check: all? {} |"),
        ("| Q | Who |\n|---|---|\n| intent-check: a \\| b? | Ada |",
         "| Q | Who |\n|---|---|\n| intent-check: a \\| b? {} | Ada |"),
        ("Q | Who\n--|--\nintent-check: all? | Ada", "Q | Who\n--|--\nintent-check: all? {} | Ada"),
        ("- intent-check: all? [CONFIRMED 2020-01-01 → RC-1]", "- intent-check: all? {}"),
        ("- [CONFIRMED 2020-01-01 → Tom] intent-check: all?", "- {} intent-check: all?"),
        ("- intent-check: all?\n  [CONFIRMED then -> rc-1]", "- intent-check: all?\n  {}"),
        ("- intent-check:\n  ```verbatim\n  # all?\n  ```", "- intent-check: {}\n  ```verbatim\n  # all?\n  ```"),
        ("### For Ada\n\n- intent-check: all?", "### For Ada\n\n- intent-check: all? {}"),
    ],
)  # fmt: skip
def test_a_question_is_marked_where_it_stands(row: str, marked: str) -> None:
    text = f"## Open Questions\n\n{row}\n\n## Notes\n\n- RC-5: none\n"
    edited = confirm(text, 1, "Yes.", DAY).text
    assert marked.format(f"[CONFIRMED {DAY} → RC-1]") in edited
    assert edited.endswith("\n## Reporter Confirmations\n\n- RC-1: Yes.\n\n## Notes\n\n- RC-5: none\n")


@pytest.mark.parametrize(
    "written",
    ["- RC-1: yes", "* RC-1: yes\n\n* RC-2: no", "RC-1: yes", "| Id | Said |\n|---|---|\n| RC-1 | yes |",
     "### RC-1\n\nyes\n\n### RC-2: no", "<!-- - RC-1: the answer -->", "", "1. RC-1: yes\n   and so", "Words.",
     "- RC-1:\n  ```verbatim\n  # yes\n  ```"],
)  # fmt: skip
@pytest.mark.parametrize("answer", ["No.", "No,\nnot that.", "# No\n\n- RC-9: x\n\n```"])
def test_an_answer_is_added_to_whatever_the_section_holds(written: str, answer: str) -> None:
    text = f"## Open Questions\n\n- intent-check: all?\n\n## Reporter Confirmations\n\n{written}\n\n## Notes\n\nnone\n"
    before, found = read_text(text), confirm(text, 1, answer, DAY)
    after = read_text(found.text)
    assert after.answers == {**before.answers, found.id: answer}
    assert found.id == f"RC-{len(before.answers) + 1}"
    assert found.text.endswith("\n\n## Notes\n\nnone\n")
    assert [line for line in changed_lines(text, found.text) if line[0] == "-"] == ["- - intent-check: all?"]


@pytest.mark.parametrize(
    "answer",
    ["yes", "`x` and **y** and __init__.py", "a  \nb", "a\n\nb", "a\n   indented\n\tby a tab", "# heading", "- item",
     "---", "a\n---", "a\n===", "| a |\n|---|", "<!-- x -->", "<b>", "&amp; &#10;", "```", "~~~\n```", "> quoted",
     "RC-2: mine", "yes\nRC-2: mine", "[CONFIRMED 2026-01-31 → RC-1]", ": x", "- [ ] x", "[x]: y", "한글로,\n답합니다",
     "\\", "$HOME \"'`", "a\n\n    code", "a\x0cb\u2028c\x85d", "***", "1. one\n2. two", "a <!-- b"],
)  # fmt: skip
def test_an_answer_survives_word_for_word(answer: str) -> None:
    found = confirm(asked(), 2, answer, DAY)
    assert read_text(found.text).answers == {"RC-1": answer}
    assert confirm(found.text, 2, answer, DAY).text == found.text


@pytest.mark.parametrize(
    ("questions", "answers", "number", "wanted"),
    [
        (["general: a [CONFIRMED 2026-01-31 → RC-1]", "general: b"], "- RC-1: x", 2, "RC-2"),
        (["general: a [CONFIRMED 2026-01-31 → RC-2]", "general: b"], "- RC-1: x", 2, "RC-3"),
        (["general: a [CONFIRMED 2026-01-31 → RC-2]", "general: b"], "- RC-1: x", 1, "RC-2"),
        (["general: a [CONFIRMED 2026-01-31 → RC-7]", "general: b"], "- RC-1: x", 1, "RC-2"),
        (["general: a [CONFIRMED 2026-01-31 → RC-2]", "general: b [CONFIRMED 2026-01-31 → RC-2]"], "- RC-1: x", 1,
         "RC-3"),
        (["general: a"], "- RC-4: x", 1, "RC-5"),
    ],
)  # fmt: skip
def test_an_answer_gets_an_id_that_is_nobody_elses(
    questions: list[str], answers: str, number: int, wanted: str
) -> None:
    rows = "".join(f"- {row}\n" for row in questions)
    text = f"## Open Questions\n\n{rows}\n## Reporter Confirmations\n\n{answers}\n"
    found = confirm(text, number, "y", DAY)
    assert found.id == wanted
    assert [each.answer for each in read_text(found.text).questions].count(wanted) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"## Open Questions\n\n- general: why? [CONFIRMED {DAY} → RC-1]\n\n## Reporter Confirmations\n\n- RC-1:\n",
         "line 3 is marked with RC-1, which has no words in line 7"),
        ("## Augmentation\n\n### Open Questions\n\n- intent-check: why?\n",
         "the question in line 5 cannot be marked for sure"),
    ],
)  # fmt: skip
def test_what_cannot_be_edited_for_sure_is_refused_with_its_line(text: str, says: str) -> None:
    with refuses("brief.not-editable") as refused:
        confirm(text, 1, "because", DAY)
    assert refused.value.message == says
    assert "yourself" in refused.value.hint


# --- entries and rows


@pytest.mark.parametrize("label", AUGMENTATION_LABELS)
def test_an_entry_goes_behind_the_others_under_its_label(label: str) -> None:
    text = a_brief().replace("## Open", "## Augmentation\n\n- evidence-link: a log\n\n## Open")
    assert changed_lines(text, add_addition(text, label, "b and `c`")) == [f"+ - {label}: b and `c`"]


def test_a_missing_section_is_made_where_it_belongs() -> None:
    text = add_addition(a_brief(), "evidence-link", "a log")
    assert changed_lines(a_brief(), text) == ["+ ## Augmentation", "+ ", "+ - evidence-link: a log", "+ "]
    assert text.index("## Source Material") < text.index("## Augmentation") < text.index("## Open Questions")
    assert add_question("", "general:", "why?") == "## Open Questions\n\n- general: why?\n"


def test_a_row_does_not_run_into_the_heading_below_it() -> None:
    text = add_question("## Open Questions\nNotes\n=====\n", "general:", "why?")
    assert text == "## Open Questions\n\n- general: why?\n\nNotes\n=====\n"


def test_an_entry_that_is_more_than_a_paragraph_stands_in_a_fence() -> None:
    words = "a table:\n\n| a |\n|---|\n| b |"
    text = add_addition(a_brief(), "format-conversion", words)
    assert "- format-conversion:\n  ```verbatim\n  a table:\n\n  | a |\n  |---|\n  | b |\n  ```\n" in text
    assert [each.text for each in read_text(text).additions] == [words]


@pytest.mark.parametrize(
    "words",
    ["# why?", "a\n\n- general: b", "x [CONFIRMED 2026-01-31 → RC-1]", "<!-- x -->", "```", "a\n\nb", "a <!-- b --> c"],
)
def test_a_question_that_looks_like_something_else_is_one_question(words: str) -> None:
    text = add_question(a_brief(), "intent-check:", words)
    assert [(each.prefix, each.text, each.answer) for each in read_text(text).questions[1:]] == [
        ("intent-check:", words, "")
    ]
    assert read_text(confirm(text, 2, "y", DAY).text).questions[1].answer == "RC-1"


def test_a_question_for_the_reporter_opens_a_complete_brief_again() -> None:
    assert read_text(add_question(a_brief(), "intent-check:", "why?")).gate == "partial"
    assert read_text(add_question(a_brief(), "terminology:", "what?")).gate == "complete"
    assert read_text(add_question(a_brief("pending"), "intent-check:", "why?")).gate == "pending"


# --- the gate


@pytest.mark.parametrize("gate", REPORTER_GATES)
def test_the_gate_moves_by_hand_where_it_may(gate: str) -> None:
    if gate == "complete":
        with refuses("brief.gate-settled") as refused:
            move_gate(asked(), gate)
        assert refused.value.facts == {"lines": [16, 17]}
    else:
        assert read_text(move_gate(asked(), gate)).gate == gate
    assert read_text(move_gate(a_brief("pending"), gate)).gate == gate


@pytest.mark.parametrize(("gate", "questions"), [("pending", ()), ("pending", ASKED), ("skipped", ()), ("partial", ())])
def test_what_the_reporter_answered_is_not_taken_back(gate: str, questions: tuple[str, ...]) -> None:
    with refuses("brief.gate-settled"):
        move_gate(a_brief("complete", questions=questions), gate)


def test_complete_with_open_questions_may_still_be_skipped() -> None:
    assert read_text(move_gate(asked("complete"), "skipped")).gate == "skipped"


def test_front_matter_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(OkstraError) as refused:
        move_gate("---\nticket: [x\n---\n", "skipped")
    assert refused.value.code == "document.not-editable"
