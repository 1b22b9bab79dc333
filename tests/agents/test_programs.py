"""What each program's stream says of its run: read from samples of the real programs."""

from decimal import Decimal
from pathlib import Path

import pytest

from okstra_git.agents.catalog import find_program, program_names
from okstra_git.agents.endings import Reason
from okstra_git.agents.program import Assignment, StreamReader
from tests.kit.refusals import refuses

SAMPLES = Path(__file__).with_name("samples")


def heard(sample: str) -> StreamReader:
    """A reader that has heard the whole sample."""
    reader = find_program(sample.partition("-")[0]).reader()
    for line in (SAMPLES / f"{sample}.stream.jsonl").read_bytes().splitlines():
        reader.take(line)
    return reader


ENDINGS: list[tuple[str, int, int | None, Reason]] = [
    ("claude-tool", 0, None, "answered"),
    ("claude-429", 0, None, "answered"),
    ("claude-500r2", 1, None, "service-failed"),
    ("claude-cut", 0, None, "answered"),
    ("claude-maxturns", 1, None, "max-turns"),
    ("claude-subagent", 0, None, "answered"),
    ("claude-hang-INT", 0, 2, "interrupted"),
    ("claude-hang-TERM", 143, None, "terminated"),
    ("claude-hang-TERM", -9, None, "killed"),
    ("claude-tool-INT", 1, 2, "interrupted"),
    ("codex-tool", 0, None, "answered"),
    ("codex-resume", 0, None, "answered"),
    ("codex-400", 1, None, "bad-request"),
    ("codex-429", 0, None, "answered"),
    ("codex-500", 1, None, "service-failed"),
    ("codex-cut", 0, None, "answered"),
    ("codex-hang-INT", 1, 2, "interrupted"),
    ("codex-tool-TERM", -15, None, "terminated"),
    ("gemini-tool", 0, None, "answered"),
    ("gemini-400", 144, None, "bad-request"),
    ("gemini-429", 0, None, "answered"),
    ("gemini-cut", 0, None, "answered"),
    ("gemini-resume", 0, None, "answered"),
]


@pytest.mark.parametrize(("sample", "exit_code", "sent", "reason"), ENDINGS)
def test_a_run_ends_for_the_reason_that_was_seen(sample: str, exit_code: int, sent: int | None, reason: Reason) -> None:
    ending = heard(sample).end(exit_code, "", sent=sent)
    assert ending.reason == reason
    assert ending.is_success == (reason == "answered")
    assert (ending.status == "completed") == ending.is_success


@pytest.mark.parametrize("name", ["claude-tool", "codex-tool", "gemini-tool"])
def test_the_answer_is_the_last_message(name: str) -> None:
    reader = heard(name)
    assert reader.answer == "It said hi."
    assert reader.session
    assert reader.turns == 2
    usage = reader.usage()
    assert usage is not None
    assert usage.tokens[:2] == (3002, 300)
    assert usage.tokens.output == 27


def test_an_interrupted_claude_exits_0_and_has_failed_all_the_same() -> None:
    ending = find_program("claude").reader().end(0, "", sent=None)
    assert (ending.reason, ending.status) == ("no-result", "error")


def test_gemini_in_a_folder_that_nobody_trusts() -> None:
    assert find_program("gemini").reader().end(55, "not running in a trusted directory").status == "not-run"


def test_a_prompt_is_never_an_option() -> None:
    for name in program_names():
        argv = find_program(name).launch(Assignment("--version", turns=2, dollars=Decimal("1.5"))).argv
        assert "--version" not in argv[: argv.index("--")] if "--" in argv else "--prompt=--version" in argv


CALLER = {"CLAUDECODE": "1", "GIT_DIR": "x", "HOME": "/h"}


def test_marks_of_the_caller_do_not_reach_a_program() -> None:
    for name in program_names():
        environ = find_program(name).launch(Assignment("x")).environment(CALLER)
        assert environ["HOME"] == "/h"
        assert not {"CLAUDECODE", "GIT_DIR"} & set(environ)


def test_a_program_that_nobody_knows_is_refused() -> None:
    with refuses("worker.unknown-program"):
        find_program("../claude")
