"""This clone: its writer id, minted once and never replicated, and which recorded directories are its own."""

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from okstra_git.commands import command
from okstra_git.digest import fingerprint
from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.refusals import PathRefused, Taken, Unwritable
from okstra_git.fs.root import Root
from okstra_git.git.git_directory import share
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import Worktree
from okstra_git.host.locks import hold_lock
from okstra_git.names import WriterId, is_ulid, mint_ulid
from okstra_git.records.runs import Run
from okstra_git.records.states import Reservation, Task
from okstra_git.store import layout

MOST_BYTES = 4096


class WriterDamaged(OkstraError):
    """The file that names this clone's writer cannot be understood; it is left as it is."""

    code = "store.writer-damaged"


def find_writer(git: Git) -> WriterId | None:
    """The writer id of this clone, or None before `init` and in a copied clone (two clones must not share a log)."""
    path = layout.writer_file(git.private_dir)
    content = _content(git, path)
    if content is None:
        return None
    words = content.decode("ascii", "replace").split()
    if len(words) != 2 or not is_ulid(words[0]) or words[1].count("-") not in (1, 2):
        raise _damaged(path)
    return WriterId(words[0]) if _is_here(words[1], _place(git)) else None


def look_for_writer(git: Git) -> tuple[WriterId | None, WriterDamaged | None]:
    """The same for whoever only reads: no writer, and why, where the file that names it is damaged."""
    try:
        return find_writer(git), None
    except WriterDamaged as damaged:
        return None, damaged


def require_writer(git: Git) -> WriterId:
    """The writer id, or a refusal that says to run init."""
    writer = find_writer(git)
    if writer is None:
        raise refuse("store.not-initialised", "okstra is not set up in this clone", hint="git okstra init")
    return writer


def ensure_writer(git: Git, *, milliseconds: int) -> tuple[WriterId, bool]:
    """The writer id, minted now if need be, and whether it is new. Safe against two inits at once."""
    writer = find_writer(git)
    if writer is not None:
        return writer, False
    path = layout.writer_file(git.private_dir)
    try:
        Root(git.common_dir).make_folder(path.parent)
        with hold_lock(layout.lock_file(git.private_dir)):
            return _mint(git, path, milliseconds)
    except Taken:
        return require_writer(git), False
    except Unwritable as refusal:
        cause = refusal.__cause__
        raise translate_write_error(cause, git) if isinstance(cause, OSError) else refusal from refusal


class OwnWorktrees:
    """Asks of a row or a run whether this clone recorded its directory; a path of another clone means nothing here."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @cached_property
    def writer(self) -> str:
        """This clone's id; empty before `init`, and where the file that has it is damaged."""
        try:
            return find_writer(self._git) or ""
        except OkstraError:
            return ""

    def path(self, place: Reservation | None) -> Path | None:
        """The directory of a row that this clone recorded; None for a row of another clone, and for one without."""
        return Path(place.worktree) if place is not None and place.worktree and self.is_own(place) else None

    def is_own(self, recorded: Reservation | Run) -> bool:
        """Whether this clone recorded the row, or claimed the run."""
        return bool(self.writer) and recorded.writer == self.writer

    def active_path(self, place: Reservation | None) -> Path | None:
        """As `path`, while the row is not given up."""
        return self.path(place) if place is not None and place.status == "active" else None

    def path_of_run(self, task: Task, run: Run) -> Path | None:
        """Where a run of this clone changes code: its own record, or the place of its stage; else None."""
        if run.worktree:
            return Path(run.worktree) if self.is_own(run) else None
        return self.path(task.places.get(f"stage-{run.stage}")) if run.stage is not None else None


def find_made(trees: Iterable[Worktree], task: Task, place: Reservation) -> Worktree | None:
    """The worktree at the recorded path that okstra made in this repository for this very row, whoever recorded it.

    git's own lock says so: it names the task, and the stage, group or run. Paths are compared as they are written.
    """
    reasons = set(lock_reasons(task, place))
    there = (tree for tree in trees if str(tree.path) == place.worktree)
    return next((tree for tree in there if tree.is_locked and tree.lock_reason in reasons), None)


def lock_reasons(task: Task, place: Reservation) -> Iterator[str]:
    """The reasons with which okstra locks the worktree of a row."""
    kind, _, id = place.scope.partition("-")
    about = f"okstra task={task.key}"
    if kind and id:
        yield f"{about} {kind}={id}"
    for run in task.runs.values():
        if kind == "verification" and str(run.seq) == id and run.task_type == place.phase:
            yield f"{about} run={run.id}"


def _content(git: Git, path: Path) -> bytes | None:
    """What the file says; None where there is none. Refuses what is not a plain file, or cannot be read."""
    try:
        return Root(git.common_dir).find_bytes(path, MOST_BYTES)
    except PathRefused as refusal:
        raise _damaged(path) from refusal


def _mint(git: Git, path: Path, milliseconds: int) -> tuple[WriterId, bool]:
    """A new id under its final name in one step, so that no reader ever sees half of it."""
    writer = find_writer(git)
    if writer is not None:
        return writer, False
    root, former = Root(git.common_dir), _content(git, path)
    if former is not None:
        root.rename(path, path.with_name(f"writer.{former.decode('ascii').split()[0]}.copied"))
    fresh = WriterId(mint_ulid(milliseconds))
    root.publish(path, f"{fresh} {_place(git)}\n".encode(), nonce=fresh)
    share(path)
    return fresh, True


def _place(git: Git) -> str:
    """Tells a clone from a copy of its directory: the file system's number for the git directory, and its path."""
    facts = git.common_dir.stat()
    return f"{facts.st_dev:x}-{facts.st_ino:x}-{fingerprint(os.fsencode(git.common_dir))[:16]}"


def _is_here(place: str, here: str) -> bool:
    """Whether the directory is still the same one.

    A copy has another inode. A moved directory keeps device and inode; after a reboot the device may have another
    number (btrfs, NFS, containers), then inode and path have to agree.
    """
    (device, inode, *path), (device_now, inode_now, *path_now) = place.split("-"), here.split("-")
    return inode == inode_now and (device == device_now or path == path_now)


def _damaged(path: Path) -> WriterDamaged:
    return WriterDamaged(
        f"{path} does not name a writer and was left as it is; its log stays readable",
        hint=f"{command('mv', path, f'{path}.damaged')} && git okstra init",
        path=str(path),
    )
