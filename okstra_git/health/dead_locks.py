"""Lock files that dead processes left behind, told by proof and not by age alone."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.host.processes import holders_of

DEAD_LOCK_AGE = 0.5
"""Seconds. git may have closed a lock file that it is about to rename; what has stood longer is not in that instant."""


def find_dead_locks(git: Git, refs: Iterable[str], *, now: datetime) -> list[Path]:
    """Lock files of these refs that have stood for a while and that no living process can own."""
    return prove_dead(git, [git.common_dir / f"{ref}.lock" for ref in refs], now=now)


def prove_dead(git: Git, locks: Iterable[Path], *, now: datetime) -> list[Path]:
    """Those of the lock files that exist, have stood for a while and that no living process can own."""
    old = [lock for lock in locks if _age(lock, now) > DEAD_LOCK_AGE]
    return [lock for lock in old if not holders_of(lock, directory=git.common_dir, work_tree=git.work_tree)]


def clear_dead_locks(git: Git, refs: Iterable[str], *, now: datetime) -> list[Path]:
    """Remove the locks that `find_dead_locks` names; the caller holds okstra's own lock, so no okstra owns them."""
    dead = find_dead_locks(git, refs, now=now)
    for lock in dead:
        lock.unlink(missing_ok=True)
    return dead


def _age(lock: Path, now: datetime) -> float:
    try:
        return now.timestamp() - lock.stat().st_mtime
    except OSError:
        return 0.0
