"""Refs: read by name, listed without losing torn ones, and changed only by compare-and-set."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.transaction import ReferenceTransaction

from okstra_git.errors import OkstraError, refuse
from okstra_git.faults import fault_point
from okstra_git.fs.outside import read_line, require_gits
from okstra_git.git.binary import GitFailed
from okstra_git.git.config import NOBODY
from okstra_git.git.formats import FILES
from okstra_git.git.git_directory import share
from okstra_git.git.refs_by_git import change_refs, find_ref_by_git, find_target, list_refs_by_git
from okstra_git.git.repo import Git
from okstra_git.names import ID_LENGTH, CommitId


class TornRef(OkstraError):
    """A ref exists but its content is not an object name; it is left exactly as it is."""

    code = "ref.torn"


class LostRace(OkstraError):
    """A ref no longer had the value that was read, or its folder went; the caller reads again and decides again."""

    code = "ref.lost-race"


class RefLocked(OkstraError):
    """Another process holds the lock of a ref, or left it behind."""

    code = "ref.locked"


class WriteFailed(OkstraError):
    """git could not write, for a reason that is neither a lock, nor permissions, nor space."""

    code = "git.write-failed"


_LOCK_HELD = ("failed to lock file", "failed to create locked file : file exists", "failed to rename lockfile",
              "cannot lock references")  # fmt: skip
"""libgit2's words when a lock file exists already, before or in the instant of creating it (src/util/filebuf.c), and
git's where refs are not files."""

_FOLDER_GONE = "failed to create locked file : no such file or directory"
"""When `git pack-refs --prune` removes the empty folder that libgit2 has just made for a lock; it is made again."""


_LONGEST_PART, _LONGEST_NAME = 255, 4_000
"""Bytes of one part of a ref's name, and of all of it, with room for the directory that it is in."""


@dataclass(frozen=True)
class RefUpdate:
    """One change of one ref: `expect` is the value read before (None = absent), `new` None deletes."""

    name: str
    expect: CommitId | None
    new: CommitId | None


def find_ref(git: Git, name: str) -> CommitId | None:
    """The object a ref points at, or None when there is or can be none of that name; a torn one is refused."""
    if not is_ref_name(name):
        return None
    if not _are_files(git):
        return find_ref_by_git(git.git_dir, name)
    try:
        reference = git.handle.lookup_reference(name)
        target = reference.resolve().target if isinstance(reference.target, str) else reference.target
    except KeyError:
        return None
    except OSError as error:
        raise _unreadable(name, error) from error
    except (pygit2.GitError, ValueError) as error:
        if not fits_a_disk(name):
            return None
        raise TornRef(
            f"the ref {name} is damaged and was left as it is",
            hint="run 'git okstra fsck' to see what can be restored",
            ref=name,
        ) from error
    return CommitId(str(target))


def _are_files(git: Git) -> bool:
    """Whether the refs are files, which libgit2 knows as well as git; if not, git is asked (`refs_by_git`)."""
    return git.ref_format == FILES


def find_head_target(git: Git) -> str | None:
    """The full name of the branch that is checked out here, which need not exist yet; None where HEAD is detached."""
    if not _are_files(git):
        return find_target(git.git_dir, "HEAD") or None
    text = read_line(git.git_dir / "HEAD") or ""
    return text.removeprefix("ref: ") if text.startswith("ref: ") else None


def is_unborn(git: Git) -> bool:
    """Whether the branch that is checked out here has no commit yet."""
    return bool(git.handle.head_is_unborn) if _are_files(git) else find_ref(git, "HEAD") is None


def find_symbolic(git: Git, name: str) -> str | None:
    """The full name of the ref that this one stands for, which need not exist; None where it stands for none."""
    if not _are_files(git):
        return find_target(git.git_dir, name) or None
    try:
        target = git.handle.lookup_reference(name).target
    except (KeyError, ValueError, pygit2.GitError):
        return None
    return target if isinstance(target, str) else None


def fits_a_disk(name: str) -> bool:
    """Whether a file system takes the name, as git needs it to; no ref of this clone has one that is too long."""
    data = os.fsencode(name)
    return len(data) <= _LONGEST_NAME and all(len(part) <= _LONGEST_PART for part in data.split(b"/"))


def _unreadable(name: str, error: OSError) -> OkstraError:
    why = error.strerror or str(error).rpartition(": ")[2]
    hint = "check the owner and the mode of the git directory"
    return refuse("ref.unreadable", f"{name} cannot be read: {why}", hint=hint, ref=name)


def is_ref_name(name: str) -> bool:
    """Whether git allows a ref of this name."""
    try:
        return bool(pygit2.reference_is_valid_name(name))
    except ValueError:  # a zero byte, or no UTF-8
        return False


def find_quietly(git: Git, name: str) -> CommitId | None:
    """Like `find_ref`, but a torn ref counts as absent: for looking around, never for deciding to write."""
    try:
        return find_ref(git, name)
    except TornRef:
        return None


def list_ref_names(git: Git, *prefixes: str) -> list[str]:
    """Names of all refs below these prefixes (each ends in `/`), torn ones included, sorted.

    Read from the directory and from packed-refs, because iterating refs through libgit2 silently omits torn ones.
    A folder that may not be read is refused: it is not empty.
    """
    if not _are_files(git):
        return list_refs_by_git(git.git_dir, prefixes)
    names = set(_packed_names(git, prefixes))
    for prefix in prefixes:
        names.update(_loose_names(git, prefix))
    return sorted(names)


def _loose_names(git: Git, prefix: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise _unreadable(prefix, error) from error

    for folder, _, files in os.walk(git.common_dir / prefix, onerror=refuse):
        inside = Path(folder).relative_to(git.common_dir).as_posix()
        yield from (f"{inside}/{file}" for file in files if not file.endswith(".lock"))


def list_lock_files(git: Git, prefixes: Sequence[str]) -> list[Path]:
    """Lock files of refs below these prefixes (each ends in `/`), whoever made them."""
    if not _are_files(git):
        return sorted((git.common_dir / "reftable").glob("*.lock"))
    return sorted(lock for prefix in prefixes for lock in (git.common_dir / prefix).rglob("*.lock") if lock.is_file())


def _packed_names(git: Git, prefixes: Sequence[str]) -> list[str]:
    try:
        lines = require_gits(git.common_dir / "packed-refs").splitlines()
    except FileNotFoundError:
        return []
    wanted = tuple(prefix.encode() for prefix in prefixes)
    return [
        line[ID_LENGTH + 1 :].decode(errors="surrogateescape")
        for line in lines
        if line[ID_LENGTH + 1 :].startswith(wanted)
    ]


def swap_refs(git: Git, updates: Sequence[RefUpdate], *, message: str) -> None:
    """Apply all updates in one transaction, or none when any ref no longer has its expected value.

    Locks are taken in sorted order and each value is read again under its lock, so a birth cannot have two winners.
    Raises LostRace or RefLocked (both worth a retry), or one that says that the repository cannot be written.
    """
    if not _are_files(git):
        _swap_by_git(git, updates, message)
        return
    current = ""
    _name_actor(git)
    try:
        with git.handle.transaction() as transaction:
            for update in sorted(updates, key=lambda item: item.name):
                current = update.name
                transaction.lock_ref(current)
                _stage_update(git, transaction, update, message)
            fault_point("refs.locked")
    except (pygit2.GitError, OSError) as error:
        raise translate_write_error(error, git, ref=current) from error
    finally:
        names = ("packed-refs", *(name for update in updates for name in (update.name, f"logs/{update.name}")))
        share(*(git.common_dir / name for name in names))
    fault_point("refs.swapped")


def _swap_by_git(git: Git, updates: Sequence[RefUpdate], message: str) -> None:
    changes = sorted((update.name, update.expect, update.new) for update in updates)
    fault_point("refs.locked")
    try:
        change_refs(git.git_dir, changes, message=message, person=git.committer or NOBODY)
    except GitFailed as failed:
        moved = next(((name, tip) for name, old, _ in changes if (tip := find_ref(git, name)) != old), None)
        if moved is not None:
            name, tip = moved
            raise LostRace(f"{name} moved while it was being changed", ref=name, found=tip) from failed
        raise translate_write_error(failed, git, ref=changes[0][0]) from failed
    fault_point("refs.swapped")


def _stage_update(git: Git, transaction: ReferenceTransaction, update: RefUpdate, message: str) -> None:
    tip = find_ref(git, update.name)
    if tip != update.expect:
        raise LostRace(f"{update.name} moved while it was being changed", ref=update.name, found=tip)
    if update.new is None:
        if tip is not None:
            transaction.remove(update.name)
    elif update.new != tip:
        transaction.set_target(update.name, update.new, message=message)


def _name_actor(git: Git) -> None:
    """Let reflogs name whoever acts, by git's own idea of them."""
    name, email = (part.decode("utf-8", "replace") for part in git.committer or NOBODY)
    git.handle.set_ident(name, email)


def set_torn_aside(git: Git, name: str, into: Path) -> bool:
    """Move the loose file of a torn ref to `into`, under git's own lock; False when it is not torn (any more).

    What `packed-refs` may hold for the same name shows again afterwards.
    """
    if not _are_files(git):
        return False
    try:
        with git.handle.transaction() as transaction:
            transaction.lock_ref(name)
            loose = git.common_dir / name
            if not loose.is_file() or not is_torn(git, name):
                return False
            into.parent.mkdir(parents=True, exist_ok=True)
            loose.rename(into)
            return True
    except (pygit2.GitError, OSError) as error:
        raise translate_write_error(error, git, ref=name) from error


def is_torn(git: Git, name: str) -> bool:
    """Whether there is something under this name that cannot be read as a ref."""
    try:
        find_ref(git, name)
    except TornRef:
        return True
    return False


def is_about_permission(complaint: str) -> bool:
    """Whether git, libgit2 or the system complains that the repository must not be written."""
    low = complaint.lower()
    signs = ("permission denied", "insufficient permission", "read-only file system", "not permitted")
    return any(sign in low for sign in signs)


def translate_write_error(error: Exception, git: Git, *, ref: str = "") -> OkstraError:
    """What libgit2's or the operating system's complaint about a write means to a person; `ref` is what was in hand."""
    complaint = str(error)
    low = re.sub(r"'[^']*'", "", complaint).lower()  # paths may hold any word
    if "no space" in low or "quota" in low:
        return refuse(
            "disk.full", "there is no space left on the disk; nothing was recorded", hint="free some space and repeat"
        )
    if is_about_permission(low):
        return refuse(
            "repo.read-only",
            f"the repository at {git.common_dir} cannot be written; nothing was recorded",
            hint="check the owner and the mode of the git directory",
        )
    if any(words in low for words in _LOCK_HELD):
        what = f"{ref or 'a ref'} is locked by another git process, or by one that died"
        return RefLocked(what, hint="git okstra doctor", ref=ref, reason=complaint[:300])
    if _FOLDER_GONE in low:
        return LostRace(f"the folder of {ref or 'a ref'} was packed away while it was being locked", ref=ref)
    return WriteFailed(f"git could not write: {complaint[:300]}", hint="run 'git okstra doctor'", ref=ref)
