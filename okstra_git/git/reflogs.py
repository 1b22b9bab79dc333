"""Reflogs: what a ref was before, why git changed it, and what was last checked out in a worktree."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pygit2

from okstra_git.errors import OkstraError
from okstra_git.fs.outside import read_gits, require_gits
from okstra_git.git.formats import FILES
from okstra_git.git.raw_objects import instant_of
from okstra_git.git.refs_by_git import find_oldest, is_own_ref, keeps_refs_elsewhere, list_logged, read_log_by_git
from okstra_git.git.repo import Git, open_repository
from okstra_git.names import NO_OBJECT, CommitId, is_commit_id

MAX_ENTRIES = 500
"""Entries of one reflog that are looked at, the newest ones."""

_MADE = ("commit:", "commit (initial)", "commit (amend)", "cherry-pick", "revert", "am:")
"""How an entry of git's reflog begins for a commit that was made, and not only arrived at."""


class RefMove(NamedTuple):
    """One entry of a reflog: from where to where a ref went, and when; `old` is `NO_OBJECT` where it was created."""

    old: CommitId
    new: CommitId
    at: datetime


class Logged(NamedTuple):
    """One entry of a reflog as git words it: the value before, the value after, and why."""

    old: str
    new: str
    why: str


def list_moves(git: Git, ref: str) -> list[RefMove]:
    """The moves of a ref (full name), the newest first; none where nobody wrote them down or they cannot be read."""
    try:
        if git.ref_format != FILES:
            entries = read_log_by_git(git.git_dir, ref)[: MAX_ENTRIES + 1]
            before = [*(entry.new for entry in entries[1:]), CommitId(NO_OBJECT)]
            both = zip(before, entries, strict=True)
            return [RefMove(old, entry.new, instant_of(entry.at)) for old, entry in both][:MAX_ENTRIES]
        written = git.handle.lookup_reference(ref).log()
        return [_move(entry) for entry in islice(written, MAX_ENTRIES)]
    except (KeyError, ValueError, OverflowError, OSError, OkstraError, pygit2.GitError):
        return []


def last_head(worktree: Path) -> CommitId | None:
    """The last commit checked out in a worktree, also where its branch is gone; None when nobody wrote it down."""
    try:
        moves = list_moves(open_repository(worktree), "HEAD")
    except OkstraError:
        return None
    return next((move.new for move in moves if move.new != NO_OBJECT), None)


def list_former_values(git: Git, name: str) -> list[CommitId]:
    """What the ref's reflog says it once was, the newest first; nothing where git keeps no reflog for it."""
    return [CommitId(line.new) for line in reversed(_lines(git, name)) if is_commit_id(line.new)]


def list_commits_made(git: Git, name: str) -> set[str]:
    """What git's reflog says was committed while the ref's branch was checked out; nothing where there is no reflog."""
    return {line.new for line in _lines(git, name) if line.why.startswith(_MADE)}


def was_renamed(git: Git, name: str, former: str) -> bool:
    """Whether git's reflog says that the branch was called so before, perhaps with others in between (full names)."""
    return any(f"renamed {former} to refs/heads/" in line.why for line in _lines(git, name))


def list_of_head(git_dir: Path) -> list[Logged]:
    """The reflog of HEAD in the worktree with this git directory, the oldest entry first."""
    if keeps_refs_elsewhere(git_dir):
        return _as_lines(git_dir, "HEAD")
    return list(_parse(read_gits(git_dir / "logs" / "HEAD") or b""))


def list_in(git_dir: Path) -> Iterator[list[Logged]]:
    """All reflogs that belong to this git directory, of a worktree or of a repository, the oldest entries first.

    What cannot be read is an `OSError` or a refusal.
    """
    if not keeps_refs_elsewhere(git_dir):
        for path in (file for file in (git_dir / "logs").rglob("*") if file.is_file()):
            yield list(_parse(require_gits(path)))
        return
    is_linked = (git_dir / "commondir").exists()
    for name in list_logged(git_dir):
        if is_linked and is_own_ref(name):
            first, *others = _as_lines(git_dir, name) or [Logged(NO_OBJECT, NO_OBJECT, "")]
            yield [first._replace(old=find_oldest(git_dir, name)), *others]
        elif not is_linked:
            yield _as_lines(git_dir, name)


def _lines(git: Git, name: str) -> list[Logged]:
    if git.ref_format != FILES:
        return _as_lines(git.git_dir, name)
    return list(_parse(read_gits(git.common_dir / "logs" / name) or b""))


def _as_lines(git_dir: Path, name: str) -> list[Logged]:
    entries = read_log_by_git(git_dir, name)
    before = [*(entry.new for entry in entries[1:]), NO_OBJECT]
    return [Logged(old, entry.new, entry.why) for old, entry in zip(before, entries, strict=True)][::-1]


def _parse(log: bytes) -> Iterator[Logged]:
    for line in log.splitlines():
        facts, _, why = line.decode(errors="surrogateescape").partition("\t")
        words = facts.split(" ", 2)
        if len(words) > 2:
            yield Logged(words[0], words[1], why)


def _move(entry: pygit2.RefLogEntry) -> RefMove:
    moment = instant_of(entry.committer.time)
    return RefMove(CommitId(str(entry.oid_old)), CommitId(str(entry.oid_new)), moment)
