"""A supervisor waits for hours beside many others: it stays small, and does next to nothing."""

import time

import psutil
import pytest

from tests.workers.desk import BEGIN, WORD, Bench

MOST_MEMORY = 60 << 20
MOST_OF_A_CORE = 0.01
HEAVY = ("pydantic", "okstra_git.records.events", "okstra_git.store.store", "jinja2", "okstra_git.snapshots.take")
"""Modules that a supervisor loads when its worker has ended, if at all."""


@pytest.fixture
def supervisor(bench: Bench) -> psutil.Process:
    """One at work on a program that has said a word and says no other."""
    bench.program(BEGIN, WORD, "time.sleep(300)")
    prompt = bench.prompt()
    bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane")
    return psutil.Process(bench.until(prompt, "text").supervisor.pid)


def test_an_idle_supervisor_is_small_and_sleeps(supervisor: psutil.Process) -> None:
    """Over a time that has a heartbeat in it."""
    before = sum(supervisor.cpu_times()[:2])
    time.sleep(6)
    used = sum(supervisor.cpu_times()[:2]) - before
    assert used <= 6 * MOST_OF_A_CORE
    assert supervisor.memory_info().rss <= MOST_MEMORY
    supervisor.terminate()


def test_a_supervisor_loads_nothing_that_it_does_not_need(bench: Bench) -> None:
    """By what Python says of its imports until the program has said its word."""
    bench.program(BEGIN, WORD, "time.sleep(300)")
    prompt = bench.prompt()
    bench.variables = {"PYTHONPROFILEIMPORTTIME": "1"}
    process = bench.start("exec", "--cli", "codex", "--prompt", prompt, "--no-pane")
    psutil.Process(bench.until(prompt, "text").supervisor.pid).kill()
    bench.variables = {}
    words = {line.rpartition("|")[2].strip() for line in process.communicate()[1].splitlines() if "|" in line}
    assert "okstra_git.workers.supervisor" in words
    assert words.isdisjoint(HEAVY), sorted(words & set(HEAVY))
    bench.run("stop", prompt)


def test_heartbeats_are_seen(bench: Bench, supervisor: psutil.Process) -> None:
    prompt = bench.prompt()
    first = bench.status(prompt)
    time.sleep(6)
    second = bench.status(prompt)
    assert first is not None
    assert second is not None
    assert second.heartbeat > first.heartbeat
    supervisor.terminate()
