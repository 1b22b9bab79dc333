"""What comes next for a task that is driven unattended: one pure function from facts to a step, or to a stop.

Whatever only a person can settle stops the drive: a question, an approval, a record that has to be confirmed, a run
that failed, a budget that is used up. Pushing and handing over are always a person's.
"""

from dataclasses import dataclass
from typing import NamedTuple

from okstra_git.commands import command

IMPLEMENTATION, VERIFICATION, HANDOFF = "implementation", "final-verification", "release-handoff"
FIRST = "requirements-discovery"
AT_MOST_AGAIN = 2
"""How often a phase may run in a row without getting anywhere before somebody should look."""


class WaitingFor(NamedTuple):
    """Something that waits for a person: what, and the line that settles it."""

    code: str
    message: str
    command: str = ""


@dataclass(frozen=True)
class DriveFacts:
    """What is known of a task. `open_run` has not ended; `led` says whether a process still leads it.

    `ended` is how the newest run ended (empty without one), `phase` what it was, `next_phase` what its report
    recommends. `again` counts how often that phase ran in a row without a finished stage. `unfinished` are stages of
    the approved plan that are not done; None without an approved plan. `over` says which limit is used up.
    """

    key: str
    waiting: tuple[WaitingFor, ...] = ()
    open_run: str = ""
    led: bool = False
    ended: str = ""
    phase: str = ""
    next_phase: str = ""
    again: int = 0
    unfinished: int | None = None
    over: str = ""


class PhaseStep(NamedTuple):
    """A phase to run now, or a run to take up again (`resume`)."""

    phase: str
    resume: str = ""


class DriveEnd(NamedTuple):
    """Why the drive ends; `is_done` where nothing is left to do, else a person is needed. `command` goes on."""

    code: str
    message: str
    command: str = ""
    is_done: bool = False


def next_step(facts: DriveFacts) -> PhaseStep | DriveEnd:
    """The step that follows from the facts; the first thing that stops counts."""
    return _stop_before(facts) or _continue_run(facts) or _after(facts)


def _stop_before(facts: DriveFacts) -> DriveEnd | None:
    if facts.over:
        return DriveEnd("drive.over-budget", facts.over, command("git okstra usage show", ("--task-key", facts.key)))
    if facts.waiting:
        return DriveEnd(*facts.waiting[0])
    return None


def _continue_run(facts: DriveFacts) -> PhaseStep | DriveEnd | None:
    if not facts.open_run:
        return None
    if facts.led:
        show = command("git okstra run show", facts.open_run)
        return DriveEnd("drive.led", f"run {facts.open_run} is led by another process", show)
    return PhaseStep(facts.phase, resume=facts.open_run)


def _after(facts: DriveFacts) -> PhaseStep | DriveEnd:
    if not facts.ended:
        return PhaseStep(FIRST)
    if facts.ended != "finished":
        show = command("git okstra inspect run", ("--task-key", facts.key))
        return DriveEnd("drive.run-failed", f"the last run ({facts.phase}) was {facts.ended}", show)
    wanted = facts.next_phase.partition("(")[0]
    if wanted == facts.phase and facts.again >= AT_MOST_AGAIN:
        message = f"{facts.phase} ran {facts.again} times in a row, finished nothing and is recommended again"
        return DriveEnd("drive.going-round", message, command("git okstra inspect history", ("--task-key", facts.key)))
    return _phase(facts, wanted)


def _phase(facts: DriveFacts, wanted: str) -> PhaseStep | DriveEnd:
    if not wanted:
        return DriveEnd("drive.done", "the last report recommends no further phase", is_done=True)
    if wanted == HANDOFF:
        line = command("git okstra handoff eligible", ("--task-key", facts.key))
        return DriveEnd("drive.handoff", "what is left is to hand over, which a person does", line)
    if wanted == IMPLEMENTATION and facts.unfinished is None:
        line = command("git okstra plan show", ("--task-key", facts.key))
        return DriveEnd("drive.no-plan", "an implementation needs an approved plan", line)
    if wanted == IMPLEMENTATION and facts.unfinished == 0:
        return PhaseStep(VERIFICATION)
    return PhaseStep(wanted)
