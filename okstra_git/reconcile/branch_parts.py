"""What may land of a branch: the whole of it, each of its commits, and several of them in a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okstra_git.git.diffs import Delta, compose, diff_trees
from okstra_git.git.history import CommitFacts, find_commit
from okstra_git.git.objects import EMPTY_TREE, MissingObject
from okstra_git.git.repo import Git
from okstra_git.reconcile.target_line import BranchRange

MAX_ROWS = 12
"""Commits of a branch up to which every few of them in a row are looked for, squashed together."""


@dataclass(frozen=True)
class BranchPart:
    """A change that may have landed by itself: from `base` (None: from nothing) to the last of `commits`."""

    base: str | None
    commits: tuple[str, ...]
    delta: Delta

    @property
    def head(self) -> str:
        """The commit that completes it."""
        return self.commits[-1]


@dataclass(frozen=True)
class BranchParts:
    """A branch as a whole, and its commits that change anything, oldest first; `merges` are the commits that join."""

    branch: BranchRange
    whole: BranchPart
    single: tuple[BranchPart, ...]
    merges: tuple[str, ...] = ()

    def in_a_row(self) -> Iterator[BranchPart]:
        """Several commits that follow each other, but not all of them; the longest rows first."""
        count = len(self.single)
        for length in range(count - 1, 1, -1) if count <= MAX_ROWS and not self.merges else ():
            for start in range(count - length + 1):
                row = self.single[start : start + length]
                delta = compose(*(part.delta for part in row))
                if delta:
                    yield BranchPart(row[0].base, tuple(part.head for part in row), delta)


def read_parts(git: Git, branches: Sequence[BranchRange]) -> list[BranchParts]:
    """The parts of each branch, all read in one run of git; refuses where a commit or a tree is missing.

    A branch without commits of its own is its last commit.
    """
    drafts = [_draft(git, branch) for branch in branches]
    pairs = [ends for draft in drafts for ends in draft.ends]
    deltas = iter(diff_trees(git, pairs))
    return [draft.filled([next(deltas) for _ in draft.ends]) for draft in drafts]


@dataclass(frozen=True)
class _Draft:
    """The ranges of a branch, the whole of it first, and the trees at their ends."""

    branch: BranchRange
    ranges: tuple[tuple[str | None, str], ...]
    ends: tuple[tuple[str, str], ...]
    merges: tuple[str, ...]

    def filled(self, deltas: Sequence[Delta]) -> BranchParts:
        base, head = self.ranges[0]
        single = [
            BranchPart(parent, (commit,), delta)
            for (parent, commit), delta in zip(self.ranges[1:], deltas[1:], strict=True)
            if delta
        ]
        commits = self.branch.own or (head,)
        return BranchParts(self.branch, BranchPart(base, commits, deltas[0]), tuple(single), self.merges)


def _draft(git: Git, branch: BranchRange) -> _Draft:
    facts = {commit: _require(git, commit) for commit in branch.own or (branch.tip,)}
    plain = [commit for commit, known in facts.items() if len(known.parents) < 2]
    ranges: list[tuple[str | None, str]] = [((facts[c].parents or (None,))[0], c) for c in plain]
    base = branch.base if branch.own else (facts[branch.tip].parents or (None,))[0]
    ranges.insert(0, (base, branch.tip))
    trees = {commit: known.tree for commit, known in facts.items()}
    trees |= {base: _require(git, base).tree for base, _ in ranges if base is not None and base not in trees}
    ends = tuple((trees[base] if base is not None else EMPTY_TREE, trees[head]) for base, head in ranges)
    return _Draft(branch, tuple(ranges), ends, tuple(commit for commit in facts if commit not in plain))


def _require(git: Git, commit: str) -> CommitFacts:
    facts = find_commit(git, commit)
    if facts is None:
        raise MissingObject(f"the commit {commit} cannot be read", hint="fetch it", object=commit)
    return facts
