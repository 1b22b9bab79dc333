"""Everything that descends from a process, and how all of it is ended.

The shell of an agent's tool has a session of its own, so a signal to the agent's process group does not reach it, and
when the agent dies its parent becomes init. A process that calls `adopt_orphans` becomes their parent instead, where
the system offers that (prctl(2), PR_SET_CHILD_SUBREAPER on Linux); elsewhere `Descendants` remembers whom it saw.
"""

import ctypes
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from okstra_git.host.machine import born
from okstra_git.host.process_facts import SAME_START

_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of linux/prctl.h."""
_LOOK = 0.05


def adopt_orphans(*, wanted: bool = True) -> bool:
    """Become the parent of all orphans among our descendants, or stop being it; whether the system can do that."""
    try:
        return bool(ctypes.CDLL(None).prctl(_SUBREAPER, int(wanted), 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def start_of(pid: int) -> float | None:
    """The process's start as `ProcessFacts.born` has it; None where no such process lives (a zombie does not)."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else born(process)
    except (psutil.Error, ValueError, OverflowError):
        return None


def is_same(pid: int, started: float) -> bool:
    """Whether the process with this pid is the one that started then, and lives."""
    start = start_of(pid) if pid > 0 else None
    return start is not None and abs(start - started) <= SAME_START


def marked(variable: str, value: str) -> dict[int, float]:
    """The living processes, by pid with their start, whose environment had this value when they began.

    A process inherits the mark of whatever started it, so this finds what was left behind when everybody between is
    gone. Those of other users are not seen, and nothing is on a system that shows no environment.
    """
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(variable) == value and not _is_zombie(process):
                found[process.pid] = born(process)
    return found


def end_marked(variable: str, value: str, grace: float) -> int:
    """End all of those, children of theirs included, and tell how many were seen first."""
    left = Descendants(0, marked(variable, value))
    count = len(left.seen)
    if count:
        left.end(grace)
        left.seen = marked(variable, value)
        left.end(grace)
    return count


@dataclass
class Descendants:
    """Processes that descend from `root` (0: from nobody); `seen` are those of any look that live, and their start.

    `others` are descendants that are left alone.
    """

    root: int
    seen: dict[int, float] = field(default_factory=dict)
    others: frozenset[int] = frozenset()

    def look(self) -> list[int]:
        """Those that live now, the deepest last."""
        for process in _children(self.root) if self.root else ():
            with suppress(psutil.Error):
                if process.pid not in self.others:
                    self.seen.setdefault(process.pid, born(process))
        self.seen = {pid: started for pid, started in self.seen.items() if is_same(pid, started)}
        return [pid for pid in self.seen if pid != self.root]

    def signal(self, number: int) -> int:
        """Send a signal to each of them; how many there were."""
        living = self.look()
        for pid in reversed(living):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        return len(living)

    def end(self, grace: float) -> bool:
        """Ask all of them to end, wait, then end those that are left; whether there were any."""
        had_any = bool(self.signal(signal.SIGTERM))
        until = time.monotonic() + grace
        while had_any and self.look() and time.monotonic() < until:
            reap()
            time.sleep(_LOOK)
        for _ in range(20):  # a process that forks while it is being ended has children that nobody saw yet
            if not self.signal(signal.SIGKILL):
                break
            time.sleep(_LOOK)
            reap()
        return had_any


def reap(*, keep: Iterable[int] = ()) -> None:
    """Take away the orphans that we adopted and that have ended; a child of our own in `keep` is left to its owner."""
    own = frozenset(keep)
    try:
        zombies = [child.pid for child in psutil.Process().children() if _is_zombie(child)]
    except psutil.Error:
        return
    for pid in zombies:
        if pid not in own:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def descendants_of(pid: int) -> frozenset[int]:
    """The pids of all that descend from a process now."""
    return frozenset(child.pid for child in _children(pid))


def _children(pid: int) -> list[psutil.Process]:
    try:
        return [child for child in psutil.Process(pid).children(recursive=True) if not _is_zombie(child)]
    except psutil.Error:
        return []


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True
