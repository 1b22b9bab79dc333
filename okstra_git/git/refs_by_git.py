"""Refs that the git program alone reads and writes (reftable): listed at once for many questions, changed at once."""

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, NoReturn

import pygit2

from okstra_git.fs.outside import read_gits, read_line
from okstra_git.git.binary import OFFLINE, run_git
from okstra_git.git.config import Person
from okstra_git.git.discovery import common_dir_of
from okstra_git.names import NO_OBJECT, CommitId, is_commit_id

STUB = "ref: refs/heads/.invalid"
"""What the file HEAD says where refs are elsewhere (git's documentation of the reftable format)."""

ALWAYS_FILES = ("FETCH_HEAD", "MERGE_HEAD")
"""What looks like a ref and is a file of git's in every format (gitglossary: special refs)."""

_REFS = "%(refname)%00%(objectname)%00%(symref)%00"
_ENTRIES = "%gD%x00%H%x00%gs%x00"

Change = tuple[str, CommitId | None, CommitId | None]
"""A ref's full name, the value that it has, and the one that it gets; None is none."""


class Ref(NamedTuple):
    """The object that a ref comes to, and the full name of the ref that it stands for, if any."""

    tip: CommitId
    target: str


class LogEntry(NamedTuple):
    """An entry of a reflog: what the ref became, when (seconds since 1970), and how git words the reason."""

    new: CommitId
    at: int
    why: str


class _OfRefs:
    """A member of libgit2's handle that has to do with refs: using it is a mistake of ours, and ends the command."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, handle: object, kind: type) -> NoReturn:
        raise AssertionError(f"refs of this repository are read by git alone: {self.name} must not be used")

    def __set__(self, handle: object, value: object) -> None:
        """pygit2 sets some of them when it opens a repository."""


OF_REFS = (
    "branches", "references", "head", "head_is_detached", "head_is_unborn", "set_head", "is_empty", "transaction",
    "lookup_reference", "lookup_reference_dwim", "listall_references", "listall_reference_objects",
    "raw_listall_references", "references_iterator_init", "references_iterator_next", "create_reference",
    "create_reference_direct", "create_reference_symbolic", "compress_references", "resolve_refish", "revparse",
    "revparse_ext", "revparse_single", "lookup_branch", "listall_branches", "raw_listall_branches", "create_branch",
    "create_commit", "create_tag", "create_note", "lookup_note", "notes", "checkout", "checkout_head", "reset",
    "describe", "stash", "stash_apply", "stash_drop", "stash_pop", "add_worktree", "list_worktrees", "lookup_worktree",
    "status", "status_file", "cherrypick", "revert", "merge", "amend_commit",
)  # fmt: skip


class ObjectsOnly(pygit2.Repository):
    """libgit2's handle where it would take a stub for HEAD and find no refs: whatever has to do with refs fails."""

    vars().update({name: _OfRefs(name) for name in OF_REFS})


class _Reading:
    """The refs as one worktree sees them, read when first asked for; good until the stamp is another one."""

    def __init__(self, git_dir: Path, stamp: bytes | None) -> None:
        self.git_dir = git_dir
        self.stamp = stamp
        self.logs: dict[str, list[LogEntry]] = {}

    @cached_property
    def refs(self) -> dict[str, Ref]:
        """Every ref that leads to an object, HEAD and its like included."""
        asked = ["for-each-ref", "--include-root-refs", f"--format={_REFS}"]
        answer = run_git(asked, cwd=self.git_dir, environment=_inside(self.git_dir)).stdout
        rows = (line.decode(errors="surrogateescape").split("\0") for line in answer.split(b"\0\n") if line)
        return {name: Ref(CommitId(tip), target) for name, tip, target in rows}

    @cached_property
    def head(self) -> str:
        """The full name of the branch that HEAD stands for, also before its first commit; "" where it is detached."""
        if "HEAD" in self.refs:
            return self.refs["HEAD"].target
        asked = ["symbolic-ref", "-q", "HEAD"]
        answer = run_git(asked, cwd=self.git_dir, environment=_inside(self.git_dir), accept=(0, 1)).stdout
        return answer.decode(errors="surrogateescape").rstrip("\n")

    @cached_property
    def logged(self) -> list[str]:
        """The refs that have a reflog."""
        answer = run_git(["reflog", "list"], cwd=self.git_dir, environment=_inside(self.git_dir)).stdout
        return answer.decode(errors="surrogateescape").splitlines()

    def read_logs(self, names: Iterable[str]) -> None:
        """Read the reflogs of these refs that were not read yet, all in one process."""
        missing = [name for name in names if name not in self.logs]
        self.logs |= {name: [] for name in missing}
        asked = [name for name in missing if name in self.logged]
        if not asked:
            return
        lines = "".join(f"{name}\n" for name in asked).encode(errors="surrogateescape")
        walk = ["log", "--walk-reflogs", "--no-patch", "--date=unix", f"--format={_ENTRIES}", "--stdin"]
        answer = run_git(walk, cwd=self.git_dir, stdin=lines, environment=_inside(self.git_dir)).stdout
        for line in answer.split(b"\0\n"):
            selector, _, rest = line.decode(errors="surrogateescape").partition("\0")
            name, _, moment = selector.removesuffix("}").rpartition("@{")
            oid, _, why = rest.partition("\0")
            if name in self.logs:
                self.logs[name].append(LogEntry(CommitId(oid), int(moment), why))


_READINGS: dict[Path, _Reading] = {}
"""Worktrees' own git directories -> what was read there last."""


def keeps_refs_elsewhere(git_dir: Path) -> bool:
    """Whether the refs of the repository or worktree with this git directory are not files in it."""
    return read_line(git_dir / "HEAD") == STUB


def find_ref_by_git(git_dir: Path, name: str) -> CommitId | None:
    """The object that a ref comes to, as the worktree with this git directory sees it; None where there is none."""
    if name in ALWAYS_FILES:
        oid = (read_line(git_dir / name) or "").split("\t")[0]
        return CommitId(oid) if is_commit_id(oid) else None
    ref = _reading(git_dir).refs.get(name)
    return ref.tip if ref is not None else None


def find_target(git_dir: Path, name: str) -> str:
    """The full name of the ref that this one stands for; "" where it stands for itself, or is not there."""
    reading = _reading(git_dir)
    if name == "HEAD":
        return reading.head
    return reading.refs[name].target if name in reading.refs else ""


def list_refs_by_git(git_dir: Path, prefixes: Sequence[str]) -> list[str]:
    """Names of all refs below these prefixes, sorted."""
    return sorted(name for name in _reading(git_dir).refs if name.startswith(tuple(prefixes)))


def list_own_tips(git_dir: Path) -> dict[str, CommitId]:
    """The refs that the worktree with this git directory has for itself, HEAD and its like included, and their tips."""
    return {name: ref.tip for name, ref in _reading(git_dir).refs.items() if is_own_ref(name)}


def list_signs(git_dir: Path) -> frozenset[str]:
    """Names such as CHERRY_PICK_HEAD that the worktree with this git directory has, and not as files in it."""
    return frozenset(list_own_tips(git_dir)) if keeps_refs_elsewhere(git_dir) else frozenset()


def read_log_by_git(git_dir: Path, name: str) -> list[LogEntry]:
    """The reflog of a ref, the newest entry first, without entries whose commit is gone."""
    reading = _reading(git_dir)
    reading.read_logs([name])
    return reading.logs[name]


def list_logged(git_dir: Path) -> list[str]:
    """The refs with a reflog that the worktree with this git directory has or shares; all of them are read at once."""
    reading = _reading(git_dir)
    reading.read_logs(reading.logged)
    return reading.logged


def find_oldest(git_dir: Path, name: str) -> str:
    """What the ref was before the oldest entry of its reflog that is kept; `NO_OBJECT` where it was not there."""
    asked = f"{name}@{{{len(read_log_by_git(git_dir, name))}}}"
    walk, inside = ["rev-list", "--no-walk", "--ignore-missing"], _inside(git_dir)
    answer = run_git(walk, revisions=[asked], cwd=git_dir, environment=inside, accept=(0, 128)).stdout
    oid = answer.decode("ascii", "replace").strip()
    return oid if is_commit_id(oid) else NO_OBJECT


def is_own_ref(name: str) -> bool:
    """Whether each worktree has a ref of this name for itself (git-worktree.txt, REFS)."""
    return "/" not in name or name.startswith(OWN_REFS)


OWN_REFS = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")


def change_refs(git_dir: Path, changes: Sequence[Change], *, message: str, person: Person) -> None:
    """Make all changes in one transaction of git's, or none; raises `GitFailed` when a ref has not the value given."""
    words = [b"start", *(word for change in changes for word in _instruction(change)), b"prepare", b"commit"]
    name, email = (part.decode(errors="surrogateescape") for part in person)
    actor = {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}
    asked = ["update-ref", "--no-deref", f"-m{message}", "--stdin", "-z"]
    run_git(asked, cwd=git_dir, stdin=b"\0".join(words) + b"\0", environment={**_inside(git_dir), **actor})


def _instruction(change: Change) -> list[bytes]:
    name, old, new = change
    ref, before = os.fsencode(name), (old or NO_OBJECT).encode()
    if new == old:
        return [b"verify " + ref, before]
    return [b"delete " + ref, before] if new is None else [b"update " + ref, new.encode(), before]


def _reading(git_dir: Path) -> _Reading:
    stamp = _stamp(git_dir)
    known = _READINGS.get(git_dir)
    if known is None or stamp is None or known.stamp != stamp:
        known = _READINGS[git_dir] = _Reading(git_dir, stamp)
    return known


def _stamp(git_dir: Path) -> bytes | None:
    """What is another value after every change of a ref: the names of the tables; None in a format without tables."""
    folders = dict.fromkeys((common_dir_of(git_dir), git_dir))
    lists = [read_gits(folder / "reftable" / "tables.list") for folder in folders]
    return b"\0".join(names for names in lists if names is not None) if None not in lists else None


def _inside(git_dir: Path) -> dict[str, str]:
    return {**OFFLINE, "GIT_DIR": str(git_dir)}
