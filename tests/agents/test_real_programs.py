"""The real programs end in every way they can: each has its reason and status, and no token more than the truth."""

import signal
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pygit2
import pytest

from okstra_git.agents.catalog import find_program
from okstra_git.agents.endings import Reason
from okstra_git.agents.program import Assignment
from tests.agents.real import RealRun, run_real
from tests.kit.vendors.homes import Vendors
from tests.kit.vendors.steps import Call, Cut, Hang, Refuse, Say, Step

PROGRAMS = ("claude", "codex", "gemini")
SHELLS = {"claude": ("Bash", "command"), "codex": ("exec_command", "cmd"), "gemini": ("run_shell_command", "command")}


def shell(program: str, command: str) -> Call:
    """A call of the program's shell."""
    tool, key = SHELLS[program]
    return Call(tool, {key: command})


@dataclass(frozen=True)
class Case:
    """Steps of the service (a text is a command for the shell), what is sent to the group, and the reason to expect.

    `stopped` is why the signal is sent where the signal does not say so; `programs` are those that have such an end.
    """

    steps: Sequence[Step | str]
    reason: Reason
    send: Sequence[int] = ()
    stopped: Reason | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    programs: Sequence[str] = PROGRAMS
    attempts: int = 1


SLEEP = "echo hi; sleep 50"
CASES: dict[str, Case] = {
    "answer": Case([Say("done")], "answered"),
    "tool": Case(["echo hi", Say("done")], "answered"),
    "400": Case([Refuse(400)], "bad-request"),
    "401": Case([Refuse(401)], "unauthenticated"),
    "429": Case([Refuse(429, retry_after=1)], "rate-limited"),
    "500 for ever": Case([Refuse(500)], "service-failed"),
    "cut for ever": Case([Cut()], "cut-off"),
    "hang": Case([Hang()], "timed-out", [signal.SIGTERM], "timed-out"),
    "max turns": Case(["echo hi"], "max-turns", limits={"turns": 2}, programs=["claude"]),
    "out of budget": Case(["echo hi"], "out-of-budget", limits={"dollars": Decimal("0.005")}, programs=["claude"]),
    "INT in a tool": Case([SLEEP, Say()], "interrupted", [signal.SIGINT]),
    "TERM in a tool": Case([SLEEP, Say()], "terminated", [signal.SIGTERM]),
    "KILL in a tool": Case([SLEEP, Say()], "killed", [signal.SIGKILL]),
}
DEEP: dict[str, Case] = {
    "loop": Case(["echo hi"], "max-turns", programs=["gemini"]),
    "500 after a tool": Case(["echo hi", Refuse(500)], "service-failed"),
    "INT while it waits": Case([Hang()], "interrupted", [signal.SIGINT]),
    "TERM while it waits": Case([Hang()], "terminated", [signal.SIGTERM]),
    "KILL while it waits": Case([Hang()], "killed", [signal.SIGKILL]),
    "403": Case([Refuse(403)], "unauthenticated"),
    "529 for ever": Case([Refuse(529)], "service-failed"),
    "429 once": Case([Refuse(429, retry_after=1), Say("done")], "answered", attempts=2),
    "cut once": Case([Cut("partial "), Say("done")], "answered", attempts=2),
    "cut after a tool": Case(["echo hi", Cut()], "cut-off"),
    "silent in the middle": Case([Cut(seconds=60)], "timed-out", [signal.SIGTERM], "timed-out"),
    "stopped at a limit": Case([SLEEP], "out-of-budget", [signal.SIGINT, signal.SIGTERM], "out-of-budget"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository, since Codex works in nothing else."""
    folder = tmp_path / "project"
    folder.mkdir()
    pygit2.init_repository(str(folder))
    return folder


def assignment_for(program: str, **limits: Any) -> Assignment:
    """Go on, with a shell, in a session whose id is known before where that is possible."""
    session = str(uuid.uuid4()) if find_program(program).presets_session else ""
    return Assignment("Go on", session=session, access="write", allow=("Bash",), model=MODELS[program], **limits)


MODELS = {"claude": "", "codex": "", "gemini": "gemini-2.5-pro"}


def run_case(program: str, case: Case, vendors: Vendors, project: Path) -> RealRun:
    """The case, played."""
    steps = [shell(program, step) if isinstance(step, str) else step for step in case.steps]
    vendors.service.script(*steps)
    vendors.let_gemini_repeat(case.attempts)
    asked = assignment_for(program, **case.limits)
    in_tool = bool(case.send) and isinstance(case.steps[0], str)
    return run_real(
        program, vendors, project, asked, send=case.send, stopped=case.stopped, after=1.0 if in_tool else 0.3
    )


def expect_no_token_too_many(run: RealRun, vendors: Vendors) -> None:
    """What is called exact is the truth of the service, and a lower bound is not above it."""
    truth = vendors.service.truth()
    if run.usage.confidence == "exact":
        assert run.usage.tokens == truth
    else:
        assert run.usage.confidence == "lower_bound"
        assert run.usage.remarks
        assert all(mine <= theirs for mine, theirs in zip(run.usage.tokens, truth, strict=True))


def play(program: str, case: Case, vendors: Vendors, project: Path) -> None:
    run = run_case(program, case, vendors, project)
    context = (run.exit_code, run.ending, run.stderr[-500:])
    assert run.ending.reason == case.reason, context
    assert (run.ending.status == "completed") == (case.reason == "answered")
    assert (run.ending.status == "timeout") == (case.reason == "timed-out")
    expect_no_token_too_many(run, vendors)
    if case.reason == "answered":
        assert (run.answer, run.usage.confidence) == ("done", "exact")
    if case.reason in ("bad-request", "unauthenticated", "rate-limited", "service-failed", "cut-off"):
        assert run.ending.message
        assert run.usage.confidence == "exact"


def pairs(cases: Mapping[str, Case]) -> list[Any]:
    """Every program with every case that it has."""
    return [
        pytest.param(program, case, id=f"{program} {name}") for name, case in cases.items() for program in case.programs
    ]


@pytest.mark.parametrize(("program", "case"), pairs(CASES))
def test_every_end_has_its_reason(program: str, case: Case, vendors: Vendors, project: Path) -> None:
    play(program, case, vendors, project)


@pytest.mark.deep
@pytest.mark.parametrize(("program", "case"), pairs(DEEP))
def test_rarer_ends_have_theirs(program: str, case: Case, vendors: Vendors, project: Path) -> None:
    play(program, case, vendors, project)
