"""Report data become evidence, or one refusal that tells all that is wrong with them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okstra_git.documents.json_text import MAX_BYTES
from okstra_git.errors import OkstraError
from okstra_git.handoff.evidence import (
    MAX_CHECKS,
    MAX_COMMAND,
    read_evidence,
)
from okstra_git.records.stage import Check
from tests.kit.refusals import refuses

GROUP = "release-handoff(stage-group)"
GOOD: dict[str, Any] = {
    "taskType": "final-verification",
    "runId": "R1",
    "verificationScope": "single-stage",
    "stage": 3,
    "verdict": {"token": "accepted", "direction": "proceed", "nextStep": "hand it over"},
    "routing": [GROUP],
    "validationEvidence": [{"command": "make test", "exitCode": 0, "note": "all of them"}],
    "databaseVerified": None,
    "followUps": [],
}
REPORT = """---
task: shop:web:login
task-type: final-verification
stage: 3
run: R1
---

# Final report

## Verdict Card

| Verdict Token | Direction | Next Step |
|---|---|---|
| accepted | proceed | hand it over |

## 7. Final Verdict

| Verdict Token | Direction | Next Step |
|---|---|---|
| `accepted` | proceed | hand it over |

All that was asked for holds.
"""


def data(**changes: Any) -> bytes:
    """The good data with some values changed; `...` leaves one out."""
    values = {key: value for key, value in {**GOOD, **changes}.items() if value is not ...}
    return json.dumps(values).encode()


def refused(content: bytes, *, report: str | None = None) -> OkstraError:
    with refuses("evidence.refused") as caught:
        read_evidence(content, name="r/data.json", stage=3, report=report)
    return caught.value


def problem(content: bytes, *, report: str | None = None) -> tuple[str, str]:
    """Code and message of the only problem."""
    (found,) = refused(content, report=report).facts["problems"]
    return found["code"], found["message"]


def test_an_accepted_verification_of_the_stage_is_evidence() -> None:
    found = read_evidence(data(databaseVerified=True), name="data.json", stage=3, report=REPORT)
    assert (found.scope, found.stage, found.verdict, found.routing) == ("single-stage", 3, "accepted", (GROUP,))
    assert found.checks == (Check(command="make test", exit_code=0),)
    assert found.database is True
    assert found.warnings == ()


def test_all_that_is_wrong_is_told_together() -> None:
    content = data(
        taskType="implementation",
        verificationScope="whole-task",
        stage=2,
        verdict={"token": "rejected"},
        routing="release-handoff",
        validationEvidence=[7],
        databaseVerified="yes",
    )
    error = refused(content)
    assert (error.code, error.exit_status) == ("evidence.refused", 1)
    assert error.facts["path"] == "r/data.json"
    assert [one["code"] for one in error.facts["problems"]] == [
        "evidence.wrong-task-type",
        "evidence.wrong-scope",
        "evidence.wrong-stage",
        "evidence.not-accepted",
        "evidence.routing",
        "evidence.no-evidence",
        "evidence.database",
    ]
    assert all(one["message"] in error.message for one in error.facts["problems"])
    assert error.message.startswith("'r/data.json' does not verify stage 3: taskType must be 'final-verification'")
    assert error.hint == "name the data of a report that a final-verification run wrote"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON: line 1, column 1"),
        (b"{", "is not JSON: line 1, column 2"),
        (b"[]", "is not an object"),
        (b"null", "is not an object"),
        (b'{"a": 1}\n{"a": 1}', "is not JSON: line 2, column 1"),
        (b"\xff{}", "is not UTF-8 at byte 0"),
        ('{"a": "\ud800"}'.encode("utf-8", "surrogatepass"), "is not UTF-8 at byte 7"),
        (b'{"stage": 2, "stage": 3}', "has the key 'stage' twice in one object"),
        (b'{"verdict": {"token": "rejected", "token": "accepted"}}', "has the key 'token' twice"),
        (b'{"stage": NaN}', "holds NaN, which is not a number"),
        (b'{"stage": -Infinity}', "holds -Infinity, which is not a number"),
        (b'{"stage": ' + b"9" * 5_000 + b"}", "holds a number of too many digits"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"a":' * 200_000, "is nested too deeply"),
        (b" " * MAX_BYTES + b"{}", "is larger than 4 MiB"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused(content: bytes, why: str) -> None:
    code, message = problem(content)
    assert code == "evidence.unreadable"
    assert why in message
    assert "data.json that the verification wrote" in refused(content).hint


def test_a_byte_order_mark_is_skipped() -> None:
    assert read_evidence(b"\xef\xbb\xbf" + data(), name="data.json", stage=3).stage == 3


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ("whole-task", "and is 'whole-task': a verification of the whole task is not recorded stage by stage"),
        ("Single-Stage", "and is 'Single-Stage'"),
        (..., "and is missing"),
        (None, "and is None"),
        (["single-stage"], "and is ['single-stage']"),
    ],
)
def test_only_a_single_stage_scope_counts(scope: Any, said: str) -> None:
    message = f"verificationScope must be 'single-stage', {said}"
    assert problem(data(verificationScope=scope)) == ("evidence.wrong-scope", message)


@pytest.mark.parametrize("stage", [3, "3", "stage-3"])
def test_a_stage_may_be_written_as_a_number_or_as_its_name(stage: Any) -> None:
    assert read_evidence(data(stage=stage), name="data.json", stage=3).stage == 3


@pytest.mark.parametrize("stage", [2, "2", "stage-2"])
def test_another_stage_is_named(stage: Any) -> None:
    message = "this is a verification of stage 2, not of stage 3"
    assert problem(data(stage=stage)) == ("evidence.wrong-stage", message)


@pytest.mark.parametrize("stage", [True, 3.0, 0, -3, "three", "Stage 3", "٣", "", None, ..., [3], {"number": 3}, 10**9])
def test_what_is_no_stage_is_refused(stage: Any) -> None:
    code, message = problem(data(stage=stage))
    assert code == "evidence.wrong-stage"
    assert message.startswith("stage must be the number of a stage, and is ")


def test_a_true_is_not_stage_1() -> None:
    with refuses("evidence.refused", match="and is True"):
        read_evidence(data(stage=True), name="data.json", stage=1)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ({"token": "conditional-accept"}, "the verdict is conditional-accept: its conditions have to be settled first"),
        ({"token": "rejected"}, "the verdict is rejected"),
        ({"token": "blocked"}, "the verdict is blocked: the verification could not begin"),
        ({"token": "Accepted"}, "verdict.token must be one of accepted, conditional-accept, rejected"),
        ({"token": "accepted "}, "and is 'accepted '"),
        ({"token": ["accepted"]}, "and is ['accepted']"),
        ({}, "and is missing"),
        ("accepted", "verdict must be an object with a token, and is 'accepted'"),
        (None, "verdict must be an object with a token, and is None"),
        (..., "and is missing"),
    ],
)
def test_nothing_but_accepted_is_accepted(verdict: Any, said: str) -> None:
    code, message = problem(data(verdict=verdict))
    assert code == "evidence.not-accepted"
    assert said in message


def test_a_refused_verdict_has_a_next_step() -> None:
    assert refused(data(verdict={"token": "conditional-accept"})).hint.startswith("settle the conditions")


@pytest.mark.parametrize("routing", [["release-handoff"], ["release-handoff", GROUP], [GROUP, "release-handoff"]])
def test_a_single_stage_never_routes_to_the_handoff_of_the_whole_task(routing: list[str]) -> None:
    code, message = problem(data(routing=routing))
    assert code == "evidence.routing"
    assert "may only route to release-handoff(stage-group) (partial-PR mode)" in message
    assert "whole-task release-handoff needs whole-task verification" in message


@pytest.mark.parametrize("token", ["release-handoff ", "Release-Handoff", "release-handoff(stage group)"])
def test_a_handoff_is_matched_to_the_letter(token: str) -> None:
    assert problem(data(routing=[token])) == ("evidence.routing", f"{token!r} in routing is not {GROUP}")


@pytest.mark.parametrize("routing", [GROUP, {GROUP: True}, [1], [[GROUP]], [None]])
def test_routing_is_a_list_of_tokens(routing: Any) -> None:
    code, message = problem(data(routing=routing))
    assert code == "evidence.routing"
    assert message.startswith("routing must be a list of tokens, and is ")


@pytest.mark.parametrize("routing", [..., None, []])
def test_a_verdict_that_routes_nowhere_is_evidence_all_the_same(routing: Any) -> None:
    assert read_evidence(data(routing=routing), name="data.json", stage=3).routing == ()


def test_a_plain_handoff_under_whole_task_is_only_a_wrong_scope() -> None:
    content = data(verificationScope="whole-task", routing=["release-handoff"])
    assert [one["code"] for one in refused(content).facts["problems"]] == ["evidence.wrong-scope"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "and is an object"),
        ("make test", "and is "),
        (["make test"], "validationEvidence[0] is 'make test', not an object of command and exitCode"),
        ([{"command": "x"}], "validationEvidence[0].exitCode must be a whole number, and is None"),
        ([{"exitCode": 0}], "validationEvidence[0].command must be the text of a command, and is None"),
        ([{"command": " ", "exitCode": 0}], "command must be the text of a command, and is ' '"),
        ([{"command": ["make"], "exitCode": 0}], "command must be the text of a command, and is ['make']"),
        ([{"command": "x", "exitCode": False}], "exitCode must be a whole number, and is False"),
        ([{"command": "x", "exitCode": "0"}], "exitCode must be a whole number, and is '0'"),
        ([{"command": "x", "exitCode": 0.0}], "exitCode must be a whole number, and is 0.0"),
        ([{"command": "x", "exitCode": 1 << 40}], "exitCode must be a whole number"),
        ([{}] * 9, " and 15 more"),
    ],
)
def test_a_verdict_without_evidence_is_refused(rows: Any, said: str) -> None:
    code, message = problem(data(validationEvidence=rows))
    assert code == "evidence.no-evidence"
    assert said in message


@pytest.mark.parametrize("rows", [None, []])
def test_a_verdict_without_any_command_is_recorded_and_warned_of(rows: Any) -> None:
    found = read_evidence(data(validationEvidence=rows), name="data.json", stage=3)
    assert (found.checks, [one.code for one in found.warnings]) == ((), ["evidence.no-evidence"])


def test_a_report_without_a_verdict_leaves_it_to_the_data() -> None:
    found = read_evidence(data(), name="data.json", stage=3, report="# Verification\n\nAll is well.\n")
    assert [one.code for one in found.warnings] == ["evidence.no-verdict"]


def test_a_failed_check_is_recorded_and_warned_of() -> None:
    rows = [{"command": "make test", "exitCode": 0}, {"command": "make lint", "exitCode": 2}]
    found = read_evidence(data(validationEvidence=rows), name="data.json", stage=3)
    assert found.checks[1] == Check(command="make lint", exit_code=2)
    assert [one.as_json() for one in found.warnings] == [
        {
            "code": "evidence.check-failed",
            "message": "1 of 2 checks failed next to an accepted verdict: 'make lint' (2)",
        }
    ]


def test_of_many_checks_the_failed_ones_are_kept() -> None:
    rows = [{"command": f"test {n}", "exitCode": int(n == 480)} for n in range(500)]
    found = read_evidence(data(validationEvidence=rows), name="data.json", stage=3)
    assert len(found.checks) == MAX_CHECKS
    assert [check.command for check in found.checks[-2:]] == ["test 198", "test 480"]
    assert [one.code for one in found.warnings] == ["evidence.check-failed", "evidence.checks-left-out"]


def test_commands_are_one_harmless_bounded_line() -> None:
    commands = ["a\nb", "\x1b[2J\u202e", "\ud800", "x" * 5_000, "\0" * MAX_COMMAND, "  make test  "]
    rows = [{"command": command, "exitCode": 0} for command in commands]
    checks = read_evidence(data(validationEvidence=rows), name="data.json", stage=3).checks
    found = [check.command for check in checks]
    assert found[:3] == ["a\\nb", "\\x1b[2J\\u202e", "\\ud800"]
    assert found[5] == "make test"
    assert all(command.isprintable() and len(command) <= MAX_COMMAND for command in found)
    assert found[3] == "x" * (MAX_COMMAND - 1) + "…"


@pytest.mark.parametrize(("value", "database"), [(True, True), (False, False), (None, None), (..., None)])
def test_the_database_is_verified_or_not_or_not_concerned(value: Any, database: bool | None) -> None:
    found = read_evidence(data(databaseVerified=value), name="data.json", stage=3)
    assert found.database is database
    assert [one.code for one in found.warnings] == ["evidence.database-unverified"] * (database is False)


@pytest.mark.parametrize("value", [0, 1, "true", [], {}])
def test_any_other_word_on_the_database_is_refused(value: Any) -> None:
    assert problem(data(databaseVerified=value))[0] == "evidence.database"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("`accepted`", "rejected", "the report's Verdict Token is 'rejected', its data say 'accepted'"),
        ("All that", "Verdict Token: accepted\n\nAll that", "must have one Verdict Token field, and has 2"),
        ("stage: 3", "stage: 2", "the report is of stage '2', not of stage 3"),
        ("task-type: final-verification", "task-type: implementation", "the report is one of 'implementation'"),
        ("run: R1", "run: R2", "the report is of run 'R2', its data are of run 'R1'"),
    ],
)
def test_report_and_data_must_agree(old: str, new: str, said: str) -> None:
    assert old in REPORT
    code, message = problem(data(), report=REPORT.replace(old, new))
    assert code == "evidence.report-differs"
    assert said in message


def test_a_report_without_front_matter_is_judged_by_its_verdict_alone() -> None:
    report = REPORT.partition("---\n\n")[2]
    assert read_evidence(data(), name="data.json", stage=3, report=report).verdict == "accepted"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ROW = st.fixed_dictionaries({}, optional={"command": JSON | st.just("x"), "exitCode": JSON | st.just(0)})
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "taskType": st.just("final-verification") | JSON,
        "verificationScope": st.sampled_from(("single-stage", "whole-task")) | JSON,
        "stage": st.sampled_from((3, "3", True)) | JSON,
        "verdict": st.fixed_dictionaries({"token": st.sampled_from(("accepted", "blocked")) | JSON}) | JSON,
        "routing": st.lists(st.sampled_from((GROUP, "release-handoff")) | JSON, max_size=3) | JSON,
        "validationEvidence": st.lists(ROW | JSON, max_size=3) | JSON,
        "databaseVerified": st.booleans() | JSON,
    },
)


@given(NEARLY | JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_evidence_or_refused(value: Any) -> None:
    refusal, found = None, None
    try:
        found = read_evidence(json.dumps(value).encode(), name="data.json", stage=3, report=REPORT)
    except OkstraError as error:
        refusal = error
    if refusal:
        assert refusal.facts["problems"]
        assert "\n" not in refusal.message
        json.dumps(refusal.as_json(), ensure_ascii=False).encode()
    if found:
        assert (found.scope, found.stage, found.verdict) == ("single-stage", 3, "accepted")
        assert found.checks or found.warnings


@given(st.binary(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused_and_nothing_else(content: bytes) -> None:
    with refuses("evidence.refused"):
        read_evidence(content, name="data.json", stage=3)
