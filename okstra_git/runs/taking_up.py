"""Which run work on a task is taken up with, and what may be offered instead: pure decisions over explained facts."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.explain import Advice, RunAdvice, new_run_command
from okstra_git.runs.leases import GUARDED, finished_stages
from okstra_git.runs.standing import Standing

FIRST_PHASE = "requirements-discovery"
IDLE = ("git okstra status ", "git okstra stage show ", "git okstra run show ")
"""Beginnings of advice that is only to look."""


class Step(NamedTuple):
    """A command that can do no harm, and why it is the one."""

    command: str
    why: str


class Choice(NamedTuple):
    """Something a person may be offered: to `continue` the run, to `begin-anew` in its place, or to `abandon` it."""

    what: Literal["continue", "begin-anew", "abandon"]
    command: str
    why: str
    recommended: bool


class Offer(NamedTuple):
    """`run` is the open run that was chosen, if there is one; `is_ready` says whether it may be resumed now."""

    run: Run | None
    is_ready: bool
    next: Step
    choices: tuple[Choice, ...]


def choose_run(runs: Iterable[Run], *, ours: frozenset[str], stage: int | None, pointed: str | None) -> Run | None:
    """Of the open runs the caller's own, else that of the stage checked out here, else the one that the task's
    documents point to, else the newest."""
    return max(
        runs,
        key=lambda run: (run.id in ours, stage is not None and run.stage == stage, run.id == pointed, run.id),
        default=None,
    )


def make_offer(
    task: Task,
    standing: Standing,
    run: Run | None,
    stages: Sequence[Advice],
    others: Sequence[RunAdvice],
    *,
    ours: frozenset[str],
) -> Offer:
    """What to do about the chosen run; without one, about the task."""
    if run is None:
        return Offer(None, False, _of_task(task, standing, stages), ())
    step = step_for(run, stages, others)
    resume, anew = f"git okstra run resume {run.id}", new_run_command(task, run)
    if step.command == resume:
        going_on = Choice("continue", resume, step.why, True)
        # the caller's own run is abandoned first, since asking for the same again gives the same run
        again = () if run.id in ours else (_instead(task, run, anew),)
        return Offer(run, True, step, (going_on, *again))
    choices = (Choice("begin-anew", anew, step.why, True),) if step.command == anew else ()
    return Offer(run, False, step, choices)


def step_for(run: Run, stages: Sequence[Advice], others: Sequence[RunAdvice]) -> Step:
    """What is advised about an open run: by its stage where it holds one, else by itself."""
    if run.task_type == GUARDED and run.stage is not None:
        found = next((one for one in stages if one.stage == run.stage), None)
        if found is not None:
            # another run may have the lease of that stage; this one then is only to be looked at
            is_its_own = found.lease is None or found.lease.run == run.id
            return Step(found.command, found.why) if is_its_own else Step(_show(run), "another run has its stage")
    told = next((one for one in others if one.run == run.id), None)
    return Step(told.command, told.why) if told is not None else Step(_show(run), "nothing else is known of it")


def _instead(task: Task, run: Run, anew: str) -> Choice:
    """What there is besides going on; a stage that is finished is never begun anew."""
    if run.task_type == GUARDED and run.stage in finished_stages(task):
        return Choice("abandon", _abandon(run), "ends this run without a report; its stage stays done", False)
    return Choice("begin-anew", anew, _why_anew(run), False)


def _abandon(run: Run) -> str:
    return f"git okstra run abandon {run.id}"


def _show(run: Run) -> str:
    return f"git okstra run show {run.id}"


def _why_anew(run: Run) -> str:
    if run.task_type == GUARDED:
        return "prepares the stage anew; this run is given up, and what lies there is kept"
    return "prepares a new run; this one stays open until it is abandoned"


def _of_task(task: Task, standing: Standing, stages: Sequence[Advice]) -> Step:
    """Without an open run: the next phase, or what the first stage needs that needs anything."""
    key = task.key.replace("/", ":")
    if not task.is_open:
        return Step(f"git okstra task open {key}", "the task is closed")
    if standing.next_phase not in (None, GUARDED, "final-verification"):
        why = "the last run's report recommends it" if standing.ground == "report" else "it is the next phase"
        return Step(_prepare(key, standing.next_phase or ""), why)
    found = next((one for one in stages if not one.command.startswith(IDLE)), None)
    if found is not None:
        return Step(found.command, f"stage {found.stage}: {found.why}")
    if standing.next_phase is not None:
        return Step(_prepare(key, standing.next_phase), "it is the next phase")
    if stages:
        return Step(f"git okstra status {key}", "every stage waits for something else")
    return Step(_prepare(key, FIRST_PHASE), "nothing was done on the task yet")


def _prepare(key: str, phase: str) -> str:
    return f"git okstra run prepare --task-key {key} --task-type {phase}"
