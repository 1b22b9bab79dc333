"""Reports that nobody would write (older layouts, tables in odd places, any text at all) stop no reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.contract import CLARIFICATION_COLUMNS
from okstra_git.documents.markdown import parse_document
from okstra_git.errors import OkstraError
from okstra_git.reports.answering import answered_text, carried_rows, line_changes
from okstra_git.reports.clarifications import check_clarifications, list_clarifications
from okstra_git.reports.user_response import Meant, list_problems, read_response

HEADER = f"| {' | '.join(CLARIFICATION_COLUMNS)} |\n|{'---|' * 8}\n"
ROW = "| C-001 | T | decision | Keep it? | yes/no | none | open | |\n"

OLDER = """\
# Report

## 1. Consensus

| ID | Finding |
|---|---|
| C-001 | not a question |

## 5. Clarification Items

### 5.1 추가 자료 요청

| ID | 요청 자료 | 형식 | 상태 | 답변 |
|---|---|---|---|---|
| C-001 | the log | path | open | |

### 5.2 사용자 확인 질문 (Questions for the User)

| ID | Question | Expected answer | Blocks | User answer |
|---|---|---|---|---|
| C-002 | Keep it? | yes/no | next-phase | yes |
"""


@pytest.mark.parametrize("without", ["", "## 5. Clarification Items\n\n"])
def test_two_tables_of_an_older_report_are_read_as_one(without: str) -> None:
    rows = list_clarifications(parse_document(OLDER.replace(without, "") if without else OLDER))
    assert [(row.id, row.kind, row.statement, row.expected, row.state, row.answer) for row in rows] == [
        ("C-001", "material", "the log", "path", "open", ""),
        ("C-002", "decision", "Keep it?", "yes/no", "answered", "yes"),
    ]
    assert rows[1].blocks == "next-phase"


@pytest.mark.parametrize("heading", ["## 1.1 추가 자료 요청", "### 5.1 Additional Material Requests"])
def test_a_removed_heading_gives_its_rows_their_kind(heading: str) -> None:
    (row,) = list_clarifications(parse_document(f"{heading}\n\n| ID | Material | Answer |\n|-|-|-|\n| C-001 | a | |\n"))
    assert (row.kind, row.is_unanswered) == ("material", True)


def test_a_row_of_an_older_report_is_answered_where_it_stands() -> None:
    after = answered_text(OLDER, {"C-001": "logs/a.txt", "C-002": "no"})
    assert after == OLDER.replace("| path | open | |", "| path | answered | logs/a.txt |").replace(
        "| next-phase | yes |", "| next-phase | no |"
    )
    assert line_changes(OLDER, after) == [
        "@@ -15 +15 @@",
        "-| C-001 | the log | path | open | |",
        "+| C-001 | the log | path | answered | logs/a.txt |",
        "@@ -21 +21 @@",
        "-| C-002 | Keep it? | yes/no | next-phase | yes |",
        "+| C-002 | Keep it? | yes/no | next-phase | no |",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"## 1. Clarification Items\n\n```\n{HEADER}{ROW}```\n",
        f"## 1. Clarification Items\n\n<!--\n{HEADER}{ROW}-->\n",
        f"```\n## 1. Clarification Items\n```\n\n{HEADER}{ROW}",
        f"## 2. Evidence\n\n{HEADER}{ROW}",
    ],
)
def test_a_table_that_is_only_shown_asks_nothing(text: str) -> None:
    assert list_clarifications(parse_document(text)) == ()


def test_two_rows_with_one_id_are_found() -> None:
    (flaw,) = check_clarifications(parse_document(f"## 1. Clarification Items\n\n{HEADER}{ROW}{ROW}"))
    assert (flaw.code, flaw.line) == ("clarification.repeated", 6)


LINES = st.sampled_from(
    [
        "## 1. Clarification Items", "### 5.2 사용자 확인 질문", "# x",
        "", "```", "~~~", "<!--", "-->", "> ", "- ", "    ",
        "| ID | Status | User input |", "|---|---|---|", "|:-:|-|", "| C-001 | open | |", "| C-001 | answered | x",
        "C-002 | open", "| `C-003 | a` | `b | open |", "| **C-004** | _open_ | \u202e\u05d0 |", "|", "||||", "\\|\\|",
        "---", "\ufeff", "\u2028", "\x0b", "<b>", "&#124;",
    ]
)  # fmt: skip
REPORT = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=25).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@given(REPORT | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_any_text_is_read_and_only_answered_rows_change(text: str) -> None:
    document = parse_document(text)
    check_clarifications(document)
    assert len(carried_rows(document)) == len(list_clarifications(document))
    assert answered_text(text, {}) == text
    assert list_problems(read_response(text.encode(), name="f"), document, Meant(None, None, "r")) is not None
    try:
        edited = answered_text(text, {"C-001": "a | `b|c`", "C-002": "2", "C-003": "", "C-004": "x"})
    except OkstraError:  # a row with a status that there is not, or without a place for an answer
        return
    rows = list_clarifications(parse_document(edited))
    assert [row.answer for row in rows if row.id == "C-001"] == ["a | `b|c`" for row in rows if row.id == "C-001"]
    assert bool(line_changes(text, edited)) == (edited != text)
