"""Branches made of a project's own commits, and landed in every way that there is, with what became of each.

The steps of a history (each commit of its first-parent line against the one before) are taken in their order. One to
five of them are a branch; a target of its own begins where the branch does, gets some later steps of the project, as
far as they apply without the branch, then the branch by one of `WAYS`, and goes on. Everything is made in memory by
libgit2; what conflicts is left out.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pygit2
from pygit2.enums import FileMode

WAYS: dict[str, tuple[str, ...]] = {
    "merge": ("landed",), "squash": ("landed",), "rebase": ("landed",),
    "merge-revert-again": ("landed",), "squash-revert-again": ("landed",), "rebase-revert-again": ("landed",),
    "squash-revert-again-revert-again": ("landed",), "merge-revert-again-revert-again": ("landed",),
    "fix": ("partly", "not"), "inside": ("partly", "not"), "some": ("partly",), "not": ("not", "partly"),
    "merge-revert": ("reverted",), "squash-revert": ("reverted",), "rebase-revert": ("reverted",),
    "squash-revert-again-revert": ("reverted",), "merge-revert-again-revert": ("reverted",),
}  # fmt: skip
"""What is done with a branch, step by step, and what may then be said of it.

`fix` is a squash with one more file, `inside` one with one more line in a file of the branch, `some` its first commits.
"""

LATER = 4
"""Later steps of the project that a target gets at a time."""


@dataclass(frozen=True)
class Case:
    """A branch, the target it was landed in, and what was done with it."""

    branch: str
    target: str
    way: str


@dataclass
class Transplant:
    """A repository that gets branches of the steps of `line`, the oldest first."""

    repo: pygit2.Repository
    line: Sequence[str]
    seed: int
    made: int = 0
    _later: Iterator[int] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.main = self.line[0]

    def run(self) -> Iterator[Case]:
        """A case for each few steps of the line."""
        place = 0
        while place + 1 < len(self.line):
            count = self.rng.choice((1, 1, 2, 2, 3, 5))
            case = self._case(place, min(count, len(self.line) - 1 - place))
            if case is not None:
                yield case
            place += count

    def _case(self, place: int, count: int) -> Case | None:
        base = self.main = self.line[place]
        self._later = iter(range(place + count, len(self.line) - 1))
        tips = self._picked(base, self.line[place : place + count + 1])
        way = self.rng.choice([way for way in WAYS if way != "some" or len(tips) > 1])
        self._go_on()
        before = self.main
        if not tips or not all(self._do(each, base, tips, before) for each in way.split("-")):
            return None
        self._go_on()
        case = Case(f"refs/heads/{way}/{place}", f"refs/into/{place}", way)
        self.repo.references.create(case.branch, tips[-1], force=True)
        self.repo.references.create(case.target, self.main, force=True)
        return case

    def _go_on(self) -> None:
        """Some later steps of the project, those that apply without the branch."""
        for _, place in zip(range(LATER), self._later, strict=False):
            picked = self._picked(self.main, self.line[place : place + 2])
            self.main = picked[-1] if picked else self.main

    def _picked(self, base: str, steps: Sequence[str]) -> list[str]:
        """The steps one by one on a commit; none where they conflict, or where one is empty."""
        tips, tip = list[str](), base
        for before, after in pairwise(steps):
            tree = self._merged(self._tree(before), self._tree(tip), self._tree(after))
            if tree is None or tree == self._tree(tip):
                return []
            tip = self._commit(tree, [tip], f"step {after[:10]}")
            tips.append(tip)
        return tips

    def _do(self, what: str, base: str, tips: Sequence[str], before: str) -> bool:
        """One thing with the branch; whether it could be done."""
        if what == "not":
            return True
        if what in ("rebase", "some"):
            picked = self._picked(self.main, [base, *tips[: len(tips) if what == "rebase" else len(tips) - 1]])
            self.main = picked[-1] if picked else self.main
            return bool(picked)
        if what in ("revert", "again"):
            self._go_on()
            landed = self._merged(self._tree(base), self._tree(before), self._tree(tips[-1]))
            ends = (landed, self._tree(before)) if what == "revert" else (self._tree(before), landed)
            tree = self._merged(ends[0] or "", self._tree(self.main), ends[1] or "")
        else:
            tree = self._merged(self._tree(base), self._tree(self.main), self._tree(tips[-1]))
            tree = self._with_more(tree, base, tips[-1], what) if tree is not None else None
        if tree is None or tree == self._tree(self.main):
            return False
        self.main = self._commit(tree, [self.main, tips[-1]] if what == "merge" else [self.main], what)
        return True

    def _with_more(self, tree: str, base: str, tip: str, what: str) -> str | None:
        """The tree of a squash, with a fix of whoever squashed."""
        if what == "fix":
            return self._put(tree, f"fixes/{self.made}", b"fix\n")
        if what != "inside":
            return tree
        diff = self._read(self._tree(base)).diff_to_tree(self._read(self._tree(tip)))
        for path in (delta.new_file.path for delta in diff.deltas):
            blob = self._blob(tree, path)
            if blob is not None and b"\0" not in blob.data:
                return self._put(tree, path, bytes(blob.data) + b"one more line\n")
        return None

    # --- plumbing

    def _blob(self, tree: str, path: str) -> pygit2.Blob | None:
        try:
            entry = self._read(tree)[path]
        except KeyError:
            return None
        return entry if isinstance(entry, pygit2.Blob) and entry.filemode == 0o100644 else None

    def _put(self, tree: str, path: str, data: bytes) -> str:
        index = pygit2.Index()
        index.read_tree(self._read(tree))
        index.add(pygit2.IndexEntry(path, self.repo.create_blob(data), FileMode.BLOB))
        return str(index.write_tree(self.repo))

    def _merged(self, base: str, ours: str, theirs: str) -> str | None:
        index = self.repo.merge_trees(self._read(base), self._read(ours), self._read(theirs))
        return None if index.conflicts is not None else str(index.write_tree(self.repo))

    def _read(self, tree: str) -> pygit2.Tree:
        return self.repo[tree].peel(pygit2.Tree)

    def _tree(self, commit: str) -> str:
        return str(self.repo[commit].peel(pygit2.Tree).id)

    def _commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        self.made += 1
        who = pygit2.Signature("A", f"{self.rng.randrange(5)}@example.org", 1_600_000_000 + 60 * self.made, 0)
        return str(self.repo.create_commit(None, who, who, message, tree, list(parents)))


def first_parents(repo: pygit2.Repository, tip: str, most: int) -> list[str]:
    """The first-parent line to a commit, the oldest first."""
    walker = repo.walk(tip)
    walker.simplify_first_parent()
    return [str(commit.id) for commit, _ in zip(walker, range(most), strict=False)][::-1]
