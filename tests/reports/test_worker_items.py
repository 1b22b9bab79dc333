"""Items of a worker's result: every form in which an id may stand, and items that have none."""

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.reports.worker_items import read_items

RESULT = """\
---
worker: codex-worker
---
# Result

## 1. Findings

{body}

## 2. Missing information

- [M-001] The log of last week.
"""


def items(body: str) -> list[tuple[str, str]]:
    read = read_items(parse_document(RESULT.format(body=body)), "codex")
    return [(item.id, item.text) for item in read.items]


def flaws(body: str) -> list[tuple[str, int]]:
    read = read_items(parse_document(RESULT.format(body=body)), "codex")
    return [(flaw.code, flaw.line) for flaw in read.flaws]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("| ID | Ticket ID | Finding |\n|---|---|---|\n| F-001 | A-1 | lost \\| found |", [("F-001", "lost | found")]),
        ("| ID | Finding |\n|---|---|\n| `1.2` | lost |", [("1.2", "lost")]),
        ("- [F-001] lost", [("F-001", "lost")]),
        ("- [TICKETID: A-1] [F-1] lost", [("F-1", "lost")]),
        ("- [F-1] [TICKETID: A-1, B-2] lost", [("F-1", "lost")]),
        ("- **[F-9]** lost", [("F-9", "lost")]),
        ("- F-3: lost", [("F-3", "lost")]),
        ("- 1.1 lost\n- 1.2 found", [("1.1", "lost"), ("1.2", "found")]),
        ("1. [F-1] lost\n2. [F-2] found", [("F-1", "lost"), ("F-2", "found")]),
        ("### 1.1 The session\n\nIt is lost.", [("1.1", "The session: It is lost.")]),
        ("### F-20: The session\n\n- src/a.py:1", [("F-20", "The session")]),
        ("### 1.1 The session\n\n- [F-1] lost", [("F-1", "lost")]),
        ("- [F-1] lost\n  - src/a.py:1\n  - and more", [("F-1", "lost")]),
        ("- none", []),
        ("| ID | Finding |\n|---|---|\n| none | |", []),
    ],
)
def test_an_id_may_stand_in_many_forms(body: str, expected: list[tuple[str, str]]) -> None:
    assert items(body) == expected
    assert flaws(body) == []


def test_only_the_findings_are_discussed_unless_other_sections_are_named() -> None:
    document = parse_document(RESULT.format(body="- [F-1] lost"))
    assert [item.pair for item in read_items(document, "codex").items] == ["codex:F-1"]
    assert [item.pair for item in read_items(document, "codex", sections=(2,)).items] == ["codex:M-001"]


def test_an_item_without_an_id_or_with_one_that_is_taken_is_reported_by_its_line() -> None:
    body = "- [F-1] lost\n- found\n- [f-1] again\n\n| ID | Finding |\n|---|---|\n| | empty |"
    assert items(body) == [("F-1", "lost")]
    assert flaws(body) == [("item.no-id", 9), ("item.duplicate", 10), ("item.no-id", 14)]


@pytest.mark.parametrize("text", ["", "no heading at all", "## 2. Other\n\n- [F-1] x", "# 1\n" * 3])
def test_a_result_without_findings_has_no_items(text: str) -> None:
    assert read_items(parse_document(text), "codex").items == ()
