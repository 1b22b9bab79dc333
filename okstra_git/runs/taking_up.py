"""Which run work on a task is taken up with, and what may be offered instead: pure decisions over explained facts."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from okstra_git.commands import word
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.explain import Advice, RunAdvice, new_run_command, show_plan
from okstra_git.runs.leases import GUARDED, finished_stages
from okstra_git.runs.lost import NOTHING_LOST, Lost
from okstra_git.runs.scope import stages_flag
from okstra_git.runs.standing import Standing

FIRST_PHASE = "requirements-discovery"
IDLE = ("git okstra status ", "git okstra stage show ", "git okstra run show ")
"""Beginnings of advice that is only to look."""
ASKS = "git okstra reconcile "
"""The beginning of advice about a rewritten stage; a prepare stops until such a question is settled."""


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
    lost: Lost = NOTHING_LOST,
) -> Offer:
    """What to do about the chosen run; without one, about the task. Nothing is offered that `lost` files hold up."""
    if run is None:
        return Offer(None, False, _of_task(task, standing, stages, lost), ())
    step = step_for(run, stages, others)
    resume, anew = f"git okstra run resume {word(run.id)}", new_run_command(task, run)
    if (step.command == resume and run.id in lost.bundles) or lost.holds_up(step.command):
        return _without_files(task, run, run.id in ours, lost)
    if step.command == resume:
        going_on = Choice("continue", resume, step.why, True)
        # the caller's own run is abandoned first, since asking for the same again gives the same run
        again = () if run.id in ours else (_instead(task, run, anew, lost),)
        return Offer(run, True, step, (going_on, *again))
    if step.command == anew:
        return Offer(run, False, step, (Choice("begin-anew", anew, step.why, True),))
    waits = step.command == show_plan(task)
    return Offer(run, False, step, (Choice("abandon", _abandon(run), "ends this run", False),) if waits else ())


def _without_files(task: Task, run: Run, is_ours: bool, lost: Lost) -> Offer:
    """About a run that cannot be led on for want of its documents: another in its place, or only its end."""
    why = "its documents are gone, so it cannot be led on" if run.id in lost.bundles else f"{lost.named()}: gone"
    end = Choice("abandon", _abandon(run), why, True)
    instead = _instead(task, run, new_run_command(task, run), lost)
    if is_ours or instead.what == "abandon":
        return Offer(run, False, Step(end.command, why), (end,))
    anew = instead._replace(why=f"{why}; {instead.why}", recommended=True)
    return Offer(run, False, Step(anew.command, anew.why), (anew, end._replace(recommended=False)))


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


def _instead(task: Task, run: Run, anew: str, lost: Lost) -> Choice:
    """What there is besides going on; nothing is begun anew for a finished stage, or without its files."""
    if run.task_type == GUARDED and run.stage in finished_stages(task):
        return Choice("abandon", _abandon(run), "ends this run without a report; its stage stays done", False)
    if lost.holds_up(anew):
        return Choice("abandon", _abandon(run), f"ends this run; a new one needs {lost.named()}", False)
    return Choice("begin-anew", anew, _why_anew(run), False)


def _abandon(run: Run) -> str:
    return f"git okstra run abandon {word(run.id)}"


def _show(run: Run) -> str:
    return f"git okstra run show {word(run.id)}"


def _why_anew(run: Run) -> str:
    if run.task_type == GUARDED:
        return "prepares the stage anew; this run is given up, and what lies there is kept"
    return "prepares a new run; this one stays open until it is abandoned"


def _of_task(task: Task, standing: Standing, stages: Sequence[Advice], lost: Lost) -> Step:
    """Without an open run: what comes next, or the files that it needs first."""
    step, key = _next_of(task, standing, stages), str(task.key)
    if not lost.holds_up(step.command):
        return step
    look = show_plan(task) if lost.plan else f"git okstra status {key}"
    return Step(look, f"nothing can be prepared before {lost.named()} is put back")


def _next_of(task: Task, standing: Standing, stages: Sequence[Advice]) -> Step:
    """A question about rewritten history, else the next phase, else what the first stage needs that needs anything."""
    key = str(task.key)
    if not task.is_open:
        return Step(f"git okstra task open {key}", "the task is closed")
    asked = next((one for one in stages if one.command.startswith(ASKS) and one.command.endswith(" --check")), None)
    if asked is not None:
        return Step(asked.command, f"stage {asked.stage}: {asked.why}")
    if standing.next_phase not in (None, GUARDED, "final-verification"):
        why = "the last run's report recommends it" if standing.ground == "report" else "it is the next phase"
        return Step(_prepare(task, standing.next_phase or ""), why)
    found = next((one for one in stages if not one.command.startswith(IDLE)), None)
    if found is not None:
        return Step(found.command, f"stage {found.stage}: {found.why}")
    if standing.next_phase == GUARDED and task.plan is None and task.proposed_plan:
        approve = f"git okstra plan approve {word(task.proposed_plan)} --task-key {key}"
        return Step(approve, "an implementation begins on an approved plan, and this one waits for it")
    if standing.next_phase is not None:
        return Step(_prepare(task, standing.next_phase), "it is the next phase")
    if stages:
        return Step(f"git okstra status {key}", "every stage waits for something else")
    return Step(_prepare(task, FIRST_PHASE), "nothing was done on the task yet")


def _prepare(task: Task, phase: str) -> str:
    key = str(task.key)
    return f"git okstra run prepare --task-key {key} --task-type {word(phase)}{stages_flag(task, phase)}"
