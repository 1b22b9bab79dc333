"""The conformance gate: scope, verdicts, every error of a manifest at once."""

from typing import Any

import pytest

from okstra_git.records.conformance import ConformanceResults
from okstra_git.validation.conformance import entries_in, judge_conformance, scope_of_run
from okstra_git.validation.conformance_manifest import (
    EXAMPLE,
    RESULTS_EXAMPLE,
    DeclaredEntry,
    parse_manifest,
    parse_results,
    stage_in,
)

RUN = "01M7Y3TRG94ZD3A45BQH53SD8T"


def declared(*entries: dict[str, Any], task_id: str = "login") -> list[DeclaredEntry]:
    parsed = parse_manifest({"entries": entries}, task_id=task_id)
    assert not any(isinstance(each, str) for each in parsed), parsed
    return parsed  # type: ignore[return-value]


def entry(stage: int = 1, **changes: Any) -> dict[str, Any]:
    return {"stageKey": f"login-stage-{stage}", "requires": ["database"], "command": "make db", **changes}


def results(*rows: dict[str, Any]) -> ConformanceResults:
    parsed = parse_results({"entries": rows})
    assert isinstance(parsed, ConformanceResults), parsed
    return parsed


def result(stage: int = 1, **changes: Any) -> dict[str, Any]:
    return {"stageKey": f"login-stage-{stage}", "command": "make db", "exitCode": 0, "run": RUN, **changes}


def test_the_examples_are_what_they_show() -> None:
    assert [each.stage for each in parse_manifest(EXAMPLE, task_id="login")] == [1, 2]  # type: ignore[union-attr]
    assert isinstance(parse_results(RESULTS_EXAMPLE), ConformanceResults)


@pytest.mark.parametrize(
    ("entries", "error"),
    [
        ([entry(stageKey="login")], "entries[0].stageKey must be <task-id>-stage-<N> such as login-stage-1"),
        ([entry(stageKey="login-stage-0")], "entries[0].stageKey must be"),
        ([entry(stage_key=1)], "entries[0].stage_key is not a key of the conformance manifest"),
        ([entry(stage=2) | {"stageKey": "login-stage-1", "stage": 2}], "entries[0].stage is 2"),
        ([entry(command="")], "entries[0] must have either a command or"),
        ([entry(exempt="no query")], "entries[0] must have either a command or"),
        ([entry(), entry()], "entries[1] says the same as entries[0]"),
        ([entry(requires="database")], "entries[0].requires must be a list"),
        (["login-stage-1"], "entries[0] must be an object"),
    ],
)
def test_an_error_of_the_manifest_names_its_place(entries: list[Any], error: str) -> None:
    errors = parse_manifest({"entries": entries}, task_id="login")
    assert any(error in str(each) for each in errors), errors


def test_all_errors_of_a_manifest_come_together() -> None:
    broken = [entry(command=""), entry(stageKey="x"), entry(2), entry(2)]
    errors = parse_manifest({"entries": broken}, task_id="login")
    assert [str(each)[:10] for each in errors] == ["entries[0]", "entries[1]", "entries[3]"]


def test_a_manifest_without_entries_declares_nothing() -> None:
    assert parse_manifest({}, task_id="login") == []


@pytest.mark.parametrize(
    ("key", "task", "stage"),
    [
        ("login-stage-1", "login", 1),
        ("login-stage-11", "login", 11),
        ("other-stage-2", "login", 2),
        ("fix-stage-1", "fix-stage-1", None),
        ("fix-stage-1-stage-2", "fix-stage-1", 2),
        ("login-stage-2-stage-3", "login", None),
        ("x-stage-2-stage-3", "login", 3),
        ("login-stage-01", "login", None),
        ("-stage-1", "login", None),
    ],
)
def test_a_stage_key_is_read_with_its_task(key: str, task: str, stage: int | None) -> None:
    assert stage_in(key, task) == stage


@pytest.mark.parametrize(
    ("stage", "stages", "folder", "scope"),
    [
        (2, (), "runs/implementation/stage-2", {2}),
        (2, (), "runs/final-verification", {2}),
        (None, (1, 2), "runs/final-verification", {1, 2}),
        (None, (), "runs/implementation/stage-3", {3}),
        (None, (), "runs/final-verification", None),
        (None, (), "runs/elsewhere/stage-3", None),
    ],
)
def test_scope_comes_from_the_run_and_only_then_from_its_folder(
    stage: int | None, stages: tuple[int, ...], folder: str, scope: set[int] | None
) -> None:
    assert scope_of_run(stage, stages, folder) == scope


def test_a_stage_out_of_scope_holds_nothing_up() -> None:
    assert [each.stage for each in entries_in(frozenset({1}), declared(entry(1), entry(11)))] == [1]
    assert len(entries_in(None, declared(entry(1), entry(11)))) == 2


def test_every_verdict_has_its_reason() -> None:
    entries = declared(entry(1), entry(2), entry(3), entry(4, command="", exempt="renames"), entry(5), entry(6))
    outcome = results(result(1), result(2, exitCode=3), result(5, run="ANOTHER"), result(6, command="make other"))
    verdicts = judge_conformance(entries, outcome, {"login-stage-3": "no replica: none here"}, run=RUN)
    assert [(each.verdict, each.reason) for each in verdicts] == [
        ("PASS", "'make db' exited 0"),
        ("BLOCKING", "'make db' exited 3"),
        ("WAIVED", "no replica: none here"),
        ("EXEMPT", "renames"),
        ("BLOCKING", "its result is of run 'ANOTHER', not of this one"),
        ("BLOCKING", "no result is recorded of 'make db'"),
    ]
    assert verdicts[1].sentence == "conformance gate BLOCKING for stage login-stage-2: 'make db' exited 3"
    assert [each.is_ok for each in verdicts] == [True, False, True, True, False, False]
