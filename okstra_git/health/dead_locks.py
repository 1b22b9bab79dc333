"""Lock files that dead processes left behind, told by proof and not by age alone."""

import time
from collections.abc import Iterable
from pathlib import Path

from okstra_git.git.repo import Git
from okstra_git.host.processes import holders_of

DEAD_LOCK_AGE = 2.0


def find_dead_locks(git: Git, refs: Iterable[str]) -> list[Path]:
    """Lock files of these refs that are older than two seconds and that no living process can own."""
    locks = [git.common_dir / f"{ref}.lock" for ref in refs]
    old = [lock for lock in locks if _age(lock) > DEAD_LOCK_AGE]
    return [lock for lock in old if not holders_of(lock, directory=git.common_dir, work_tree=git.work_tree)]


def clear_dead_locks(git: Git, refs: Iterable[str]) -> list[Path]:
    """Remove the locks that `find_dead_locks` names; the caller holds okstra's own lock, so no okstra owns them."""
    dead = find_dead_locks(git, refs)
    for lock in dead:
        lock.unlink(missing_ok=True)
    return dead


def _age(lock: Path) -> float:
    try:
        return time.time() - lock.stat().st_mtime
    except OSError:
        return 0.0
