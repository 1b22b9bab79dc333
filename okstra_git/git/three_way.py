"""Three-way merges of whole trees: our own where nothing needs thought, git's own everywhere else."""

from collections.abc import Iterable
from dataclasses import dataclass

from okstra_git.errors import OkstraError
from okstra_git.git.binary import GitFailed
from okstra_git.git.changes import show_path
from okstra_git.git.malformed import find_malformed
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.plain_merge import Doubt, PlainMerge
from okstra_git.git.raw_trees import Pending, UnusualTree, write_pending
from okstra_git.git.repo import Git
from okstra_git.git.second_opinion import ask_git, read_failure


class MergeFailed(OkstraError):
    """Two sides could not even be compared: an object is missing, or they share no history."""

    code = "merge.failed"


@dataclass(frozen=True, order=True)
class Clash:
    """One path that two sides contradict each other about.

    `kind` is git's word: content, add/add, modify/delete, rename/delete, rename/rename, rename/add, file/directory,
    directory-rename, submodule, mode (also: another type of file), binary.
    """

    path: str
    kind: str


@dataclass(frozen=True)
class Merged:
    """The tree of a merge, or None and every path in conflict, sorted."""

    tree: str | None
    clashes: tuple[Clash, ...] = ()


def merge_trees(
    git: Git, *, base: str, ours: str, theirs: str, write: bool = True, pending: Pending | None = None
) -> Merged:
    """What `git merge` makes of three trees by its defaults: renames followed, directory renames asked.

    The result is git's in every case: where there is a contradiction, or a rename might matter, git is asked, without
    configuration, attributes or drivers. A git before 2.38 cannot be asked: then renames are not followed. With
    `write` the objects of a clean merge are in the repository afterwards; without it nothing at all is written, and
    `tree` is the id it would have. With `pending` new objects are kept there, readable for the next merge that is given
    it, until `write_pending`. Refuses (`MergeFailed`) when an object is missing.
    """
    shared = pending if pending is not None else Pending()
    merged = _merge(git, base, ours, theirs, shared, write=write)
    if write and pending is None:
        write_pending(git, shared)
    return merged


def _merge(git: Git, base: str, ours: str, theirs: str, pending: Pending, *, write: bool) -> Merged:
    try:
        return _plainly(git, base, ours, theirs, pending, is_alone=False)
    except (Doubt, UnusualTree):
        write_pending(git, pending)
    try:
        opinion = ask_git(git, base=base, ours=ours, theirs=theirs, write=write)
    except GitFailed as failed:
        raise MergeFailed(
            f"the trees {ours[:10]} and {theirs[:10]} cannot be merged: {read_failure(failed)}",
            hint="run 'git fsck'; in a partial or shallow clone, fetch what is missing first",
            trees=[base, ours, theirs],
        ) from failed
    if opinion is None:
        return _without_git(git, base, ours, theirs, pending)
    clashes = _clashes(opinion.clashes.items())
    return Merged(None if clashes else opinion.tree, clashes)


def _plainly(git: Git, base: str, ours: str, theirs: str, pending: Pending, *, is_alone: bool) -> Merged:
    merge = PlainMerge(git, pending, is_alone=is_alone)
    tree = merge.merge(*(bytes.fromhex(each) for each in (base, ours, theirs)))
    if merge.clashes:
        return Merged(None, _clashes(merge.clashes))
    pending.add(merge.drafts)
    return Merged(tree.hex())


def _without_git(git: Git, base: str, ours: str, theirs: str, pending: Pending) -> Merged:
    """A git that cannot merge trees: contradictions are what we see ourselves, and doubts count as such."""
    try:
        return _plainly(git, base, ours, theirs, pending, is_alone=True)
    except UnusualTree as unusual:
        wrong = find_malformed(git, str(unusual), besides=EMPTY_TREE)
        told = f"the tree {unusual} has entries that only git 2.38 or newer merges"
        raise MergeFailed(
            f"the tree {unusual} is one that git never writes: {wrong}" if wrong else told,
            hint="git fsck" if wrong else "install a newer git",
        ) from unusual


def _clashes(found: Iterable[tuple[bytes, str]]) -> tuple[Clash, ...]:
    return tuple(sorted({Clash(show_path(path), kind) for path, kind in found}))
