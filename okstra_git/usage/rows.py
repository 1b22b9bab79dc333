"""Usage of many runs as rows: grouped by phase, stage, worker, model or day, with money where prices are known."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from okstra_git.agents.tokens import NO_TOKENS, Confidence, Tokens, sum_tokens, worst
from okstra_git.contract import LEAD
from okstra_git.records.runs import Run
from okstra_git.records.states import Task
from okstra_git.records.usage import Counters, SessionRecord
from okstra_git.usage.prices import Prices

View = Literal["phase", "stage", "worker", "model", "day", "run"]
SHARED, UNKNOWN = "shared", "unknown"


class UsedPart(NamedTuple):
    """Counters of one session, and the run that they belong to."""

    task: Task
    run: Run
    session: SessionRecord
    counters: Counters


class UsageRow(NamedTuple):
    """Sums under one name; `dollars` is what is known of the cost, `unpriced` the tokens of models without a price."""

    name: str
    tokens: Tokens = NO_TOKENS
    dollars: Decimal = Decimal(0)
    unpriced: int = 0
    confidence: Confidence = "exact"

    def with_part(self, part: UsedPart, prices: Prices) -> "UsageRow":
        """The part counted, too."""
        cost, tokens = prices.cost_of(part.counters), part.counters.tokens
        return UsageRow(
            self.name, self.tokens + tokens, self.dollars + (cost or 0),
            self.unpriced + (tokens.total if cost is None else 0), worst((self.confidence, part.session.confidence)),
        )  # fmt: skip


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
        rows[name] = rows.get(name, UsageRow(name)).with_part(part, prices)
    if view == "day":
        return sorted(rows.values(), key=lambda row: row.name)
    return sorted(rows.values(), key=lambda row: (-row.tokens.total, row.name))


def total_of(rows: Iterable[UsageRow]) -> UsageRow:
    """The sum of rows."""
    every = list(rows)
    return UsageRow(
        "total", sum_tokens(row.tokens for row in every), sum((row.dollars for row in every), Decimal(0)),
        sum(row.unpriced for row in every), worst(row.confidence for row in every),
    )  # fmt: skip


def _beyond(counters: Counters, before: Counters | None) -> Counters:
    if before is None:
        return counters
    more = (counters.tokens - before.tokens)._asdict()
    requests = max(0, counters.requests - before.requests)
    return Counters(model=counters.model, day=counters.day, **more, requests=requests)


def _larger(counters: Counters, before: Counters | None) -> Counters:
    return counters if before is None or counters.tokens.total >= before.tokens.total else before


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
