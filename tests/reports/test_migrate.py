"""Reports of older layouts come into today's with every word they had."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okstra_git.documents.markdown import parse_document
from okstra_git.reports.clarifications import check_clarifications, list_clarifications
from okstra_git.reports.migrate import is_older, migrate_report

OLDER = """---
task: shop:web:login
task-type: implementation-planning
---

# Final report

## 1. Cross-worker Verification

### 1.1 Consensus

| ID | Finding |
|---|---|
| C-001 | Sessions end too early |

### 1.2 Differences

None.

## 2. Final Verdict

| Verdict Token | Direction | Next Step |
|---|---|---|
| accepted | proceed | Approve the plan. |

## 3. Evidence

### 3.1 Primary Evidence

See §5 for what is open.

## 4.5 Implementation Plan Deliverables

### 4.5.1 Approach

Keep `session.py`.

### Stage Map

| Stage | Title | Depends on |
|---|---|---|
| 1 | store | (none) |

## 5. Clarification Items

### 5.1 Items

| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |
|---|---|---|---|---|---|---|---|
| C-001 | 8852 | decision | Which \\| browsers? | One of: a, b | approval | open | |

## 6. Recommended Next Steps

1. Approve the plan.

## 7. Follow-up Tasks (후속 작업)

- 후속 작업 없음.
"""

SPLIT = """# Final report

## 2. Final Verdict

| Verdict Token | Direction |
|---|---|
| blocked | hold |

## 5. Clarification

### 5.1 추가 자료 요청

| # | 자료 | 형식 |
|---|---|---|
| 1 | The log of Monday | a path |

### 5.2 사용자 확인 질문

| # | 질문 | 형식 |
|---|---|---|
| 1 | Which browsers? | a or b |

A remark below the tables.

### 5.3 How it was asked

By mail.
"""


def titles(text: str) -> list[str]:
    """The headings of the second level as they are written."""
    return [section.raw for section in parse_document(text).sections if section.level == 2]


def test_chapters_come_into_todays_order_with_todays_numbers() -> None:
    migrated = migrate_report(OLDER)
    assert migrated is not None
    assert titles(migrated.text) == [
        "Verdict Card",
        "1. Clarification Items",
        "2. Evidence",
        "3. Recommended Next Steps",
        "4. Follow-up Tasks (후속 작업)",
        "5.5 Implementation Plan Deliverables",
        "6. Cross-worker Verification",
        "7. Final Verdict",
    ]
    inner = [section.raw for section in parse_document(migrated.text).sections if section.level == 3]
    assert inner == ["2.1 Primary Evidence", "5.5.1 Approach", "Stage Map", "6.1 Consensus", "6.2 Differences"]


def test_the_card_says_what_the_verdict_says() -> None:
    migrated = migrate_report(OLDER)
    assert migrated is not None
    card = parse_document(migrated.text).find("Verdict Card")
    assert card is not None
    assert card.tables[0].rows[0].cells == ("accepted", "proceed", "Approve the plan.")


def test_a_table_of_eight_columns_stays_byte_for_byte() -> None:
    migrated = migrate_report(OLDER)
    assert migrated is not None
    row = next(line for line in OLDER.splitlines() if line.startswith("| C-001 | 8852"))
    assert row in migrated.text.splitlines()


def test_lines_that_name_a_section_are_listed_for_a_person() -> None:
    migrated = migrate_report(OLDER)
    assert migrated is not None
    assert [migrated.text.splitlines()[at - 1] for at in migrated.references] == ["See §5 for what is open."]


def test_two_tables_of_questions_become_one_with_ids_and_kinds() -> None:
    migrated = migrate_report(SPLIT)
    assert migrated is not None
    document = parse_document(migrated.text)
    rows = list_clarifications(document)
    assert [(row.kind, row.answer, row.status) for row in rows] == [("material", "", "open"), ("decision", "", "open")]
    assert [row.id for row in rows] == ["C-001", "C-002"]
    assert check_clarifications(document) == []
    assert "A remark below the tables.\n\n### 1.3 How it was asked\n\nBy mail." in migrated.text


@pytest.mark.parametrize("text", [OLDER, SPLIT])
def test_every_word_of_the_original_is_still_there(text: str) -> None:
    migrated = migrate_report(text)
    assert migrated is not None
    before, after = (Counter(re.findall(r"[^\W\d_]{2,}", each)) for each in (text, migrated.text))
    headings = set(re.findall(r"[^\W\d_]{2,}", " ".join(line for line in text.splitlines() if line[:1] in "#|")))
    assert {word for word in before - after if word not in headings} == set()


@pytest.mark.parametrize("text", [OLDER, SPLIT])
def test_a_migrated_report_is_not_migrated_again(text: str) -> None:
    migrated = migrate_report(text)
    assert migrated is not None
    assert not is_older(parse_document(migrated.text))
    assert migrate_report(migrated.text) is None


def test_line_ends_and_byte_order_mark_stay() -> None:
    migrated = migrate_report("\ufeff" + OLDER.replace("\n", "\r\n"))
    assert migrated is not None
    assert migrated.text.startswith("\ufeff---\r\n")
    assert "\n" not in migrated.text.replace("\r\n", "")


def test_current_reports_and_other_documents_are_left_alone() -> None:
    assert migrate_report("# Hello\n\ntext\n") is None
    assert migrate_report("## 1. Clarification Items\n\n## 7. Final Verdict\n") is None
    assert migrate_report("") is None


LINES = st.sampled_from([
    "## 1. Cross-worker Verification", "## 2. Final Verdict", "## 5. Clarification Items", "### 5.1 Items",
    "## 6. Recommended Next Steps", "## 4.5 Plan", "## Notes", "| ID | Statement |", "|---|---|", "| C-001 | a |",
    "```", "<!--", "1. step", "text", "", "===", "Setext", "## 7. Follow-up Tasks", "- [ ] Approved", "> ## 2. quoted",
])  # fmt: skip


@given(st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=40))
def test_any_text_is_migrated_or_left_alone(lines: list[str]) -> None:
    text = "\n".join(lines)
    migrated = migrate_report(text)
    if migrated is not None:
        words = Counter(re.findall(r"[^\W\d_]{3,}", text))
        assert {word for word in words if word not in migrated.text} <= set(re.findall(r"[^\W\d_]{3,}", _frames(text)))


def _frames(text: str) -> str:
    """The lines that may go: headings and table lines, whose words may be replaced by today's."""
    return "\n".join(line for line in text.splitlines() if "#" in line or "|" in line or set(line.strip()) <= {"="})
