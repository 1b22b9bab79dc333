"""What killed processes leave behind: waiting events, drafts, files moved aside, and locks of owners proven dead."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from okstra_git.git.refs import list_lock_files
from okstra_git.git.repo import Git
from okstra_git.health.findings import HealthFinding
from okstra_git.health.stored import REPAIR
from okstra_git.host.machine import find_process, holders_of
from okstra_git.spool import DIRECTORY, list_spooled
from okstra_git.store import layout

DEAD_LOCK_AGE = 0.5
"""Seconds. git may have closed a lock file that it is about to rename; what has stood longer is not in that instant."""


def check_spool(git: Git) -> Iterator[HealthFinding]:
    """Rewrites that the hook left and that were not processed; files that were cut short."""
    spooled = list_spooled(str(git.private_dir))
    for event in spooled:
        if event.torn:
            message = "a file of the hook's spool was cut short; reconcile finds the rewrite without it"
            yield HealthFinding("spool.torn", "warning", f"{DIRECTORY}/{event.name}", message, REPAIR, repairable=True)
    waiting = sum(not event.torn for event in spooled)
    if waiting:
        message = f"{waiting} rewrites that git reported wait to be looked at"
        yield HealthFinding("spool.waiting", "info", DIRECTORY, message, "git okstra reconcile --all --apply")


def check_drafts(git: Git) -> Iterator[HealthFinding]:
    """Temporary files whose writer is gone; what they were drafts of is whole."""
    for path in sorted(git.private_dir.rglob("*.tmp")):
        pid = path.name.split(".")[-2] if path.name.count(".") >= 2 else ""
        if not (pid.isdigit() and find_process(int(pid))):
            name = path.relative_to(git.private_dir).as_posix()
            yield HealthFinding(
                "file.draft", "info", name, f"{name} was left by a process that is gone", REPAIR, repairable=True
            )


def check_locks(git: Git, *, now: datetime) -> Iterator[HealthFinding]:
    """Lock files of okstra's refs: those of dead processes, and those that a live one holds right now."""
    locks = list_lock_files(git, (layout.ROOT, "refs/notes/"))
    dead = set(prove_dead(git, locks, now=now))
    for lock in locks:
        name = lock.relative_to(git.common_dir).as_posix()
        if lock in dead:
            message = f"{name} was left by a process that is gone"
            yield HealthFinding("lock.dead", "warning", name, message, REPAIR, repairable=True)
        else:
            yield HealthFinding("lock.held", "info", name, f"{name} is in use, or too young to tell")


def check_aside(git: Git) -> Iterator[HealthFinding]:
    """Damaged things that an earlier repair kept."""
    folder = layout.torn_folder(git.private_dir)
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    if files:
        message = f"{len(files)} damaged files that were replaced are kept in {_shown(git, folder)}"
        yield HealthFinding("aside.kept", "info", folder.name, message, "look at them, then delete them")


def _shown(git: Git, path: Path) -> str:
    return path.relative_to(git.common_dir).as_posix()


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
