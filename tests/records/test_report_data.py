"""The shape of report data: what is taken, and what is said of everything that is not."""

import json
from typing import Any

import pytest

from okstra_git.contract import (
    BLOCKED,
    CLARIFICATION_BLOCKS,
    CLARIFICATION_KINDS,
    CLARIFICATION_STATUSES,
    DIRECTIONS,
    GROUP_HANDOFF,
    LENSES,
    PLAN_GATES,
    VERDICTS,
    VERIFICATION_SCOPES,
)
from okstra_git.documents.json_problems import DataProblem, json_path
from okstra_git.phases import PHASES
from okstra_git.records.report.data import MODELS, parse_report_data
from okstra_git.reports.shape import schema_of


def sample() -> dict[str, Any]:
    """Data of a release handoff, the shortest that there are."""
    return {
        "schema": 1,
        "taskKey": "shop:web:login",
        "taskType": "release-handoff",
        "runId": "01J9ZK",
        "nonce": "0c709f3e",
        "seq": "001",
        "stage": None,
        "language": "en",
        "verdict": {"token": "accepted", "direction": "proceed", "reasons": "All gates held."},
        "nextSteps": ["Wait for the review."],
        "routing": [],
        "carriedIn": None,
        "reporterConfirmation": None,
        "clarifications": [],
        "evidence": {
            "primary": [{"id": "E-001", "finding": "clean tree", "source": "git status: 0", "sourceItems": ["lead:1"]}]
        },
        "followUps": [],
        "consensus": [],
        "differences": [],
        "roundHistory": [],
        "round2SkippedReason": None,
        "finalClassificationCounts": {},
        "ticketCoverage": {"omit": True},
        "deliverable": {"gates": [], "choice": "Push and open.", "published": []},
    }


def problems_of(values: dict[str, Any]) -> list[DataProblem]:
    """What is said of the values; empty for good ones."""
    result = parse_report_data(values)
    return result if isinstance(result, list) else []


def test_good_data_are_a_model_that_writes_them_again() -> None:
    result = parse_report_data(sample())
    assert not isinstance(result, list)
    written = result.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == sample()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("stage",), "1", "stage must be a whole number, and is '1'"),
        (("stage",), True, "stage must be a whole number, and is true"),
        (("nonce",), None, "nonce must be text, and is null"),
        (("nextSteps",), [], "nextSteps must have at least 1 entry, and has 0"),
        (("nextSteps", 0), " ", "nextSteps[0] is blank"),
        (("seq",), "1", "seq must be a number of three digits or more such as 001, and is '1'"),
        (
            ("verdict", "direction"),
            "go",
            "verdict.direction must be 'proceed', 'revise', 'hold' or 'stop', and is 'go'",
        ),
        (("evidence", "primary", 0, "id"), "F-1", "evidence.primary[0].id must be an id such as E-001, and is 'F-1'"),
        (("followUps",), {}, "followUps must be a list, and is an object"),
        (("deliverable",), [], "deliverable must be an object, and is a list"),
        (("taskType",), "release", "'release' is not a task type"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(path: tuple[str | int, ...], value: object, message: str) -> None:
    values = sample()
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    (problem,) = problems_of(values)
    assert (problem.path, problem.message) == (json_path(path), message)


def test_all_problems_come_together_in_the_order_of_the_model() -> None:
    values = sample()
    del values["nonce"]
    values["verdict"]["token"] = "ok"
    values["ticketCoverage"] = {"single": "A-1"}
    values["deliverable"]["gates"] = [{"gate": "clean tree", "finding": "yes", "held": "yes"}]
    assert [problem.path for problem in problems_of(values)] == [
        "nonce", "verdict.token", "ticketCoverage", "deliverable.gates[0].held",
    ]  # fmt: skip


def test_a_misspelt_key_is_told_with_the_one_that_was_meant() -> None:
    values = sample()
    values["deliverable"]["choise"] = values["deliverable"].pop("choice")
    missing, unknown = problems_of(values)
    assert missing.path == "deliverable.choice"
    assert (unknown.path, unknown.hint) == ("deliverable.choise", "did you mean choice?")


def test_words_of_the_models_are_those_of_the_contract() -> None:
    """The models spell out what the contract lists, because types cannot be made of values."""
    schemas = {name: json.dumps(schema_of(name)) for name in MODELS}
    everywhere = schemas["implementation-planning"]
    for words in (
        (*VERDICTS, BLOCKED),
        DIRECTIONS,
        CLARIFICATION_KINDS,
        CLARIFICATION_BLOCKS,
        CLARIFICATION_STATUSES,
        PLAN_GATES,
    ):
        assert json.dumps(list(words)) in everywhere
    assert json.dumps(list(LENSES)) in schemas["improvement-discovery"]
    assert json.dumps(list(VERIFICATION_SCOPES)) in schemas["final-verification"]
    assert json.dumps([*PHASES, GROUP_HANDOFF]) in everywhere
    assert list(MODELS) == list(PHASES)
