"""How far a task has come by its records: what runs, what is left of its stages, and which phase should follow."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from okstra_git.names import number_ranges
from okstra_git.phases import ABOUT_TASK, PHASES, phase_of_routing
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.store.stage_dependencies import finished_stages

IN_PROGRESS, DONE = "in-progress", "done"
"""`workStatus`, as task manifests have it: anything but `done` means that something is left."""

_LEFT = {
    "reserved": "finish", "started": "finish", "pending": "begin", "done": "verify", "verified": "hand over",
    "in-pr": "merge",
}  # fmt: skip
"""What a stage in this state waits for, in the order in which it is listed; a landed one waits for nothing."""

_NEXT = {
    "pending": "implementation", "reserved": "implementation", "started": "implementation",
    "done": "final-verification", "verified": "release-handoff",
}  # fmt: skip

_LEFT_ALREADY = frozenset({"in-pr", "landed"})

_MAY_LEAVE = frozenset({"done", "verified"})

LISTED = 12
"""Stage numbers and ranges that one sentence names."""


class TaskProgress(NamedTuple):
    """How far a task has come.

    `next_phase` is a recommendation; `ground` says whose: of the last run's `report`, of a `run` that came to nothing
    yet, of the `stages`, or of the report whose `follow-up` the task is. `left` are phrases such as `finish stage 2`.
    """

    last: Run | None
    open_runs: tuple[Run, ...]
    stages: dict[str, tuple[int, ...]]
    left: tuple[str, ...]
    next_phase: str | None
    ground: str | None
    work_status: str


def progress_of(task: Task, *, undecided: Collection[int] = ()) -> TaskProgress:
    """Everything that the records say of how far the task has come; stages whose commit a person has to name first
    are `undecided`, whatever is recorded of them."""
    runs = sorted(task.runs.values(), key=lambda run: run.id)
    last = _last_of(runs)
    active = tuple(run for run in runs[::-1] if run.is_active)
    stages = stages_by_state(task)
    phase, ground = _next_phase(task, last, stages)
    left = tuple(_left(task, stages, active, frozenset(undecided))) if task.is_open else ()
    return TaskProgress(last, active, stages, left, phase, ground, IN_PROGRESS if task.is_open else DONE)


def stages_by_state(task: Task) -> dict[str, tuple[int, ...]]:
    """State -> numbers, ascending, of the stages on record and those that the approved plan has beyond them."""
    numbers_by_state: dict[str, list[int]] = {}
    planned = {stage.number for stage in task.plan.stages} if task.plan else set()
    for number in sorted(planned | task.stages.keys()):
        state = task.stages[number].status if number in task.stages else "pending"
        numbers_by_state.setdefault(state, []).append(number)
    return {state: tuple(numbers) for state, numbers in numbers_by_state.items()}


def named_stages(numbers: Sequence[int]) -> str:
    """`stage 2`, or `stages 1, 3-14`: three and more in a row become a range, and many ranges are cut."""
    ranges = list(number_ranges(numbers, dash="-"))
    more = f" and {len(ranges) - LISTED} more" if len(ranges) > LISTED else ""
    return f"{'stage' if len(numbers) == 1 else 'stages'} {', '.join(ranges[:LISTED])}{more}"


def _last_of(runs: Sequence[Run]) -> Run | None:
    """The run that was prepared last while it is open; else the one that ended last, whose word is the newest."""
    ended = [(run.ended, run) for run in runs if run.ended is not None]
    if runs and (runs[-1].is_active or not ended):
        return runs[-1]
    return max(ended, key=lambda pair: (pair[0], pair[1].id))[1] if ended else None


def _next_phase(task: Task, last: Run | None, stages: dict[str, tuple[int, ...]]) -> tuple[str | None, str | None]:
    """What the last run's report says, unless it is about stages and none is left that it could mean.

    Logs of other clones may say anything; a word that is not a phase is passed over.
    """
    by_stages = next((phase for state, phase in _NEXT.items() if state in stages), None)
    if not task.is_open:
        return None, None
    if last is not None and last.task_type in PHASES and (_is_under_way(task, last) or _is_to_repeat(task, last)):
        return last.task_type, "run"
    recommended = phase_of_routing(last.next_phase) if last is not None else ""
    if recommended in PHASES and not _is_followed(recommended, stages, by_stages):
        return recommended, "report"
    if by_stages or last is not None:
        return (by_stages, "stages") if by_stages else (None, None)
    suggested = _suggested(task)
    return (suggested, "follow-up") if suggested else (None, None)


def _suggested(task: Task) -> str | None:
    """The phase that the report suggested which the task comes from; one that needs a plan begins with planning."""
    phase = PHASES.get(task.origin.task_type) if task.origin is not None else None
    if phase is None or phase.name in ABOUT_TASK:
        return None
    return "implementation-planning" if phase.needs_plan and task.plan is None else phase.name


def _is_followed(phase: str, stages: Collection[str], by_stages: str | None) -> bool:
    """Whether what a report recommended was done since, judging by the states of the stages."""
    if phase == "implementation":
        return bool(stages) and by_stages != phase
    is_about_leaving = phase in ("final-verification", "release-handoff")
    return is_about_leaving and not _LEFT_ALREADY.isdisjoint(stages) and _MAY_LEAVE.isdisjoint(stages)


def _is_under_way(task: Task, last: Run) -> bool:
    """Whether the run has not ended; a planning whose plan was approved meanwhile has done what it was for."""
    plan = task.plan
    is_approved = plan is not None and plan.at is not None and last.claimed is not None and plan.at > last.claimed
    return last.is_active and not (last.task_type == "implementation-planning" and is_approved)


def _is_to_repeat(task: Task, last: Run) -> bool:
    """Whether the run came to nothing; one whose stage was finished all the same did not."""
    return last.status in ("failed", "abandoned") and last.stage not in finished_stages(task)


def _left(
    task: Task, stages: dict[str, tuple[int, ...]], active: tuple[Run, ...], undecided: frozenset[int]
) -> Iterator[str]:
    if undecided:
        yield f"decide about {named_stages(sorted(undecided))}"
    if task.plan is None and not task.stages:
        yield "approve a plan"
    for verb in dict.fromkeys(_LEFT.values()):
        waiting = {n for state, members in stages.items() if _LEFT.get(state) == verb for n in members}
        numbers = sorted(waiting - undecided)
        if numbers:
            yield f"{verb} {named_stages(numbers)}"
    if active:
        yield "end the open run" if len(active) == 1 else f"end {len(active)} open runs"
    if stages.keys() == {"landed"} and not active:
        yield "close the task"
