"""Every way in which a run of a program can end, what has to be said of it, and whether it was said."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from okstra_git.agents.endings import Reason
from okstra_git.agents.outcomes import RunOutcome
from okstra_git.agents.tokens import Tokens
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


def expect_end(case: Case, outcome: RunOutcome, truth: Tokens) -> None:
    """The right reason and status, the whole answer or none, and not one token more than the service counted."""
    ending, usage = outcome.ending, outcome.usage
    assert ending.reason == case.reason, ending
    assert (ending.status == "completed") == (case.reason == "answered")
    assert (ending.status == "timeout") == (case.reason == "timed-out")
    assert outcome.answer == ("done" if case.reason == "answered" else "")
    assert usage.confidence in ("exact", "lower_bound")
    if usage.confidence == "exact":
        assert usage.tokens == truth
    else:
        assert usage.remarks
        assert all(mine <= theirs for mine, theirs in zip(usage.tokens, truth, strict=True))
    if case.reason == "answered":
        assert usage.confidence == "exact"
    if case.reason in TOLD:
        assert (bool(ending.message), usage.confidence) == (True, "exact")


TOLD = ("bad-request", "unauthenticated", "rate-limited", "service-failed", "cut-off")
"""The service failed, and the program says how and what it had used until then."""


def pairs(cases: Mapping[str, Case]) -> list[Any]:
    """Every program with the name of every case that it has."""
    return [
        pytest.param(program, name, id=f"{program} {name}") for name, case in cases.items() for program in case.programs
    ]
