"""Several stages squashed into one commit: found by the sum of their changes, and always a person's decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from okstra_git.digest import add_sums
from okstra_git.reconcile.places import Home
from okstra_git.reconcile.windows import Window
from okstra_git.records.stage import RangePrint
from okstra_git.records.states import Task


@dataclass(frozen=True)
class Union:
    """The commit that holds the changes of these stages together."""

    stages: tuple[int, ...]
    commit: str


def find_union(task: Task, recorded: RangePrint, searched: Sequence[tuple[Home, Window]]) -> Union | None:
    """A single commit that makes exactly the joint change of the stage and neighbours in its stack, or None."""
    if recorded.is_empty:
        return None
    for stack in _stacks(task, recorded):
        prints = {number: one for number in stack if (one := task.stages[number].range) and not one.is_empty}
        for _, window in searched:
            commit = _single(window, list(prints.values())) if len(prints) > 1 else None
            if commit is not None:
                return Union(tuple(sorted(prints)), commit)
    return None


def _single(window: Window, prints: Sequence[RangePrint]) -> str | None:
    delta = lines = 0
    for one in prints:
        delta = add_sums(delta, int(one.delta_sum, 16))
        lines = add_sums(lines, int(one.lines_sum, 16)) if one.lines_sum else lines
    spans = [*window.spans_with_delta(delta), *window.spans_with_lines(lines)]
    singles = {span.last.facts.oid for span in spans if span.first is span.last}
    return singles.pop() if len(singles) == 1 else None


def _stacks(task: Task, recorded: RangePrint) -> list[list[int]]:
    """Neighbours in the stack, and by number where the stack was taken apart; longest first."""
    numbered = [number for number, stage in sorted(task.stages.items()) if stage.range]
    runs = [run for line in (_line_through(task, recorded), numbered) for run in _runs(task, line, recorded)]
    return sorted(runs, key=len, reverse=True)


def _runs(task: Task, line: list[int], recorded: RangePrint) -> list[list[int]]:
    """Every stretch of the line around the recorded range, of at least two stages and at most seven to either side."""
    place = next((at for at, number in enumerate(line) if _head(task, number) == recorded.head), None)
    if place is None:
        return []
    return [
        line[start : end + 1]
        for start in range(max(0, place - 7), place + 1)
        for end in range(place, min(len(line), place + 8))
        if end > start
    ]


def _line_through(task: Task, recorded: RangePrint) -> list[int]:
    """Stage numbers from the lowest to the highest of the stack around the recorded range."""
    by_head = {s.range.head: s.number for s in task.stages.values() if s.range}
    by_base = {s.range.base: s.number for s in task.stages.values() if s.range and s.range.base}
    line = [by_head[recorded.head]]
    while True:
        below = task.stages[line[0]].range
        number = by_head.get(below.base or "") if below else None
        if number is None or number in line or len(line) > 1000:
            break
        line.insert(0, number)
    while True:
        number = by_base.get(_head(task, line[-1]))
        if number is None or number in line or len(line) > 2000:
            break
        line.append(number)
    return line


def _head(task: Task, number: int) -> str:
    found = task.stages[number].range
    return found.head if found else ""
