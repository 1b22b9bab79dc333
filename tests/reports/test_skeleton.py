"""What a report begins with has every key, and is whole once its gaps are filled in."""

import re
from typing import Any

import pytest

from okstra_git.phases import PHASES
from okstra_git.records.report.data import parse_report_data
from okstra_git.reports.skeleton import new_report_data

KNOWN: dict[str, Any] = {
    "taskKey": "shop:web:login",
    "runId": "01J9ZK",
    "nonce": "0c70",
    "seq": "001",
    "stage": None,
    "language": "en",
    "title": "",
    "carriedIn": None,
    "reporterConfirmation": None,
    "roundHistory": [],
    "round2SkippedReason": None,
    "finalClassificationCounts": {},
    "ticketCoverage": {"omit": True},
}
MORE: dict[str, dict[str, Any]] = {
    "final-verification": {"verificationScope": "whole-task"},
    "implementation-planning": {"deliverable": {"planVerification": None}},
    "release-handoff": {},
}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def filled(value: Any, key: str = "") -> Any:
    """The value with every gap filled in: the first of several words, a number, a truth."""
    if isinstance(value, dict):
        return {name: filled(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, key) for inner in value]
    if key == "commit":
        return COMMIT
    if value is None:
        return {"autoSpawn": False, "held": True, "needed": False, "number": 1, "priority": 1}.get(key, _absent(key))
    match = re.fullmatch(r"<([^|<>]*)( \|.*)?>", value) if isinstance(value, str) else None
    return match[1] if match else value


def _absent(key: str) -> Any:
    return 0 if key == "exitCode" else 1 if key == "dependsOn" or key == "stages" else None


@pytest.mark.parametrize("task_type", list(PHASES))
def test_a_filled_in_skeleton_is_data_of_its_type(task_type: str) -> None:
    data = new_report_data(task_type, KNOWN | MORE.get(task_type, {}), ticket="8852")
    whole = filled(data)
    result = parse_report_data(whole)
    assert not isinstance(result, list), result


@pytest.mark.parametrize("task_type", list(PHASES))
def test_gaps_are_no_data(task_type: str) -> None:
    data = new_report_data(task_type, KNOWN | MORE.get(task_type, {}), ticket="8852")
    problems = parse_report_data(data)
    assert isinstance(problems, list)
    assert {"verdict.token", "verdict.direction"} <= {problem.path for problem in problems}
    assert not [problem for problem in problems if problem.rule in ("data.missing-key", "data.unknown-key")]


def test_rows_are_tagged_with_the_ticket_where_the_task_type_tags_any() -> None:
    tagged = new_report_data("error-analysis", KNOWN, ticket="8852")
    untagged = new_report_data("release-handoff", KNOWN, ticket="")
    assert tagged["evidence"]["primary"][0]["ticketId"] == "8852"
    assert "ticketId" not in untagged["evidence"]["primary"][0]


def test_what_is_known_stands_in_its_place_and_the_rest_of_the_deliverable_stays() -> None:
    data = new_report_data("implementation", KNOWN | {"deliverable": {"branch": "feature/x"}}, ticket="1")
    assert data["deliverable"]["branch"] == "feature/x"
    assert data["deliverable"]["diff"][0]["path"] == "<path>"
