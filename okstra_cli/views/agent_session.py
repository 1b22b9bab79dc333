"""Words what an agent's session begins with: where it is, what is open and what moved; each session pays for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from okstra_cli.page import clean

if TYPE_CHECKING:
    from okstra_git.porcelain.agent_session import Briefing
    from okstra_git.porcelain.workspace import StatusProblem
    from okstra_git.records.states import Task

MAX_TEXT = 1_000
"""Characters: at most 300 tokens of English, keys and commands."""
_MAX_ITEMS = 4
_MAX_NAME = 80


def briefing_text(briefing: Briefing) -> str:
    """At most MAX_TEXT characters, in whole lines; names and commands alone come from the repository, no free text."""
    kept: list[str] = []
    last = "More: `git okstra status --json`; answers to a move are in `git okstra reconcile --help`."
    for line in _lines(briefing):
        if sum(len(each) + 1 for each in (*kept, line, last)) <= MAX_TEXT:
            kept.append(line)
    return "\n".join([*kept, last])


def _lines(briefing: Briefing) -> Iterator[str]:
    yield "git-okstra has records of the work in this repository."
    yield _where(briefing)
    tasks = briefing.tasks
    if tasks:
        yield _limited("Open: ", [_task(task) for task in tasks], "; ")
    moved = [problem for problem in briefing.problems if problem.code == "stage.moved"]
    others = [problem for problem in briefing.problems if problem.code != "stage.moved"]
    if moved:
        yield _limited("Moved, proven to be the same: ", list(dict.fromkeys(map(_move, moved))), "; ")
    if others:
        yield _limited("To look at: ", list(dict.fromkeys(map(_problem, others))), "; ")


def _where(briefing: Briefing) -> str:
    branch = f"branch {_short(briefing.branch)}" if briefing.branch else "no branch (detached HEAD)"
    if briefing.here is None:
        return f"Here: {branch}, not a stage of an open task."
    task, stage = briefing.here
    return f"Here: {branch}, stage {stage.number} of {_short(str(task.key))}, {stage.status}."


def _task(task: Task) -> str:
    counts = Counter(stage.status for stage in task.stages.values())
    stages = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    return f"{_short(str(task.key))} (stages: {stages or 'none'})"


def _problem(problem: StatusProblem) -> str:
    subject = f"stage {problem.stage} of {problem.task}" if problem.stage else problem.task or problem.run or ""
    return f"{problem.code} {_short(subject)}".rstrip() + _command(problem)


def _move(problem: StatusProblem) -> str:
    return f"stage {problem.stage} of {_short(str(problem.task))}{_command(problem)}"


def _command(problem: StatusProblem) -> str:
    """The next step, where it is a line to run and no longer than a line."""
    command = problem.hint.partition("\n")[0]
    return f": `{clean(command)}`" if command.startswith("git ") and len(command) <= 2 * _MAX_NAME else ""


def _limited(head: str, items: list[str], between: str) -> str:
    more = f"{between}and {len(items) - _MAX_ITEMS} more" if len(items) > _MAX_ITEMS else ""
    return head + between.join(items[:_MAX_ITEMS]) + more + "."


def _short(name: str) -> str:
    shown = clean(name)
    return shown if len(shown) <= _MAX_NAME else f"{shown[:_MAX_NAME]}…"
