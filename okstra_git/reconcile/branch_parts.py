"""What may land of a branch: the whole of it, each of its commits, and several of them in a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okstra_git.digest import show_sum
from okstra_git.git.diffs import Delta, compose, delta_fingerprint, diff_trees, paths_fingerprint
from okstra_git.git.history import CommitFacts, find_commit
from okstra_git.git.objects import EMPTY_TREE, MissingObject
from okstra_git.git.repo import Git
from okstra_git.reconcile.proofs import Prover, RecordedDeltas, Trees
from okstra_git.reconcile.target_line import BranchRange
from okstra_git.records.stage import Author, RangeFingerprint

MAX_ROWS = 12
"""Commits of a branch up to which every few of them in a row are looked for, squashed together."""


@dataclass(frozen=True)
class BranchPart:
    """A change that may have landed by itself: what `commits`, of which the last completes it, make between `trees`."""

    commits: tuple[str, ...]
    trees: Trees
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
                    yield BranchPart(tuple(part.head for part in row), (row[0].trees[0], row[-1].trees[1]), delta)


def prover_of(git: Git, part: BranchPart) -> Prover:
    """Who proves the part; its fingerprint has what proofs ask for, and is never stored."""
    head = _require(git, part.head)
    (base_tree, head_tree), delta = part.trees, part.delta
    author = Author(name=head.author, email=head.email, time=head.time, offset=head.offset)
    recorded = RangeFingerprint(
        head=head.oid,
        head_tree=head_tree,
        base=None,
        base_tree=base_tree,
        parents=head.parents,
        commits=len(part.commits),
        author=author,
        subject=head.subject,
        delta=delta_fingerprint(delta),
        delta_sum=show_sum(0),
        path_count=len(delta),
        paths_print=paths_fingerprint(delta),
    )
    return Prover(git, recorded, RecordedDeltas(git, [recorded], {part.trees: delta}))


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
    """A branch with the trees at the ends of the whole of it, and of each commit that is not a merge."""

    branch: BranchRange
    plain: tuple[str, ...]
    ends: tuple[Trees, ...]
    merges: tuple[str, ...]

    def filled(self, deltas: Sequence[Delta]) -> BranchParts:
        known = zip(self.plain, self.ends[1:], deltas[1:], strict=True)
        single = tuple(BranchPart((commit,), trees, delta) for commit, trees, delta in known if delta)
        whole = BranchPart(tuple(part.head for part in single) or (self.branch.tip,), self.ends[0], deltas[0])
        return BranchParts(self.branch, whole, single, self.merges)


def _draft(git: Git, branch: BranchRange) -> _Draft:
    facts = {commit: _require(git, commit) for commit in branch.own or (branch.tip,)}
    trees = {commit: known.tree for commit, known in facts.items()}

    def tree_of(commit: str | None) -> str:
        if commit is not None and commit not in trees:
            trees[commit] = _require(git, commit).tree
        return trees[commit] if commit is not None else EMPTY_TREE

    def below(commit: str) -> str | None:
        return next(iter(facts[commit].parents), None)

    plain = tuple(commit for commit, known in facts.items() if len(known.parents) < 2)
    base = branch.base if branch.own else below(branch.tip)
    ends = ((tree_of(base), trees[branch.tip]), *((tree_of(below(commit)), trees[commit]) for commit in plain))
    return _Draft(branch, plain, ends, tuple(commit for commit in facts if commit not in plain))


def _require(git: Git, commit: str) -> CommitFacts:
    facts = find_commit(git, commit)
    if facts is None:
        raise MissingObject(f"the commit {commit} cannot be read", hint="fetch it", object=commit)
    return facts
