"""Whether a process that was written down still lives: asked of this machine, and told as a value with its reason."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

import psutil

from okstra_git.host.ancestry import ProcessFacts

LivenessState = Literal["alive", "dead", "unknown"]

ENDED = "its process ended"
RESTARTED = "the machine was restarted"
REUSED = "its pid belongs to another process now"
ELSEWHERE = "it runs on another machine"
OTHER_SPACE = "it runs in another container of this machine"

SAME_START = 0.05
"""Seconds by which two readings of one process's start may differ; Linux counts hundredths since boot, exactly."""

SAME_BOOT = 300
"""Seconds by which two readings of one boot's time may differ where a boot has no id: clocks are set meanwhile."""


class Machine(NamedTuple):
    """The machine as a holder's record names it: host name, and an id of this boot.

    In a container `boot` ends in `@` and the number of its pid namespace, because pids mean nothing outside.
    """

    host: str
    boot: str


class Liveness(NamedTuple):
    """What is known of a process: `why` says it for people where it is not simply alive."""

    state: LivenessState
    why: str = ""

    @property
    def is_live(self) -> bool:
        """Whether the process is known to be alive."""
        return self.state == "alive"


def judge_machine(host: str, boot: str, machine: Machine) -> Liveness | None:
    """What host and boot alone say of a process; None when it has to be looked for by its pid."""
    if host != machine.host:
        return Liveness("unknown", ELSEWHERE)
    then, _, space = boot.partition("@")
    now, _, here = machine.boot.partition("@")
    if not _same_boot(then, now):
        return Liveness("dead", RESTARTED)
    return None if space == here else Liveness("unknown", OTHER_SPACE)


def _same_boot(then: str, now: str) -> bool:
    if then.isdecimal() and now.isdecimal():
        return abs(int(then) - int(now)) <= SAME_BOOT
    return then == now


BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PID_SPACE = Path("/proc/self/ns/pid")
FIRST_SPACE = "pid:[4026531836]"
"""The machine's own pid namespace (PROC_PID_INIT_INO in Linux's proc_ns.h); containers have others."""


def this_machine() -> Machine:
    """The machine and boot we run in; where a boot has no id, its time stands for it."""
    try:
        boot = BOOT_ID.read_text().strip()
    except OSError:
        return Machine(os.uname().nodename, str(round(psutil.boot_time())))
    space = ""
    with suppress(OSError):
        space = os.readlink(PID_SPACE)
    inside = "" if space in ("", FIRST_SPACE) else "@" + "".join(filter(str.isdecimal, space))
    return Machine(os.uname().nodename, boot + inside)


def ancestors(pid: int | None = None) -> list[ProcessFacts]:
    """The process (by default our own), its parent, and so on to the outermost; empty when there is none."""
    try:
        process = psutil.Process(pid)
        chain = [process, *process.parents()]
    except (psutil.Error, ValueError, OverflowError):
        return []
    return [facts for each in chain if (facts := _facts(each)) is not None]


def find_process(pid: int) -> ProcessFacts | None:
    """The living process with this pid, or None; a zombie is dead."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else _facts(process)
    except (psutil.Error, ValueError, OverflowError):
        return None


def is_alive(*, host: str, boot: str, pid: int, born: float, machine: Machine) -> Liveness:
    """Whether the process that was written down so still runs; unknown on another machine or in another container.

    A reused pid is told by the time of its start, which must be the same: since boot where the system counts so, for
    the wall clock's time of it moves whenever the clock is set.
    """
    judged = judge_machine(host, boot, machine)
    if judged is not None:
        return judged
    found = find_process(pid)
    if found is None:
        return Liveness("dead", ENDED)
    return Liveness("alive") if abs(found.born - born) <= SAME_START else Liveness("dead", REUSED)


def _facts(process: psutil.Process) -> ProcessFacts | None:
    try:
        return ProcessFacts(process.pid, _born(process), process.name(), _argv(process))
    except psutil.Error:
        return None


def _argv(process: psutil.Process) -> tuple[str, ...]:
    try:
        return tuple(process.cmdline())
    except psutil.Error:
        return ()


def _born(process: psutil.Process) -> float:
    """Seconds since boot from field 22 of proc(5)'s stat, else what psutil computes from the wall clock."""
    try:
        after_name = Path(f"/proc/{process.pid}/stat").read_bytes().rpartition(b")")[2].split()
        return int(after_name[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return float(process.create_time())
