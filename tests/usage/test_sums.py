"""Rows of usage, against sums made by hand: sessions of several runs, models without a price, what changes cost."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from okstra_git.names import parse_task_key
from okstra_git.records.runs import Run
from okstra_git.records.states import Stage, Task
from okstra_git.records.usage import Counters, SessionRecord, merge_sessions
from okstra_git.usage.budgets import Budget, parse_budget
from okstra_git.usage.landed import cost_of_changes
from okstra_git.usage.prices import Prices, parse_prices
from okstra_git.usage.rows import group_usage, total_of, used_parts
from tests.kit.refusals import refuses
from tests.kit.values import TASK, ulid

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PRICES = parse_prices(
    b'{"date": "2026-11-30", "per": 1000000, "models": {"opus": {"fresh": "5", "cached": "0.5", "written": "6.25",'
    b' "output": 25}}}',
    "p.json",
)


def a_session(session: str = "s", worker: str = "", model: str = "opus", **counts: int) -> SessionRecord:
    counters = Counters(model=model, day="2026-11-30", **counts)
    return SessionRecord(
        worker=worker, program="claude", session=session, source="result", parser="claude-1", confidence="exact",
        counters=(counters,),
    )  # fmt: skip


def a_run(name: str, *usage: SessionRecord, stage: int | None = None, status: str = "finished") -> Run:
    values: dict[str, Any] = {"id": ulid(name), "task_type": "implementation" if stage else "implementation-planning"}
    return Run(**values, seq=1, stage=stage, status=status, usage=usage)


def a_task(*runs: Run) -> Task:
    return Task(key=parse_task_key(TASK), runs={run.id: run for run in runs}, stages={1: Stage(number=1, landed=True)})


def test_the_cost_of_a_run_is_the_programs_own() -> None:
    """Claude Code said 0.0160225 dollars for these tokens."""
    task = a_task(a_run("A", a_session(fresh=3002, cached=300, written=30, output=27)))
    (row,) = group_usage(used_parts([task]), "model", PRICES)
    assert (row.name, row.tokens.total, row.dollars) == ("opus", 3359, Decimal("0.0160225"))


def test_a_session_that_served_two_runs_is_counted_by_difference() -> None:
    first, second = a_session(fresh=100, output=10), a_session(fresh=150, output=30)
    task = a_task(a_run("A", first, stage=1), a_run("B", second, stage=1))
    rows = group_usage(used_parts([task]), "run", PRICES)
    assert {row.name: row.tokens.total for row in rows} == {ulid("A"): 110, ulid("B"): 70}


def test_a_model_without_a_price_is_counted_in_tokens_and_said() -> None:
    task = a_task(a_run("A", a_session(model="nobody", fresh=7), a_session("t", fresh=1_000_000)))
    total = total_of(group_usage(used_parts([task]), "worker", PRICES))
    assert (total.unpriced, total.dollars, total.tokens.total) == (7, Decimal(5), 1_000_007)


def test_a_change_costs_what_every_run_about_it_used_and_planning_stands_once() -> None:
    task = a_task(
        a_run("A", a_session("p", fresh=10)),
        a_run("B", a_session("q", fresh=20), stage=1, status="abandoned"),
        a_run("C", a_session("r", fresh=30), stage=1),
        a_run("D", a_session("u", fresh=40), stage=2),
    )
    costs = cost_of_changes([task], PRICES)
    told = [(cost.stage, cost.state, cost.runs, cost.fruitless, cost.row.tokens.total) for cost in costs]
    assert told == [(None, "", 1, 0, 10), (1, "landed", 2, 1, 50), (2, "", 1, 0, 40)]


def test_of_one_session_the_better_record_counts() -> None:
    exact = a_session(fresh=10)
    guess = a_session(fresh=99).model_copy(update={"confidence": "lower_bound"})
    assert merge_sessions((guess,), exact) == (exact,)
    assert merge_sessions((exact,), guess) == (exact,)
    assert merge_sessions((exact,), a_session("other", fresh=1)) == (exact, a_session("other", fresh=1))


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("2M tokens, 20 dollars", Budget(2_000_000, Decimal(20))),
        ("500k tokens", Budget(500_000, None)),
        ("2.50 dollars", Budget(None, Decimal("2.50"))),
    ],
)
def test_a_budget_is_read(text: str, budget: Budget) -> None:
    assert parse_budget(text) == budget


@pytest.mark.parametrize("text", ["", "much", "2M dollars", "1 token, 2 tokens", "-1 tokens", "1e9 tokens"])
def test_what_is_not_a_budget_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_budget(text)


def test_a_budget_says_when_it_is_used_up() -> None:
    budget = parse_budget("100 tokens, 2 dollars")
    assert not budget.why_over(99, Decimal("1.99"))
    assert "100 of 100 tokens" in budget.why_over(100, Decimal(0))
    assert "2.00 of 2 dollars" in budget.why_over(0, Decimal(2))
    assert budget.left(30, Decimal(3)) == Budget(70, Decimal(0))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b'{"models": {}}', b'{"per": 0, "models": {}}', b'{"per": true, "models": {}}',
        b'{"per": 1, "models": {"m": 1}}', b'{"per": 1, "models": {"m": {"fresh": "x"}}}',
        b'{"per": 1, "models": {"m": {"fresh": "NaN", "cached": 1, "written": 1, "output": 1}}}',
        b'{"per": 1, "models": {"m": {"fresh": -1, "cached": 1, "written": 1, "output": 1}}}',
    ],
)  # fmt: skip
def test_prices_that_cannot_be_used_are_refused(data: bytes) -> None:
    with refuses("usage.bad-prices"):
        parse_prices(data, "p.json")


def test_the_shipped_prices_can_be_used() -> None:
    from okstra_git.paths import templates_directory

    prices: Prices = parse_prices((templates_directory() / "usage/prices.json").read_bytes(), "prices.json")
    assert prices.models["claude-opus-4-8"]["output"] == 25
