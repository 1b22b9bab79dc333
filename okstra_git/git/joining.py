"""Merges of commits made in memory: a tree, or the paths that contradict each other."""

from dataclasses import dataclass

import pygit2

from okstra_git.errors import OkstraError
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git


class MergeFailed(OkstraError):
    """Two commits could not even be compared: an object is missing, or they share no history."""

    code = "merge.failed"


@dataclass(frozen=True)
class Joined:
    """The merge of two commits: its tree, or None and the sorted paths in conflict."""

    tree: str | None
    conflicts: tuple[str, ...] = ()


def join_commits(git: Git, ours: str, theirs: str) -> Joined:
    """Merge `theirs` into `ours` without worktree or index; nothing but objects is written."""
    try:
        index = git.handle.merge_commits(pygit2.Oid(hex=ours), pygit2.Oid(hex=theirs))
        if index.conflicts is None:
            return Joined(str(index.write_tree(git.handle)))
        sides = [side for conflict in index.conflicts for side in conflict if side is not None]
        return Joined(None, tuple(sorted({side.path for side in sides})))
    except (KeyError, ValueError) as error:
        raise MergeFailed(
            f"{ours[:10]} and {theirs[:10]} cannot be merged: an object is missing", hint="git fsck"
        ) from error
    except pygit2.GitError as error:
        raise translate_write_error(error, git) from error
