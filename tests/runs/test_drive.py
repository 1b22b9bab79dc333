"""What a drive does next: every stop and every step, from facts alone."""

from decimal import Decimal

import pytest

from okstra_git.porcelain.lead.drive import DriveAccount, DriveLimits
from okstra_git.runs.drive import DriveEnd, DriveFacts, PhaseStep, WaitingFor, next_step
from okstra_git.usage.budgets import Budget

KEY = "shop:web:login"
PLANNED = DriveFacts(KEY, ended="finished", phase="implementation-planning", next_phase="implementation", unfinished=2)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (DriveFacts(KEY), PhaseStep("requirements-discovery")),
        (DriveFacts(KEY, ended="finished", phase="requirements-discovery", next_phase="implementation-planning"),
         PhaseStep("implementation-planning")),
        (PLANNED, PhaseStep("implementation")),
        (DriveFacts(KEY, ended="finished", phase="implementation", next_phase="implementation", again=0, unfinished=1),
         PhaseStep("implementation")),
        (DriveFacts(KEY, ended="finished", phase="implementation", next_phase="implementation", unfinished=0),
         PhaseStep("final-verification")),
        (DriveFacts(KEY, open_run="01A", phase="error-analysis"), PhaseStep("error-analysis", resume="01A")),
    ],
)  # fmt: skip
def test_a_step_follows(facts: DriveFacts, wanted: PhaseStep) -> None:
    assert next_step(facts) == wanted


@pytest.mark.parametrize(
    ("facts", "code", "line"),
    [
        (DriveFacts(KEY, over="5 of 4 tokens are used"), "drive.over-budget", "git okstra usage show"),
        (DriveFacts(KEY, waiting=(WaitingFor("stage.stale", "it is stale", "git okstra reconcile"),), open_run="01A"),
         "stage.stale", "git okstra reconcile"),
        (DriveFacts(KEY, open_run="01A", led=True, phase="x"), "drive.led", "git okstra run show 01A"),
        (DriveFacts(KEY, ended="abandoned", phase="error-analysis"), "drive.run-failed", "git okstra inspect run"),
        (DriveFacts(KEY, ended="failed", phase="error-analysis", next_phase="implementation"), "drive.run-failed", ""),
        (DriveFacts(KEY, ended="finished", phase="error-analysis", next_phase="error-analysis", again=2),
         "drive.going-round", "git okstra inspect history"),
        (DriveFacts(KEY, ended="finished", phase="implementation", next_phase="implementation", again=2, unfinished=1),
         "drive.going-round", "git okstra inspect history"),
        (DriveFacts(KEY, ended="finished", phase="implementation-planning", next_phase="implementation"),
         "drive.no-plan", "git okstra plan show"),
        (DriveFacts(KEY, ended="finished", phase="final-verification", next_phase="release-handoff(stage-group)"),
         "drive.handoff", "git okstra handoff eligible"),
        (DriveFacts(KEY, ended="finished", phase="release-handoff"), "drive.done", ""),
    ],
)  # fmt: skip
def test_the_drive_stops(facts: DriveFacts, code: str, line: str) -> None:
    stop = next_step(facts)
    assert isinstance(stop, DriveEnd)
    assert (stop.code, stop.is_done) == (code, code == "drive.done")
    assert stop.command.startswith(line)
    assert stop.message


def test_a_budget_counts_before_everything_else() -> None:
    stop = next_step(DriveFacts(KEY, over="x", waiting=(WaitingFor("a", "b"),), open_run="01A", led=True))
    assert isinstance(stop, DriveEnd)
    assert stop.code == "drive.over-budget"


def account(turns: int = 0, seconds: float = 0, tokens: int = 0, dollars: str = "0", before: int = 0) -> DriveAccount:
    """Of a drive that may use 10 turns, 60 seconds, 1,000 tokens and 2 dollars, for a task that may use 5,000."""
    limits, spent = DriveLimits(10, 60.0, 1_000, Decimal(2)), Decimal(dollars)
    return DriveAccount(limits, Budget(5_000), turns, seconds, tokens, spent, (before + tokens, spent))


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (account(turns=10), "10 of 10 turns"),
        (account(seconds=60), "60 seconds"),
        (account(tokens=1_000), "1000 of 1000 tokens"),
        (account(dollars="2"), "2.00 of 2 dollars"),
        (account(tokens=100, before=4_900), "5000 of 5000 tokens"),
    ],
)
def test_a_limit_that_is_used_up_is_said(used: DriveAccount, words: str) -> None:
    assert words in used.over


def test_the_next_lead_gets_what_is_left_of_the_drive_and_of_the_task() -> None:
    used = account(turns=4, seconds=20, tokens=300, dollars="0.5", before=4_500)
    assert not used.over
    assert used.rest == DriveLimits(6, 40.0, 200, Decimal("1.5"))


def test_a_drive_without_limits_is_not_limited() -> None:
    used = DriveAccount(DriveLimits(), Budget(), 7, 8.0, 9, Decimal(1), (9, Decimal(1)))
    assert (used.over, used.rest) == ("", DriveLimits())
