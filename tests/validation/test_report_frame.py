"""A valid report broken in one way breaks one rule."""

from dataclasses import replace

import pytest

from okstra_git.validation.report_frame import RULES
from okstra_git.validation.rule import apply_rules
from okstra_git.validation.run_documents import RunDocuments, TextFile
from tests.records.test_report_data import sample

REPORT = """---
task: shop:web:login
task-type: release-handoff
run: 01J9ZK
---
# Final report

## Verdict Card

| Verdict Token | Direction | Next Step |
|---|---|---|
| accepted | proceed | Wait for the review. |

## 3. Recommended Next Steps

1. Wait for the review.

## 7. Final Verdict

| Verdict Token | Direction | Next Step |
|---|---|---|
| accepted | proceed | Wait for the review. |
"""


def documents(text: str = REPORT) -> RunDocuments:
    """A run of a handoff with this report and its data."""
    from okstra_git.records.report.data import parse_report_data

    data = parse_report_data(sample())
    assert not isinstance(data, list)
    return RunDocuments(
        "01J9ZK", "shop:web:login", "release-handoff", report=TextFile("r.md", text), report_path="r.md",
        data_path="r.data.json", data=data,
    )  # fmt: skip


def broken(changed: RunDocuments) -> set[str]:
    """The ids of the rules that are broken."""
    return {finding.rule.id for finding in apply_rules(RULES, changed)}


def test_a_valid_report_breaks_nothing() -> None:
    assert broken(documents()) == set()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("| accepted | proceed | Wait for the review. |", "| accepted | hold | Wait for the review. |", "report.card"),
        ("1. Wait for the review.", "1. Go.", "report.card"),
        ("## Verdict Card", "## Card", "report.card"),
        ("| accepted | proceed |", "| fine | proceed |", "report.verdict"),
        ("## 7. Final Verdict", "## 7. Verdict", "report.verdict"),
        ("## 7. Final Verdict", "## 0. Reading Confirmation\n\n## 7. Final Verdict", "report.heading"),
        ("## 7. Final Verdict", "## 9.9 Open Questions\n\n## 7. Final Verdict", "report.heading"),
        ("run: 01J9ZK", "run: 01J9ZZ", "report.run"),
        ("task-type: release-handoff", "task-type: implementation", "report.run"),
    ],
)
def test_one_break_breaks_one_rule(old: str, new: str, rule: str) -> None:
    text = REPORT.replace(old, new) if rule == "report.verdict" else REPORT.replace(old, new, 1)
    assert broken(documents(text)) == {rule}


def test_what_is_missing_is_said() -> None:
    assert broken(replace(documents(), report=None)) == {"report.missing"}
    assert broken(replace(documents(), data=None)) == {"report.data-missing"}


def test_remedies_name_the_files_quoted_for_a_shell() -> None:
    (finding,) = apply_rules(RULES, replace(documents(), data=None, data_path="a b.json", run="01J9ZK"))
    assert finding.hint == "okstra report new --run 01J9ZK"
    (finding,) = apply_rules(RULES, replace(documents(REPORT.replace("1. Wait", "1. Do")), data_path="a b.json"))
    assert "'a b.json'" in finding.hint
