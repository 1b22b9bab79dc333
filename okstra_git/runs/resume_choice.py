"""Which run of a task is resumed, and what may be offered instead: pure decisions over explained facts."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from okstra_git.commands import word
from okstra_git.names import quote_path
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.runs.explain import Advice, RunAdvice, new_run_command, show_plan
from okstra_git.runs.leases import GUARDED
from okstra_git.runs.progress import TaskProgress
from okstra_git.runs.selection import stages_flag
from okstra_git.store.stage_dependencies import finished_stages

FIRST_PHASE = "requirements-discovery"
IDLE = ("git okstra status ", "git okstra stage show ", "git okstra run show ")
"""Beginnings of advice that is only to look."""
ASKS = "git okstra reconcile "
"""The beginning of advice about a rewritten stage; a prepare stops until such a question is settled."""


ON_PLAN = ("implementation", "final-verification", "release-handoff")
"""Task types whose prepare reads the plan of a task that has one."""

_PREPARE = "git okstra run prepare "


class MissingFiles(NamedTuple):
    """Runs whose own documents are gone, by id, and the task's brief and approved plan where their files are gone."""

    bundles: frozenset[str] = frozenset()
    brief: str = ""
    plan: str = ""

    def holds_up(self, command: str) -> bool:
        """Whether a command that prepares would be refused because a file is missing; any other is not held up."""
        if not command.startswith(_PREPARE):
            return False
        words = command.split()
        return bool(self.brief) or (bool(self.plan) and words[words.index("--task-type") + 1] in ON_PLAN)

    def named(self) -> str:
        """The files in words: `the brief a.md and the plan b.md`."""
        listed = [
            f"the {what} {quote_path(path)}" for what, path in (("brief", self.brief), ("plan", self.plan)) if path
        ]
        return " and ".join(listed)


NOTHING_MISSING = MissingFiles()


class NextStep(NamedTuple):
    """A command that can do no harm, and why it is the one."""

    command: str
    why: str


class OfferedChoice(NamedTuple):
    """Something a person may be offered: to `continue` the run, to `begin-anew` in its place, or to `abandon` it."""

    what: Literal["continue", "begin-anew", "abandon"]
    command: str
    why: str
    recommended: bool


class Offer(NamedTuple):
    """`run` is the open run that was chosen, if there is one; `is_ready` says whether it may be resumed now."""

    run: Run | None
    is_ready: bool
    next: NextStep
    choices: tuple[OfferedChoice, ...]


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
    standing: TaskProgress,
    run: Run | None,
    stages: Sequence[Advice],
    others: Sequence[RunAdvice],
    *,
    ours: frozenset[str],
    missing: MissingFiles = NOTHING_MISSING,
) -> Offer:
    """What to do about the chosen run; without one, about the task. Nothing is offered that missing files hold up."""
    if run is None:
        return Offer(None, False, _of_task(task, standing, stages, missing), ())
    step = step_for(run, stages, others)
    resume, anew = f"git okstra run resume {word(run.id)}", new_run_command(task, run)
    if (step.command == resume and run.id in missing.bundles) or missing.holds_up(step.command):
        return _without_files(task, run, run.id in ours, missing)
    if step.command == resume:
        going_on = OfferedChoice("continue", resume, step.why, True)
        # the caller's own run is abandoned first, since asking for the same again gives the same run
        again = () if run.id in ours else (_instead(task, run, anew, missing),)
        return Offer(run, True, step, (going_on, *again))
    if step.command == anew:
        return Offer(run, False, step, (OfferedChoice("begin-anew", anew, step.why, True),))
    waits = step.command == show_plan(task)
    return Offer(run, False, step, (OfferedChoice("abandon", _abandon(run), "ends this run", False),) if waits else ())


def _without_files(task: Task, run: Run, is_ours: bool, missing: MissingFiles) -> Offer:
    """About a run that cannot be resumed because its documents are missing: another in its place, or only its end."""
    why = "its documents are gone, so it cannot be led on" if run.id in missing.bundles else f"{missing.named()}: gone"
    end = OfferedChoice("abandon", _abandon(run), why, True)
    instead = _instead(task, run, new_run_command(task, run), missing)
    if is_ours or instead.what == "abandon":
        return Offer(run, False, NextStep(end.command, why), (end,))
    anew = instead._replace(why=f"{why}; {instead.why}", recommended=True)
    return Offer(run, False, NextStep(anew.command, anew.why), (anew, end._replace(recommended=False)))


def step_for(run: Run, stages: Sequence[Advice], others: Sequence[RunAdvice]) -> NextStep:
    """What is advised about an open run: by its stage where it holds one, else by itself."""
    if run.task_type == GUARDED and run.stage is not None:
        by_stage = next((advice for advice in stages if advice.stage == run.stage), None)
        if by_stage is not None:
            # another run may have the lease of that stage; this one then is only to be looked at
            if by_stage.lease is None or by_stage.lease.run == run.id:
                return NextStep(by_stage.command, by_stage.why)
            return NextStep(_show(run), "another run has its stage")
    by_itself = next((advice for advice in others if advice.run == run.id), None)
    if by_itself is None:
        return NextStep(_show(run), "nothing else is known of it")
    return NextStep(by_itself.command, by_itself.why)


def _instead(task: Task, run: Run, anew: str, missing: MissingFiles) -> OfferedChoice:
    """What there is besides going on; nothing is begun anew for a finished stage, or without its files."""
    if run.task_type == GUARDED and run.stage in finished_stages(task):
        return OfferedChoice("abandon", _abandon(run), "ends this run without a report; its stage stays done", False)
    if missing.holds_up(anew):
        return OfferedChoice("abandon", _abandon(run), f"ends this run; a new one needs {missing.named()}", False)
    return OfferedChoice("begin-anew", anew, _why_anew(run), False)


def _abandon(run: Run) -> str:
    return f"git okstra run abandon {word(run.id)}"


def _show(run: Run) -> str:
    return f"git okstra run show {word(run.id)}"


def _why_anew(run: Run) -> str:
    if run.task_type == GUARDED:
        return "prepares the stage anew; this run is given up, and what lies there is kept"
    return "prepares a new run; this one stays open until it is abandoned"


def _of_task(task: Task, standing: TaskProgress, stages: Sequence[Advice], missing: MissingFiles) -> NextStep:
    """Without an open run: what comes next, or the files that it needs first."""
    step, key = _next_of(task, standing, stages), str(task.key)
    if not missing.holds_up(step.command):
        return step
    look = show_plan(task) if missing.plan else f"git okstra status {key}"
    return NextStep(look, f"nothing can be prepared before {missing.named()} is put back")


def _next_of(task: Task, standing: TaskProgress, stages: Sequence[Advice]) -> NextStep:
    """A question about rewritten history, else the next phase, else what the first stage needs that needs anything."""
    key = str(task.key)
    if not task.is_open:
        return NextStep(f"git okstra task open {key}", "the task is closed")
    checks = (advice for advice in stages if advice.command.startswith(ASKS) and advice.command.endswith(" --check"))
    question = next(checks, None)
    if question is not None:
        return NextStep(question.command, f"stage {question.stage}: {question.why}")
    if standing.next_phase not in (None, GUARDED, "final-verification"):
        why = "the last run's report recommends it" if standing.ground == "report" else "it is the next phase"
        return NextStep(_prepare(task, standing.next_phase or ""), why)
    needing = next((advice for advice in stages if not advice.command.startswith(IDLE)), None)
    if needing is not None:
        return NextStep(needing.command, f"stage {needing.stage}: {needing.why}")
    if standing.next_phase == GUARDED and task.plan is None and task.proposed_plan:
        approve = f"git okstra plan approve {word(task.proposed_plan)} --task-key {key}"
        return NextStep(approve, "an implementation begins on an approved plan, and this one waits for it")
    if standing.next_phase is not None:
        return NextStep(_prepare(task, standing.next_phase), "it is the next phase")
    if stages:
        return NextStep(f"git okstra status {key}", "every stage waits for something else")
    return NextStep(_prepare(task, FIRST_PHASE), "nothing was done on the task yet")


def _prepare(task: Task, phase: str) -> str:
    key = str(task.key)
    return f"git okstra run prepare --task-key {key} --task-type {word(phase)}{stages_flag(task, phase)}"
