"""Whether a recorded holder lives: asked of real processes that end, are killed, or lend their pid to others."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from okstra_git.host.machine import ancestors, find_process, is_alive, this_machine
from okstra_git.host.process_facts import (
    ELSEWHERE,
    ENDED,
    OTHER_SPACE,
    RESTARTED,
    REUSED,
    Liveness,
    Machine,
    judge_machine,
)

HERE = this_machine()


@pytest.fixture
def sleeper() -> "Iterator[subprocess.Popen[bytes]]":
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def life(pid: int, born: float, machine: Machine = HERE) -> Liveness:
    return is_alive(host=HERE.host, boot=HERE.boot, pid=pid, born=born, machine=machine)


def born(pid: int) -> float:
    found = find_process(pid)
    assert found is not None
    return found.born


def test_a_running_process_is_alive(sleeper: "subprocess.Popen[bytes]") -> None:
    assert life(sleeper.pid, born(sleeper.pid)) == Liveness("alive")


def test_a_stopped_process_is_alive(sleeper: "subprocess.Popen[bytes]") -> None:
    started = born(sleeper.pid)
    sleeper.send_signal(signal.SIGSTOP)
    assert life(sleeper.pid, started).is_live


def test_a_killed_process_is_dead(sleeper: "subprocess.Popen[bytes]") -> None:
    started = born(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert life(sleeper.pid, started) == Liveness("dead", ENDED)


def test_a_zombie_is_dead(sleeper: "subprocess.Popen[bytes]") -> None:
    started = born(sleeper.pid)
    os.kill(sleeper.pid, signal.SIGKILL)
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert life(sleeper.pid, started) == Liveness("dead", ENDED)


def test_a_pid_that_another_process_has_now_is_dead(sleeper: "subprocess.Popen[bytes]") -> None:
    assert life(sleeper.pid, born(sleeper.pid) - 1) == Liveness("dead", REUSED)


@pytest.mark.parametrize("pid", [0, -1, 2**40])
def test_a_pid_that_cannot_be_is_dead(pid: int) -> None:
    assert life(pid, -5.0).state == "dead"


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (Machine("a", "b1"), Machine("a", "b1"), None),
        (Machine("a", "b1"), Machine("a", "b2"), Liveness("dead", RESTARTED)),
        (Machine("a", "b1"), Machine("c", "b1"), Liveness("unknown", ELSEWHERE)),
        (Machine("a", "b1@7"), Machine("a", "b1@7"), None),
        (Machine("a", "b1@7"), Machine("a", "b1"), Liveness("unknown", OTHER_SPACE)),
        (Machine("a", "b1@7"), Machine("a", "b2@7"), Liveness("dead", RESTARTED)),
        (Machine("a", "1700000000"), Machine("a", "1700000060"), None),
        (Machine("a", "1700000000"), Machine("a", "1700009000"), Liveness("dead", RESTARTED)),
    ],
)
def test_host_and_boot_decide_first(then: Machine, now: Machine, expected: Liveness | None) -> None:
    assert judge_machine(then.host, then.boot, now) == expected


def test_the_start_does_not_move_with_the_clock() -> None:
    seconds_up = float(Path("/proc/uptime").read_text().split()[0])
    assert 0 <= born(os.getpid()) <= seconds_up


def test_ancestors_begin_with_the_process_itself() -> None:
    mine = ancestors()
    assert [facts.pid for facts in mine[:2]] == [os.getpid(), os.getppid()]
    assert mine[0].argv
    assert ancestors(2**40) == []


def test_ancestors_of_a_child_go_through_us() -> None:
    source = "import sys; sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", source], stdin=subprocess.PIPE) as child:
        assert [facts.pid for facts in ancestors(child.pid)[:2]] == [child.pid, os.getpid()]
        child.kill()
