"""Asks the machine about processes that hold something: which machine this is, who started us, who still lives."""

import os
from contextlib import suppress
from pathlib import Path

import psutil

from okstra_git.host.ancestry import ProcessFacts
from okstra_git.host.lives import ENDED, REUSED, SAME_START, Life, Machine, judge_machine

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


def is_alive(*, host: str, boot: str, pid: int, born: float, machine: Machine) -> Life:
    """Whether the process that was written down so still runs; unknown on another machine or in another container.

    A reused pid is told by the time of its start, which must be the same: since boot where the system counts so, for
    the wall clock's time of it moves whenever the clock is set.
    """
    judged = judge_machine(host, boot, machine)
    if judged is not None:
        return judged
    found = find_process(pid)
    if found is None:
        return Life("dead", ENDED)
    return Life("alive") if abs(found.born - born) <= SAME_START else Life("dead", REUSED)


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
