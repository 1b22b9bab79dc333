"""Walks history with libgit2, and with git itself where a commit is in the way that only git can read."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pygit2
from pygit2.enums import SortMode

from okstra_git.git.binary import OFFLINE, GitFailed, run_git
from okstra_git.git.objects import find_raw_commit
from okstra_git.git.repo import Git
from okstra_git.names import is_commit_id

UNREADABLE = (KeyError, ValueError, pygit2.GitError)
"""What a walk raises when an object on its way is missing or damaged."""


class Step(NamedTuple):
    """One commit of a walk."""

    oid: str
    parents: tuple[str, ...]


def walk_ids(
    git: Git, include: Iterable[str], exclude: Iterable[str], *, ordered: bool = True, first_parent: bool = False
) -> Iterator[Step]:
    """Commits reachable from `include` and not from `exclude`, children before parents if `ordered`.

    Missing excluded commits are ignored. Raises `UNREADABLE` when anything else on the way cannot be read.
    """
    wanted, hidden = list(include), [oid for oid in exclude if find_raw_commit(git, oid)]
    yielded: set[str] = set()
    try:
        for step in _by_library(git, wanted, hidden, ordered=ordered, first_parent=first_parent):
            yielded.add(step.oid)
            yield step
    except KeyError:
        raise
    except (ValueError, pygit2.GitError) as error:
        for step in _by_program(git, wanted, hidden, error, first_parent=first_parent):
            if step.oid not in yielded:
                yield step


def _by_library(
    git: Git, include: list[str], exclude: list[str], *, ordered: bool, first_parent: bool
) -> Iterator[Step]:
    walker = git.handle.walk(None, SortMode.TOPOLOGICAL if ordered else SortMode.NONE)
    if first_parent:
        walker.simplify_first_parent()
    for oid in include:
        walker.push(pygit2.Oid(hex=oid))
    for oid in exclude:
        walker.hide(pygit2.Oid(hex=oid))
    for commit in walker:
        yield Step(str(commit.id), tuple(map(str, commit.parent_ids)))


def _by_program(
    git: Git, include: list[str], exclude: list[str], error: Exception, *, first_parent: bool
) -> list[Step]:
    """The same by `git rev-list`; raises libgit2's own error again when git cannot read it either."""
    if not all(map(is_commit_id, (*include, *exclude))):
        raise error
    asked = ["rev-list", "--topo-order", "--parents", *(["--first-parent"] if first_parent else []), "--stdin"]
    revisions = "".join(f"{oid}\n" for oid in include) + "".join(f"^{oid}\n" for oid in exclude)
    try:
        answer = run_git(asked, cwd=git.top, stdin=revisions.encode(), environment=OFFLINE)
    except GitFailed as failed:
        raise error from failed
    lines = (line.split() for line in answer.stdout.decode().splitlines())
    return [Step(oid, tuple(parents)) for oid, *parents in lines]


def is_ancestor(git: Git, tip: str, commit: str) -> bool:
    """Whether `commit` is an ancestor of `tip`; False when history between them cannot be read."""
    try:
        return bool(git.handle.descendant_of(pygit2.Oid(hex=tip), pygit2.Oid(hex=commit)))
    except KeyError:
        return False
    except (ValueError, pygit2.GitError):
        asked, two = ["merge-base", "--is-ancestor"], [commit, tip]
        answer = run_git(asked, revisions=two, cwd=git.top, environment=OFFLINE, accept=(0, 1, 128))
        return answer.returncode == 0


def find_fork(git: Git, one: str, other: str) -> str | None:
    """A best common ancestor; None where there is none or history cannot be read."""
    try:
        fork = git.handle.merge_base(pygit2.Oid(hex=one), pygit2.Oid(hex=other))
        return str(fork) if fork else None
    except KeyError:
        return None
    except (ValueError, pygit2.GitError):
        two = [one, other]
        answer = run_git(["merge-base"], revisions=two, cwd=git.top, environment=OFFLINE, accept=(0, 1, 128))
        return answer.stdout.decode().strip() or None
