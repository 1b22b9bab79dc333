"""What a drive does next: every stop and every step, from facts alone."""

import pytest

from okstra_git.runs.drive import DriveEnd, DriveFacts, PhaseStep, WaitingFor, next_step

KEY = "shop:web:login"
PLANNED = DriveFacts(KEY, ended="finished", phase="implementation-planning", next_phase="implementation", unfinished=2)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (DriveFacts(KEY), PhaseStep("requirements-discovery")),
        (DriveFacts(KEY, ended="finished", phase="requirements-discovery", next_phase="implementation-planning"),
         PhaseStep("implementation-planning")),
        (PLANNED, PhaseStep("implementation")),
        (DriveFacts(KEY, ended="finished", phase="implementation", next_phase="implementation", again=5, unfinished=1),
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
