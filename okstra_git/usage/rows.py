"""Usage of many runs as rows: grouped by phase, stage, worker, model or day, with money where prices are known."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.records.usage import Counters, SessionRecord
from okstra_git.usage.prices import Prices

View = Literal["phase", "stage", "worker", "model", "day", "run"]
LEAD, SHARED, UNKNOWN = "lead", "shared", "unknown"
_TRUST = ("approximate", "lower_bound", "exact")


class UsedPart(NamedTuple):
    """Counters of one session, and the run that they belong to."""

    task: Task
    run: Run
    session: SessionRecord
    counters: Counters


@dataclass
class UsageRow:
    """Sums under one name; `dollars` is what is known of the cost, `unpriced` the tokens of models without a price."""

    name: str
    fresh: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    thought: int = 0
    dollars: Decimal = Decimal(0)
    unpriced: int = 0
    confidence: str = "exact"

    @property
    def total(self) -> int:
        """Everything that went in and came out."""
        return self.fresh + self.cached + self.written + self.output

    def add(self, part: UsedPart, prices: Prices) -> None:
        """Count the part."""
        counters = part.counters
        for name in ("fresh", "cached", "written", "output", "thought"):
            setattr(self, name, getattr(self, name) + getattr(counters, name))
        cost = prices.cost_of(counters)
        self.dollars += cost or 0
        self.unpriced += counters.total if cost is None else 0
        self.confidence = min(self.confidence, part.session.confidence, key=_TRUST.index)


def used_parts(tasks: Iterable[Task]) -> Iterator[UsedPart]:
    """Every counter of the runs of these tasks, a session that served several runs counted by difference.

    A session that is recorded for a later run of the same task again holds what it used before, too: of that only what
    it has more is the later run's.
    """
    for task in tasks:
        known: dict[tuple[str, str, str, str], Counters] = {}
        for run in sorted(task.runs.values(), key=lambda each: each.id):
            for session in run.usage:
                for counters in session.counters:
                    place = (session.program, session.session, counters.model, counters.day)
                    yield UsedPart(task, run, session, _beyond(counters, known.get(place)))
                    known[place] = _larger(counters, known.get(place))


def group_usage(parts: Iterable[UsedPart], view: View, prices: Prices) -> list[UsageRow]:
    """A row for each name of the view; those by day in their order, all others with the largest first."""
    rows: dict[str, UsageRow] = {}
    for part in parts:
        name = _NAMES[view](part)
        rows.setdefault(name, UsageRow(name)).add(part, prices)
    if view == "day":
        return sorted(rows.values(), key=lambda row: row.name)
    return sorted(rows.values(), key=lambda row: (-row.total, row.name))


def total_of(rows: Iterable[UsageRow]) -> UsageRow:
    """The sum of rows."""
    whole = UsageRow("total")
    for row in rows:
        for name in ("fresh", "cached", "written", "output", "thought", "unpriced"):
            setattr(whole, name, getattr(whole, name) + getattr(row, name))
        whole.dollars += row.dollars
        whole.confidence = min(whole.confidence, row.confidence, key=_TRUST.index)
    return whole


def _beyond(counters: Counters, before: Counters | None) -> Counters:
    if before is None:
        return counters
    parts = ("fresh", "cached", "written", "output", "thought", "requests")
    more = {part: max(0, getattr(counters, part) - getattr(before, part)) for part in parts}
    return Counters(model=counters.model, day=counters.day, **more)


def _larger(counters: Counters, before: Counters | None) -> Counters:
    return counters if before is None or counters.total >= before.total else before


def _stage_of(part: UsedPart) -> str:
    return f"{part.task.key} stage {part.run.stage}" if part.run.stage is not None else f"{part.task.key} {SHARED}"


_NAMES: dict[View, Callable[[UsedPart], str]] = {
    "phase": lambda part: part.run.task_type,
    "stage": _stage_of,
    "worker": lambda part: part.session.worker or LEAD,
    "model": lambda part: part.counters.model or UNKNOWN,
    "day": lambda part: part.counters.day or UNKNOWN,
    "run": lambda part: part.run.id,
}
