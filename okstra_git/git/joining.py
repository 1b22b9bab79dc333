"""Merges of commits made in memory: a tree, or the paths that contradict each other."""

from dataclasses import dataclass

import pygit2

from okstra_git.git.history import merge_bases
from okstra_git.git.objects import MissingObject, tree_of
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git
from okstra_git.git.sharing import share_folders
from okstra_git.git.three_way import Clash, MergeFailed, merge_trees


@dataclass(frozen=True)
class Joined:
    """The merge of two commits: its tree, or None and the sorted paths in conflict, each with its kind in `clashes`."""

    tree: str | None
    conflicts: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()


def join_commits(git: Git, ours: str, theirs: str) -> Joined:
    """Merge `theirs` into `ours` without worktree or index; nothing but objects is written.

    With one merge base this is what `git merge` gives; several are merged first, as in git's recursive strategy, but
    by libgit2 and without directory renames. Refuses (`MergeFailed`) when objects are missing or when the commits
    share no history.
    """
    try:
        bases = merge_bases(git, ours, theirs)
        if len(bases) > 1:
            return _recursively(git, ours, theirs)
        trees = [tree_of(git, each) for each in (*bases, ours, theirs)]
    except MissingObject as missing:
        raise _failed(ours, theirs) from missing
    if not bases:
        raise MergeFailed(
            f"{ours[:10]} and {theirs[:10]} share no history, so there is nothing to merge them by",
            hint="if that is a shallow clone, run 'git fetch --unshallow'; else merge them by hand with "
            "'git merge --allow-unrelated-histories'",
            commits=[ours, theirs],
        )
    merged = merge_trees(git, base=trees[0], ours=trees[1], theirs=trees[2])
    return _joined(merged.tree, merged.clashes)


def _recursively(git: Git, ours: str, theirs: str) -> Joined:
    """Criss-cross histories."""
    try:
        index = git.handle.merge_commits(pygit2.Oid(hex=ours), pygit2.Oid(hex=theirs))
        if index.conflicts is None:
            tree = str(index.write_tree(git.handle))
            share_folders(git.common_dir / "objects")
            return Joined(tree)
        sides = [side for conflict in index.conflicts for side in conflict if side is not None]
        return _joined(None, tuple(Clash(path, "content") for path in sorted({side.path for side in sides})))
    except (KeyError, ValueError) as error:
        raise _failed(ours, theirs) from error
    except pygit2.GitError as error:
        raise translate_write_error(error, git) from error


def _joined(tree: str | None, clashes: tuple[Clash, ...]) -> Joined:
    return Joined(tree, tuple(sorted({clash.path for clash in clashes})), clashes)


def _failed(ours: str, theirs: str) -> MergeFailed:
    return MergeFailed(f"{ours[:10]} and {theirs[:10]} cannot be merged: an object is missing", hint="git fsck")
