"""What a worktree has checked out, whether it is the branch it should be, and which files are not committed."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from okstra_git.errors import OkstraError
from okstra_git.fs.outside import LONGEST_POINTER, read_gits
from okstra_git.git.branch_moves import planned_tips
from okstra_git.git.diffs import show_path
from okstra_git.git.dirty import list_uncommitted
from okstra_git.git.refs import find_quietly
from okstra_git.git.refs_by_git import list_signs
from okstra_git.git.repo import Git, open_repository
from okstra_git.git.unsaved_work import UNCOMMITTED, read_unsaved_work
from okstra_git.git.worktrees import Worktree, current_branch, find_worktree
from okstra_git.names import is_commit_id
from okstra_git.paths import real_path

FILES = UNCOMMITTED - {"operation"}
"""What is held and has to do with files: an operation under way is reported apart from it."""

AT_ONCE = 4
"""Worktrees that are read at the same time; each costs a process of git."""

_SIGNS = (
    ("rebase-merge", "rebase"), ("rebase-apply/applying", "am"), ("rebase-apply", "rebase"), ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert"), ("sequencer", "cherry-pick or revert"),
    ("BISECT_LOG", "bisect"),
)  # fmt: skip
_RETURNS_TO = ("rebase-merge/head-name", "rebase-apply/head-name")


@dataclass(frozen=True)
class Checkout:
    """One worktree as it lies there: `branch` is None where HEAD is detached, `operation` is empty where git waits.

    `returns_to` is the branch that an operation will check out again. `files` are paths, as they are shown, that are
    not as committed, ignored ones left out; None where nobody asked, or where `problem` says why they are not known.
    """

    path: Path
    head: str | None
    branch: str | None
    operation: str = ""
    returns_to: str = ""
    files: tuple[str, ...] | None = None
    problem: str = ""

    @property
    def works_on(self) -> str | None:
        """The branch that is checked out, or will be when the operation under way has ended."""
        return self.branch or self.returns_to or None

    @property
    def is_linked(self) -> bool:
        """Whether it is a worktree that git has beside the main one."""
        return (self.path / ".git").is_file()


def see_head(worktree: Worktree) -> Checkout:
    """Everything but the files; starts no process where refs are files."""
    git_dir = _git_dir(worktree.path)
    if git_dir is None:
        return Checkout(worktree.path, worktree.head, worktree.branch)
    elsewhere = list_signs(git_dir)
    operation = next((word for name, word in _SIGNS if (git_dir / name).exists() or name in elsewhere), "")
    return Checkout(worktree.path, worktree.head, worktree.branch, operation, _returns_to(git_dir) if operation else "")


def see_files(checkout: Checkout) -> Checkout:
    """The same with its files, as git status lists them, and hidden edits; caches that are not ignored count too."""
    try:
        uncommitted = list_uncommitted(checkout.path)
    except (OkstraError, OSError) as refusal:
        return _with_files(checkout, None, str(refusal) or "git does not say what changed")
    return _with_files(checkout, tuple(sorted(show_path(change.path) for change in uncommitted)), "")


def see_exactly(
    git: Git, tree: Worktree, *, others: Sequence[Worktree] | None = None, besides: Path | None = None
) -> Checkout:
    """A worktree with the files that it holds and its commit has not; `besides` is a new file that does not count.

    `others` are the repository's worktrees, when they are known already.
    """
    held = read_unsaved_work(git, tree, others=others).of(FILES)
    left = os.fsencode(os.path.relpath(real_path(besides), real_path(tree.path))) if besides is not None else b""
    paths = [path for item in held for path in item.paths if not (item.kind == "untracked" and path == left)]
    doubts = "; ".join(item.message for item in held if item.kind == "unclear")
    return _with_files(see_head(tree), None if doubts else tuple(sorted(map(show_path, paths))), doubts)


def see_all_files(checkouts: Sequence[Checkout]) -> list[Checkout]:
    """`see_files` of each, a few at a time, in their order."""
    if len(checkouts) < 2:
        return [see_files(checkout) for checkout in checkouts]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as several:
        return list(several.map(see_files, checkouts))


def _with_files(checkout: Checkout, files: tuple[str, ...] | None, problem: str) -> Checkout:
    return Checkout(
        checkout.path, checkout.head, checkout.branch, checkout.operation, checkout.returns_to, files, problem
    )


def _git_dir(path: Path) -> Path | None:
    """The git directory of a worktree: `.git` itself, or where that file points to."""
    there = path / ".git"
    if there.is_dir():
        return there
    target = _first_line(there).removeprefix("gitdir: ")
    return path / target if target else None


def _first_line(path: Path) -> str:
    text = (read_gits(path, LONGEST_POINTER) or b"").decode("utf-8", "surrogateescape")
    return text.partition("\n")[0].strip()


def _returns_to(git_dir: Path) -> str:
    """The short name of the branch; git writes a commit, or words, where an operation began on no branch."""
    written = [_first_line(git_dir / name) for name in _RETURNS_TO]
    rebased = next((name.removeprefix("refs/heads/") for name in written if name.startswith("refs/heads/")), "")
    bisected = _first_line(git_dir / "BISECT_START")
    return rebased or ("" if is_commit_id(bisected) else bisected)


def clauses_of(checkout: Checkout, branch: str) -> list[str]:
    """What is to be known of a worktree that should be on `branch`, as short clauses; nothing where all is well."""
    clauses = [f"a {checkout.operation} is under way"] if checkout.operation else []
    if branch not in (checkout.branch or "", checkout.works_on or ""):
        clauses.append(f"on {checkout.branch}" if checkout.branch else "detached")
    if checkout.problem:
        clauses.append("cannot be read")
    elif checkout.files:
        clauses.append("1 uncommitted file" if len(checkout.files) == 1 else f"{len(checkout.files)} uncommitted files")
    return clauses


class Astray(NamedTuple):
    """Why a directory is not the checkout it should be: nothing is there (`gone`), something else is (`foreign`), or
    another branch or none is checked out (`elsewhere`, of which `branch` is the name). `what` follows the path in a
    sentence."""

    kind: Literal["gone", "foreign", "elsewhere"]
    what: str
    branch: str | None = None


def find_astray(git: Git, path: Path, branch: str) -> Astray | None:
    """What is wrong with `path` as the checkout of `branch`; None when that is what it is.

    A branch in the middle of its own rebase counts as checked out there. Without a branch (empty) none may be.
    """
    if not os.path.lexists(path):
        return Astray("gone", "is not there any more")
    here = _opened(git, path)
    if here is None:
        return Astray("foreign", "is not a worktree of this repository any more")
    current = current_branch(here)
    if current == branch:
        return None if find_quietly(git, f"refs/heads/{branch}") else Astray("elsewhere", f"is on {branch}, a branch "
                                                                            "that is gone", branch)  # fmt: skip
    if current is None and (not branch or f"refs/heads/{branch}" in planned_tips(here)):
        return None
    wanted = branch or "just a commit"
    return Astray("elsewhere", f"has {current or 'a commit and no branch'} checked out, not {wanted}", current)


def _opened(git: Git, path: Path) -> Git | None:
    """The worktree at exactly this path, when it is one of this repository."""
    try:
        here = open_repository(path, beside=git)
    except OkstraError:
        return None
    is_top = here.work_tree is not None and real_path(here.work_tree) == real_path(path)
    return here if is_top and here.common_dir == git.common_dir and find_worktree(git, path) else None
