"""What a prepare is asked for: every word checked, every refusal with its code."""

import pytest

from okstra_git.bundle.request import PrepareOptions, RunRequest, WaiverAsked, parse_waiver
from okstra_git.bundle.request import parse_request as parse_options
from okstra_git.errors import OkstraError
from okstra_git.names import TaskKey, parse_task_key

KEY = parse_task_key("shop:web:login")


def parse_request(key: TaskKey, task_type: str, **given: object) -> RunRequest:
    return parse_options(key, PrepareOptions(task_type=task_type, **given))  # type: ignore[arg-type]


def code_of(task_type: str, **given: object) -> str:
    with pytest.raises(OkstraError) as refused:
        parse_request(KEY, task_type, **given)
    assert refused.value.hint
    return refused.value.code


def test_defaults_are_auto_stage_claude_and_the_usual_roster() -> None:
    request = parse_request(KEY, "implementation", stage="auto", executor="", workers="")
    assert (request.stage, request.executor, request.workers) == (None, "claude", ("claude", "codex", "report-writer"))
    assert request.model_of("lead") == "opus"


def test_empty_words_of_a_wizard_mean_nothing_was_said() -> None:
    empty = dict.fromkeys(
        ("brief", "base_ref", "approved_plan", "clarification_response", "pr_template", "verification_scope", "stage"),
        "",
    )
    request = parse_request(KEY, "error-analysis", **empty, lead_model="", codex_model="default")
    assert request == RunRequest(KEY, request.phase)


def test_an_unknown_task_type_names_the_nearest() -> None:
    with pytest.raises(OkstraError) as refused:
        parse_request(KEY, "implementaton")
    assert (refused.value.code, refused.value.hint) == ("task-type.unknown", "did you mean implementation?")


@pytest.mark.parametrize("text", ["login-stage-1:flaky replica: known", " login-stage-1 : flaky replica: known "])
def test_a_waiver_is_split_at_the_first_colon(text: str) -> None:
    assert parse_waiver(text) == WaiverAsked("login-stage-1", "flaky replica: known")


@pytest.mark.parametrize("text", ["", "login-stage-1", "login-stage-1:", ":why", " : ", "a:b\nc", "a:\x1b[31m"])
def test_a_malformed_waiver_is_refused(text: str) -> None:
    assert code_of("implementation", qa_waivers=(text,)) == "waiver.malformed"


def test_rosters_and_executors_name_known_workers() -> None:
    assert parse_request(KEY, "error-analysis", workers="codex, gemini,codex").workers == ("codex", "gemini")
    assert code_of("error-analysis", workers="codx") == "worker.unknown"
    assert code_of("error-analysis", workers="report-writer") == "worker.unknown"
    assert code_of("implementation", executor="report-writer") == "worker.unknown"


@pytest.mark.parametrize("model", ["-p", "a b", "x;y", "$HOME", "a" * 101, "모델"])
def test_a_model_that_no_command_line_could_carry_is_refused(model: str) -> None:
    assert code_of("error-analysis", claude_model=model) == "model.bad"


@pytest.mark.parametrize("model", ["opus", "gpt-5.2-codex", "vendor/model:tag", "claude-opus-4-1[1m]"])
def test_model_names_of_vendors_are_taken_as_they_are(model: str) -> None:
    assert parse_request(KEY, "error-analysis", codex_model=model).model_of("codex") == model


def test_a_verification_has_a_scope_that_fits_its_stage() -> None:
    assert parse_request(KEY, "final-verification").scope == "whole-task"
    assert parse_request(KEY, "final-verification", stage="2").scope == "single-stage"
    assert code_of("final-verification", verification_scope="single-stage") == "usage"
    assert code_of("final-verification", verification_scope="whole-task", stage="2") == "usage"
    assert code_of("final-verification", verification_scope="half") == "usage"
    assert code_of("implementation", verification_scope="whole-task") == "usage.phase"


def test_options_that_would_be_ignored_are_refused() -> None:
    assert code_of("error-analysis", stage="2") == "usage.phase"
    assert code_of("implementation", pr_template="t.md") == "usage.phase"
    assert code_of("implementation", stage="0") == "name.bad"
    assert code_of("implementation", related_tasks="shop:web") == "name.bad"
    assert code_of("implementation", directive="x" * 20_001) == "usage"


def test_equal_inputs_have_equal_names_and_other_contents_another() -> None:
    one, same = (parse_request(KEY, "error-analysis", directive="d") for _ in range(2))
    assert one.fingerprint("brief", None) == same.fingerprint("brief", None)
    assert one.fingerprint("brief", None) != one.fingerprint("other", None)
    assert one.fingerprint("brief") != parse_request(KEY, "error-analysis").fingerprint("brief")
