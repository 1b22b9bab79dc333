"""What interrupted commands left behind: spooled rewrites, drafts, locks of the dead, things set aside."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from okstra_git.git.refs import list_lock_files
from okstra_git.git.repo import Git
from okstra_git.health.dead_locks import prove_dead
from okstra_git.health.findings import Finding
from okstra_git.health.stored import REPAIR
from okstra_git.host.holders import find_process
from okstra_git.spool import DIRECTORY, list_spooled
from okstra_git.state import layout


def check_spool(git: Git) -> Iterator[Finding]:
    """Rewrites that the hook left and nobody has looked at; files that were cut short."""
    spooled = list_spooled(str(git.private_dir))
    for event in spooled:
        if event.torn:
            told = "a file of the hook's spool was cut short; reconcile finds the rewrite without it"
            yield Finding("spool.torn", "warning", f"{DIRECTORY}/{event.name}", told, REPAIR, repairable=True)
    waiting = sum(not event.torn for event in spooled)
    if waiting:
        told = f"{waiting} rewrites that git reported wait to be looked at"
        yield Finding("spool.waiting", "info", DIRECTORY, told, "git okstra reconcile --all --apply")


def check_drafts(git: Git) -> Iterator[Finding]:
    """Temporary files whose writer is gone; what they were drafts of is whole."""
    for path in sorted(git.private_dir.rglob("*.tmp")):
        pid = path.name.split(".")[-2] if path.name.count(".") >= 2 else ""
        if not (pid.isdigit() and find_process(int(pid))):
            name = path.relative_to(git.private_dir).as_posix()
            yield Finding("file.draft", "info", name, f"{name} was left by a process that is gone", REPAIR,
                          repairable=True)  # fmt: skip


def check_locks(git: Git, *, now: datetime) -> Iterator[Finding]:
    """Lock files of our own refs: those of the dead, and those that somebody living holds right now."""
    locks = list_lock_files(git, (layout.ROOT, "refs/notes/"))
    dead = set(prove_dead(git, locks, now=now))
    for lock in locks:
        name = lock.relative_to(git.common_dir).as_posix()
        if lock in dead:
            told = f"{name} was left by a process that is gone"
            yield Finding("lock.dead", "warning", name, told, REPAIR, repairable=True)
        else:
            yield Finding("lock.held", "info", name, f"{name} is in use, or too young to tell")


def check_aside(git: Git) -> Iterator[Finding]:
    """Damaged things that an earlier repair kept."""
    folder = layout.torn_folder(git.private_dir)
    kept = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    if kept:
        told = f"{len(kept)} damaged files that were replaced are kept in {_shown(git, folder)}"
        yield Finding("aside.kept", "info", folder.name, told, "look at them, then delete them")


def _shown(git: Git, path: Path) -> str:
    return path.relative_to(git.common_dir).as_posix()
