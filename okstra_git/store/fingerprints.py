"""Fingerprints of stage ranges, taken at record time so that later proofs need no old objects."""

from collections.abc import Sequence

from okstra_git.digest import multiset_sum, show_sum
from okstra_git.git.diffs import (
    PATCH_ALGORITHM,
    Delta,
    delta_fingerprint,
    delta_sum,
    diff_trees,
    patch_id,
    paths_fingerprint,
    show_path,
)
from okstra_git.git.history import CommitFacts, find_commit, walk
from okstra_git.git.line_differences import line_difference
from okstra_git.git.objects import EMPTY_TREE, MissingObject
from okstra_git.git.repo import Git
from okstra_git.records.grammar import MAX_PATH
from okstra_git.records.stage import Author, RangeFingerprint

SHOWN_PATHS = 12
MAX_PRINTED_FILES = 2_000
MAX_COUNTED = 100_000


def fingerprint_ranges(git: Git, ranges: Sequence[tuple[str | None, str]]) -> list[RangeFingerprint]:
    """The print of each (base, head) pair; base None means everything up to head. Refuses on missing commits.

    All deltas are read in one run of git, so that recording thousands of stages stays cheap.
    """
    ends = [(_require(git, base) if base else None, _require(git, head)) for base, head in ranges]
    trees = [(base.tree if base else EMPTY_TREE, head.tree) for base, head in ends]
    return [_print(git, base, head, delta) for (base, head), delta in zip(ends, diff_trees(git, trees), strict=True)]


def _require(git: Git, oid: str) -> CommitFacts:
    facts = find_commit(git, oid)
    if facts is None:
        raise MissingObject(f"the commit {oid} cannot be read", hint="in a shallow clone, fetch more", object=oid)
    return facts


def _print(git: Git, base: CommitFacts | None, head: CommitFacts, delta: Delta) -> RangeFingerprint:
    base_tree = base.tree if base else EMPTY_TREE
    return RangeFingerprint(
        head=head.oid,
        head_tree=head.tree,
        base=base.oid if base else None,
        base_tree=base_tree,
        parents=head.parents,
        commits=_count(git, base, head),
        author=Author(name=head.author, email=head.email, time=head.time, offset=head.offset),
        subject=head.subject,
        delta=delta_fingerprint(delta),
        delta_sum=show_sum(delta_sum(delta)),
        lines_sum=lines_sum(git, delta),
        path_count=len(delta),
        paths=tuple(show_path(change.path)[:MAX_PATH] for change in delta[:SHOWN_PATHS]),
        paths_print=paths_fingerprint(delta),
        patch_id=patch_id(git, base_tree, head.tree) if len(delta) < MAX_PRINTED_FILES else None,
        patch_algorithm=PATCH_ALGORITHM,
    )


def lines_sum(git: Git, delta: Delta) -> str | None:
    """The additive fingerprint of the lines that came and went, or None where that is not to be had."""
    if len(delta) > MAX_PRINTED_FILES:
        return None
    difference = line_difference(git, delta)
    return None if difference is None else show_sum(multiset_sum(difference.items()))


def _count(git: Git, base: CommitFacts | None, head: CommitFacts) -> int:
    if base is not None and head.parents == (base.oid,):
        return 1
    if base is not None and base.oid == head.oid:
        return 0
    commits, _ = walk(git, [head.oid], [base.oid] if base else [], limit=MAX_COUNTED)
    return len(commits)
