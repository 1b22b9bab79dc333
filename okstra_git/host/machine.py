"""Asks the machine: which processes live, who started us, who uses a file, and what room a file system has."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from okstra_git.host.process_facts import ENDED, REUSED, SAME_START, Liveness, Machine, ProcessFacts, judge_machine
from okstra_git.paths import real_path

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
    return [facts for link in chain if (facts := _facts(link)) is not None]


def find_process(pid: int) -> ProcessFacts | None:
    """The living process with this pid, or None; a zombie is dead."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else _facts(process)
    except (psutil.Error, ValueError, OverflowError):
        return None


def is_alive(*, host: str, boot: str, pid: int, born: float, machine: Machine) -> Liveness:
    """Whether the process that was written down so still runs; unknown on another machine or in another container.

    A reused pid is recognised by the time of its start, which must be the same: since boot where the system counts so,
    for the wall clock's time of it moves whenever the clock is set.
    """
    judged = judge_machine(host, boot, machine)
    if judged is not None:
        return judged
    process = find_process(pid)
    if process is None:
        return Liveness("dead", ENDED)
    return Liveness("alive") if abs(process.born - born) <= SAME_START else Liveness("dead", REUSED)


def holders_of(lock: Path, *, directory: Path, work_tree: Path | None) -> list[ProcessFacts]:
    """Living processes that may own a git lock file: they have it open, or are git at work in this repository.

    A process we may not look into counts as a holder when it is a git program, so that "nobody" is a proof. Programs
    that wait for us (`git okstra …`, a git command that runs our hook) and other okstras do not count: an okstra has
    every lock it owns open.
    """
    waiting = _ancestors()
    return [
        facts
        for process in psutil.process_iter()
        if process.pid not in waiting and (facts := _holder(process, lock, directory, work_tree))
    ]


def processes_in(place: Path) -> Sequence[str]:
    """Living processes other than this one with a working directory at or below `place`, as `name (pid 12)`.

    Those of other users, into which we may not look, do not count.
    """
    root = real_path(place)
    return [description for process in psutil.process_iter() if (description := _standing_in(process, root))]


def free_bytes(place: Path) -> int:
    """Bytes that this user may still write there."""
    return shutil.disk_usage(place).free


def refuses_writing(place: Path) -> str | None:
    """Why a file cannot be made in this directory, or None when one was made (and removed again)."""
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix="okstra-probe-"):
            return None
    except OSError as error:
        return os.strerror(error.errno) if error.errno else str(error)


def _facts(process: psutil.Process) -> ProcessFacts | None:
    try:
        return ProcessFacts(process.pid, born(process), process.name(), _argv(process))
    except psutil.Error:
        return None


def _argv(process: psutil.Process) -> tuple[str, ...]:
    try:
        return tuple(process.cmdline())
    except psutil.Error:
        return ()


def born(process: psutil.Process) -> float:
    """Seconds since boot from field 22 of proc(5)'s stat, else what psutil computes from the wall clock."""
    try:
        after_name = Path(f"/proc/{process.pid}/stat").read_bytes().rpartition(b")")[2].split()
        return int(after_name[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return float(process.create_time())


def _ancestors() -> set[int]:
    try:
        return {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    except psutil.Error:
        return {os.getpid()}


def _holder(process: psutil.Process, lock: Path, directory: Path, work_tree: Path | None) -> ProcessFacts | None:
    is_git = False
    name = ""
    try:
        name = process.name()
        is_git = name.startswith("git")
        is_git = is_git and not _is_okstra(name, process)
        opened = any(Path(file.path) == lock for file in process.open_files())
        near = is_git and _stands_in(Path(process.cwd()), directory, work_tree)
        return ProcessFacts(process.pid, process.create_time(), name) if opened or near else None
    except psutil.AccessDenied:
        return ProcessFacts(process.pid, 0.0, name) if is_git else None
    except psutil.Error:
        return None


def _is_okstra(name: str, process: psutil.Process) -> bool:
    return name.startswith("git-okstra") or "okstra" in process.cmdline()[1:]


def _stands_in(cwd: Path, directory: Path, work_tree: Path | None) -> bool:
    return any(place is not None and cwd.is_relative_to(place) for place in (directory, work_tree))


def _standing_in(process: psutil.Process, root: Path) -> str:
    try:
        if process.pid == os.getpid() or not Path(process.cwd()).is_relative_to(root):
            return ""
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.name()} (pid {process.pid})"
    except (psutil.Error, OSError):
        return ""
