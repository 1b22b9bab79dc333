"""A segment of history read once: its commits, what each changed, and indexes over them that many windows share.

Reading commits and their deltas is what costs time, so branches that lie side by side are read in one segment, and the
windows of single stages are views of it.

Example: ten stages on ten branches above `main`. One walk gives all commits that any of the branches has and `main`
has not, one run of git their deltas. The window of stage 3 is those steps of the segment that its branch reaches;
`reached_by` has a bit for each tip, so that this is one look at a number for each step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from okstra_git.digest import multiset_sum
from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Change, Delta, delta_sum, diff_trees
from okstra_git.git.file_changes import LeftFiles, lines_by_path
from okstra_git.git.history import CommitFacts, find_commit, walk
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git
from okstra_git.reconcile.span_index import Forest, SpanIndex, index_sums

Author = tuple[str, int]
"""E-mail address and author time of a commit: what git keeps when it makes a commit anew."""

Side = tuple[bytes, str, str]
"""A file as a change leaves it: path, mode, blob."""

Key = TypeVar("Key")

MAX_LEFT = 256
"""Files of which the last version that was read is kept."""

Lines = dict[bytes, int]
"""How many times more (or, negative, fewer) each line occurs; the key is path, NUL, line."""


@dataclass(frozen=True, eq=False)
class CommitStep:
    """One commit and what it changed against its first parent.

    `position` counts from the oldest of its segment.
    """

    facts: CommitFacts
    position: int
    parent_tree: str
    delta: Delta
    delta_here: int

    @property
    def parent(self) -> str | None:
        """The first parent, None for a root commit."""
        return self.facts.parents[0] if self.facts.parents else None

    @property
    def author(self) -> Author:
        """Who made it, and when."""
        return self.facts.email, self.facts.time


def side_of(change: Change) -> Side:
    """The file as the change leaves it."""
    return change.path, change.new_mode, change.new


@dataclass
class Segment:
    """Commits of `tips` that none of `outside` contains, parents first; `complete` = none were left out.

    A segment of one reading serves many windows, so every index here is made once for all of them.
    """

    git: Git
    tips: tuple[str, ...]
    outside: tuple[str, ...] = ()
    steps: list[CommitStep] = field(default_factory=list)
    complete: bool = True
    _lines: dict[int, Lines | None] = field(default_factory=dict)
    _lines_at: dict[tuple[int, bytes], Lines | None] = field(default_factory=dict)
    _left: LeftFiles = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, CommitStep]:
        """Steps by commit id."""
        return {step.facts.oid: step for step in self.steps}

    @cached_property
    def bits(self) -> dict[str, int]:
        """One bit for each tip."""
        return {tip: 1 << place for place, tip in enumerate(self.tips)}

    @cached_property
    def reached_by(self) -> list[int]:
        """For each step the bits of the tips that have it in their history, handed down from children to parents.

        With tips t0 on A-B and t1 on A-C: A is reached by both (0b11), B by t0 alone (0b01), C by t1 alone (0b10).
        """
        masks = [0] * len(self.steps)
        for step in reversed(self.steps):
            mask = masks[step.position] | self.bits.get(step.facts.oid, 0)
            masks[step.position] = mask
            for parent in step.facts.parents:
                below = self.by_id.get(parent)
                if below is not None:
                    masks[below.position] |= mask
        return masks

    @cached_property
    def by_author(self) -> dict[Author, list[CommitStep]]:
        """Steps by author and author time."""
        return _grouped(self.steps, lambda step: [step.author])

    @cached_property
    def by_subject(self) -> dict[str, list[CommitStep]]:
        """Steps by their subject."""
        return _grouped(self.steps, lambda step: [step.facts.subject])

    @cached_property
    def by_delta(self) -> dict[int, list[CommitStep]]:
        """Non-empty steps by the sum of their delta."""
        return _grouped(self.steps, lambda step: [step.delta_here] if step.delta else [])

    @cached_property
    def by_path(self) -> dict[bytes, list[CommitStep]]:
        """Steps by each path they touch."""
        return _grouped(self.steps, lambda step: [change.path for change in step.delta])

    @cached_property
    def children(self) -> dict[str, list[CommitStep]]:
        """The steps that have a commit as any of their parents."""
        return _grouped(self.steps, lambda step: step.facts.parents)

    @cached_property
    def forest(self) -> Forest:
        """The steps as a forest along first parents."""
        positions: dict[str | None, int] = {step.facts.oid: step.position for step in self.steps}
        return Forest([positions.get(step.parent) for step in self.steps])

    @cached_property
    def arrivals(self) -> Counter[Side]:
        """How many steps bring each file to each content."""
        return Counter(side_of(change) for step in self.steps for change in step.delta)

    # --- sums

    @cached_property
    def deltas(self) -> SpanIndex:
        """Prefix sums of the deltas."""
        return self._index([step.delta_here for step in self.steps])

    @cached_property
    def bare_lines(self) -> SpanIndex:
        """Prefix sums of the lines wherever they are, for files that were renamed below a change."""
        return self._index(self._bare_sums)

    @cached_property
    def by_bare_lines(self) -> dict[int, list[CommitStep]]:
        """Non-empty steps by the sum of their lines, wherever these are."""
        return _grouped(self.steps, lambda step: [self._bare_sums[step.position]] if step.delta else [])

    @cached_property
    def _bare_sums(self) -> list[int]:
        self.read_lines()
        known = ((step, self.lines_of(step)) for step in self.steps)
        return [
            step.delta_here if lines is None else multiset_sum(without_paths(lines).items()) for step, lines in known
        ]

    def _index(self, summands: Sequence[int]) -> SpanIndex:
        positions: dict[str | None, int] = {step.facts.oid: step.position for step in self.steps}
        return index_sums([positions.get(step.parent) for step in self.steps], summands, self.forest)

    def lines_of(self, step: CommitStep) -> Lines | None:
        """The lines that a step adds and removes, path by path; None where that is not to be had."""
        if step.position not in self._lines:
            self._lines[step.position] = next(iter(lines_by_path(self.git, [step.delta])))
        return self._lines[step.position]

    def lines_at(self, step: CommitStep, change: Change) -> Lines | None:
        """The lines that come and go by one change of a step; the version it leaves is kept for the next one."""
        key = (step.position, change.path)
        if key not in self._lines_at:
            if len(self._left) > MAX_LEFT:
                self._left.clear()
            self._lines_at[key] = next(iter(lines_by_path(self.git, [(change,)], self._left)))
        return self._lines_at[key]

    def read_lines(self) -> None:
        """Read the lines of all steps; in the order of history each version of a file is read once only."""
        if len(self._lines) < len(self.steps):
            self._lines = dict(enumerate(lines_by_path(self.git, (step.delta for step in self.steps))))


def without_paths(lines: Mapping[bytes, int]) -> Lines:
    """The same lines counted wherever they are: one that went from a file to another vanishes."""
    bare: Lines = {}
    for key, count in lines.items():
        line = key.partition(b"\0")[2]
        bare[line] = bare.get(line, 0) + count
    return {line: count for line, count in bare.items() if count}


def _grouped(steps: Iterable[CommitStep], keys: Callable[[CommitStep], Iterable[Key]]) -> dict[Key, list[CommitStep]]:
    by_key: dict[Key, list[CommitStep]] = {}
    for step in steps:
        for key in keys(step):
            by_key.setdefault(key, []).append(step)
    return by_key


def read_segment(git: Git, tips: Iterable[str], outside: Iterable[str], *, limit: int) -> Segment:
    """Read the commits of the tips outside of others; an unreadable part (shallow, missing trees) ends it early."""
    ends, hidden = tuple(dict.fromkeys(tips)), tuple(dict.fromkeys(outside))
    facts, complete = walk(git, ends, hidden, limit=limit)
    parents = _parent_trees(git, facts)
    readable = [(commit, tree) for commit, tree in zip(facts, parents, strict=True) if tree is not None]
    try:
        deltas = diff_trees(git, [(tree, commit.tree) for commit, tree in readable])
    except GitFailed:
        return Segment(git, ends, hidden, [], complete=False)
    return Segment(git, ends, hidden, list(_steps(readable, deltas)), complete and len(readable) == len(facts))


def _parent_trees(git: Git, facts: Sequence[CommitFacts]) -> list[str | None]:
    trees = {commit.oid: commit.tree for commit in facts}
    parent_trees: list[str | None] = []
    for commit in facts:
        if not commit.parents:
            parent_trees.append(None if git.is_shallow else EMPTY_TREE)
            continue
        known = trees.get(commit.parents[0])
        outside = find_commit(git, commit.parents[0]) if known is None else None
        parent_trees.append(known or (outside.tree if outside else None))
    return parent_trees


def _steps(readable: Sequence[tuple[CommitFacts, str]], deltas: Sequence[Delta]) -> Iterator[CommitStep]:
    for position, ((commit, tree), delta) in enumerate(zip(readable, deltas, strict=True)):
        yield CommitStep(commit, position, tree, delta, delta_sum(delta) if delta else 0)
