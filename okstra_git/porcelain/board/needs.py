"""What waits for a person, most urgent first: problems of `status`, questions of reports, plans to approve."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from okstra_git.commands import word
from okstra_git.pages.board import Need
from okstra_git.porcelain.workspace import NOT_SET_UP, URGENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from okstra_git.porcelain.board.questions import RunQuestions
    from okstra_git.porcelain.status import Survey
    from okstra_git.porcelain.workspace import StatusProblem
    from okstra_git.records.states import Task

ALIKE = 5
"""Problems of one kind that are shown, decisions aside; a stranger could make thousands."""

DECISIONS = 100
"""Questions that are shown."""


def list_needs(seen: Survey, questions: Mapping[str, RunQuestions]) -> list[Need]:
    """Decisions first, then plans to approve, then what is worth a look, of each kind the first few."""
    needs = [_need(problem) for problem in seen.problems if problem != NOT_SET_UP or seen.tasks]
    needs += (need for asked in questions.values() for need in asked.needs)
    needs += (need for task in seen.tasks for need in _unapproved(task))
    ordered = sorted(needs, key=lambda need: need.urgency != "decide")
    return list(_first_of_each_kind(ordered))


def _need(problem: StatusProblem) -> Need:
    is_line = problem.hint.startswith("git ")
    return Need(
        urgency="decide" if problem.code in URGENT else "see",
        code=problem.code,
        message=problem.message,
        command=problem.hint if is_line else "",
        advice="" if is_line else problem.hint,
        task=problem.task,
        stage=problem.stage,
    )


def _unapproved(task: Task) -> Iterator[Need]:
    """A plan that a planning left, where none is approved yet."""
    if task.plan is None and task.proposed_plan and task.is_open:
        line = f"git okstra plan approve {word(task.proposed_plan)} --task-key {task.key}"
        yield Need(
            "decide", "plan.proposed", f"a plan waits for approval: {task.proposed_plan}", line, task=str(task.key)
        )


def _first_of_each_kind(needs: Iterable[Need]) -> Iterator[Need]:
    everything = list(needs)
    totals, shown = Counter(need.code for need in everything), Counter[str]()
    for need in everything:
        limit = DECISIONS if need.urgency == "decide" else ALIKE
        shown[need.code] += 1
        if shown[need.code] < limit or totals[need.code] == limit:
            yield need
        elif shown[need.code] == limit:
            yield replace(need, more=totals[need.code] - limit)
