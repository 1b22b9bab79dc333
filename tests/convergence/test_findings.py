"""Findings made of items: what says the same is one finding, directly or through others."""

import pytest

from okstra_git.convergence.findings import check_groups, group_items
from okstra_git.records.convergence import GroupedItems
from tests.convergence.sample import item

ITEMS = [item("claude:F-1", "lost"), item("claude:F-2"), item("codex:1.1", "dropped"), item("gemini:F-1")]


def groups(*named: str, statement: str = "") -> list[GroupedItems]:
    return [GroupedItems(statement=statement, items=tuple(each.split(","))) for each in named]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ([], [["claude:F-1"], ["claude:F-2"], ["codex:1.1"], ["gemini:F-1"]]),
        (["codex:1.1,claude:F-1"], [["claude:F-1", "codex:1.1"], ["claude:F-2"], ["gemini:F-1"]]),
        (["codex:1.1,claude:F-1", "gemini:F-1,codex:1.1"], [["claude:F-1", "codex:1.1", "gemini:F-1"], ["claude:F-2"]]),
        (["gemini:F-1,codex:1.1", "claude:F-1,codex:1.1"], [["claude:F-1", "codex:1.1", "gemini:F-1"], ["claude:F-2"]]),
        (["Claude: f-1,CODEX:1.1"], [["claude:F-1", "codex:1.1"], ["claude:F-2"], ["gemini:F-1"]]),
        (["claude:F-1,claude:F-2"], [["claude:F-1", "claude:F-2"], ["codex:1.1"], ["gemini:F-1"]]),
        (["claude:F-1"], [["claude:F-1"], ["claude:F-2"], ["codex:1.1"], ["gemini:F-1"]]),
    ],
)
def test_items_that_say_the_same_are_one_finding(named: list[str], expected: list[list[str]]) -> None:
    findings = group_items(ITEMS, groups(*named))
    assert [list(finding.items) for finding in findings] == expected
    assert [finding.id for finding in findings] == [each[0] for each in expected]
    for finding in findings:
        assert [stance.worker for stance in finding.stances] == list(
            dict.fromkeys(pair.partition(":")[0] for pair in finding.items)
        )


def test_a_finding_says_what_the_lead_or_its_first_item_says() -> None:
    assert group_items(ITEMS)[0].statement == "lost"
    assert group_items(ITEMS, groups("claude:F-1,codex:1.1", statement=" the session "))[0].statement == "the session"


def test_items_that_nobody_has_are_reported_with_the_nearest_one() -> None:
    (problem,) = check_groups(groups("claude:F-1,codex:1.2"), ITEMS)
    assert problem == ("findings[0].items[1]", "convergence.unknown-item", "'codex:1.2' is not an item of a result",
                       "did you mean codex:1.1?")  # fmt: skip
