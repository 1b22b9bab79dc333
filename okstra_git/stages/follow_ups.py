"""Decides which follow-up rows of a report become tasks, and what is wrong with those that should."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.names import TaskKey, make_task_key, quote, split_task_key
from okstra_git.phases import PHASES
from okstra_git.records.events import AnyFact, TaskOpened, TaskSpawned
from okstra_git.records.states import State, Task
from okstra_git.reports.follow_ups import ReportedFollowUp
from okstra_git.wording import shortened

MOST_TASKS = 100
"""Tasks that one report opens; a report that asks for more was not written by somebody who thought of it."""

LONGEST_TITLE = 100

Standing = Literal["to-open", "open", "closed", "taken", "by-hand", "wrong"]


class FollowUpProblem(NamedTuple):
    """What keeps a row from becoming a task; `place` is its JSON path in the data, or its line in the report."""

    rule: str
    place: str
    message: str
    hint: str = ""


class ReportIdentity(NamedTuple):
    """Which report the rows are of: its path as it is recorded, its run (empty when unknown), and its task."""

    path: str
    run: str
    parent: TaskKey


@dataclass(frozen=True)
class FollowUp:
    """A row and what it comes to; `key` is None for one whose name is none.

    `to-open`: a task would be opened. `open`, `closed`: it was opened for this very row before. `taken`: a task of this
    name exists that has nothing to do with the row. `by-hand`: the row asks for none.
    """

    row: ReportedFollowUp
    key: TaskKey | None
    standing: Standing
    problems: tuple[FollowUpProblem, ...] = ()

    @property
    def title(self) -> str:
        """One line that says what the task is about."""
        return shortened(self.row.scope or self.row.reason or self.row.name, LONGEST_TITLE)


def judge_follow_ups(state: State, report: ReportIdentity, rows: Sequence[ReportedFollowUp]) -> list[FollowUp]:
    """Every row, in order, as it stands now."""
    keys = [_find_key(row, report.parent) for row in rows]
    wanted = Counter(key.slashed.lower() for key, row in zip(keys, rows, strict=True) if key and row.spawn)
    ground = _Ground(state, report, {key.slashed.lower(): key for key in state.tasks}, wanted)
    return [_judged(ground, row, key) for row, key in zip(rows, keys, strict=True)]


def facts_of(state: State, report: ReportIdentity, follow_ups: Sequence[FollowUp]) -> list[AnyFact]:
    """What is recorded for the tasks that are to be opened; they have the category of the report's task."""
    parent = state.tasks.get(report.parent) or Task(key=report.parent)
    return [fact for each in follow_ups if each.standing == "to-open" for fact in _facts(each, report, parent)]


def ticket_of(follow_up: FollowUp, report: ReportIdentity) -> str:
    """The ticket of the new task; a task without one has its own id in its place, and that is no ticket of another."""
    ticket = follow_up.row.ticket
    return "" if ticket in (report.parent.task, str(report.parent)) else ticket


def _facts(follow_up: FollowUp, report: ReportIdentity, parent: Task) -> Iterator[AnyFact]:
    key, row, ticket = follow_up.key, follow_up.row, ticket_of(follow_up, report)
    assert key is not None
    yield TaskOpened(
        task=key, category=parent.category, title=follow_up.title, tickets=(shortened(ticket, 500),) if ticket else ()
    )
    yield TaskSpawned(
        task=key,
        parent=report.parent,
        report=report.path,
        run=report.run,
        row=shortened(row.origin, 500),
        task_type=row.task_type,
    )


def _find_key(row: ReportedFollowUp, parent: TaskKey) -> TaskKey | None:
    try:
        parts = split_task_key(row.name)
        return make_task_key(*parent[: 3 - len(parts)], *parts)
    except OkstraError:
        return None


class _Ground(NamedTuple):
    """What a row is held against; `known` and `wanted` go by keys in lower case."""

    state: State
    report: ReportIdentity
    known: Mapping[str, TaskKey]
    wanted: Mapping[str, int]


def _judged(ground: _Ground, row: ReportedFollowUp, key: TaskKey | None) -> FollowUp:
    task = ground.state.tasks.get(key) if key is not None else None
    if task is not None and _came_from(task, ground.report):
        return FollowUp(row, key, "open" if task.is_open else "closed")
    if task is not None and key != ground.report.parent:
        return FollowUp(row, key, "taken")
    if row.spawn is False:
        return FollowUp(row, key, "by-hand")
    problems = (*_problems_of_cells(row), *_problems_of_name(ground, row, key))
    return FollowUp(row, key, "wrong" if problems else "to-open", problems)


def _came_from(task: Task, report: ReportIdentity) -> bool:
    origin = task.origin
    if origin is None or origin.parent != report.parent:
        return False
    return origin.report == report.path or (origin.run != "" and origin.run == report.run)


def _problems_of_cells(row: ReportedFollowUp) -> Iterator[FollowUpProblem]:
    if row.spawn is None:
        yield FollowUpProblem("follow-up.auto-spawn", row.place, "Auto-spawn? is neither yes nor no", "say yes or no")
    if row.task_type not in PHASES:
        near = get_close_matches(row.task_type, PHASES)
        hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(PHASES)}"
        yield FollowUpProblem("follow-up.task-type", row.place, f"{quote(row.task_type)} is not a task type", hint)
    if not (row.scope or row.reason):
        yield FollowUpProblem("follow-up.blank", row.place, "scope and reason are blank", "say what the task is about")


def _problems_of_name(ground: _Ground, row: ReportedFollowUp, key: TaskKey | None) -> Iterator[FollowUpProblem]:
    if key is None:
        hint = "a task id, group:task or project:group:task; each of 1-64 letters, digits, '.', '_' or '-'"
        yield FollowUpProblem("follow-up.id", row.place, f"{quote(row.name)} is not the name of a task", hint)
        return
    folded = key.slashed.lower()
    if key == ground.report.parent:
        yield FollowUpProblem("follow-up.id", row.place, f"{key} is the task of the report itself", "name a new task")
    elif folded in ground.known:
        message = f"{key} differs from the existing task {ground.known[folded]} in case only"
        yield FollowUpProblem("follow-up.id", row.place, message, "take the existing name, or another one")
    if ground.wanted.get(folded, 0) > 1:
        yield FollowUpProblem("follow-up.twice", row.place, f"{key} is named by several rows", "make them one row")
