"""A segment of history read once: its commits, what each changed, and indexes to find a change by its sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from okstra_git.digest import SUM_MASK, add_sums, multiset_sum, subtract_sums
from okstra_git.git.binary import GitFailed
from okstra_git.git.changes import Change, Delta, delta_sum, diff_trees
from okstra_git.git.history import CommitFacts, find_commit, walk
from okstra_git.git.line_differences import LeftFiles, lines_by_path
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git

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
class Step:
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
    steps: list[Step] = field(default_factory=list)
    complete: bool = True
    _lines: dict[int, Lines | None] = field(default_factory=dict)
    _lines_at: dict[tuple[int, bytes], Lines | None] = field(default_factory=dict)
    _left: LeftFiles = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Step]:
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
    def by_author(self) -> dict[Author, list[Step]]:
        """Steps by author and author time."""
        return _grouped(self.steps, lambda step: [step.author])

    @cached_property
    def by_subject(self) -> dict[str, list[Step]]:
        """Steps by their subject."""
        return _grouped(self.steps, lambda step: [step.facts.subject])

    @cached_property
    def by_delta(self) -> dict[int, list[Step]]:
        """Non-empty steps by the sum of their delta."""
        return _grouped(self.steps, lambda step: [step.delta_here] if step.delta else [])

    @cached_property
    def by_path(self) -> dict[bytes, list[Step]]:
        """Steps by each path they touch."""
        return _grouped(self.steps, lambda step: [change.path for change in step.delta])

    @cached_property
    def children(self) -> dict[str, list[Step]]:
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
    def by_bare_lines(self) -> dict[int, list[Step]]:
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

    def lines_of(self, step: Step) -> Lines | None:
        """The lines that a step adds and removes, path by path; None where that is not to be had."""
        if step.position not in self._lines:
            self._lines[step.position] = next(iter(lines_by_path(self.git, [step.delta])))
        return self._lines[step.position]

    def lines_at(self, step: Step, change: Change) -> Lines | None:
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


def index_sums(parents: Sequence[int | None], summands: Sequence[int], forest: Forest | None = None) -> SpanIndex:
    """An index over a forest (each node's parent) whose nodes have these summands."""
    before: list[int] = []
    after: list[int] = []
    for parent, summand in zip(parents, summands, strict=True):
        before.append(0 if parent is None else after[parent])
        after.append(add_sums(before[-1], summand))
    return SpanIndex(forest or Forest(parents), before, after)


def without_paths(lines: Mapping[bytes, int]) -> Lines:
    """The same lines counted wherever they are: one that went from a file to another vanishes."""
    bare: Lines = {}
    for key, count in lines.items():
        line = key.partition(b"\0")[2]
        bare[line] = bare.get(line, 0) + count
    return {line: count for line, count in bare.items() if count}


def _grouped(steps: Iterable[Step], keys: Callable[[Step], Iterable[Key]]) -> dict[Key, list[Step]]:
    found: dict[Key, list[Step]] = {}
    for step in steps:
        for key in keys(step):
            found.setdefault(key, []).append(step)
    return found


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
    found: list[str | None] = []
    for commit in facts:
        if not commit.parents:
            found.append(None if git.is_shallow else EMPTY_TREE)
            continue
        known = trees.get(commit.parents[0])
        outside = find_commit(git, commit.parents[0]) if known is None else None
        found.append(known or (outside.tree if outside else None))
    return found


def _steps(readable: Sequence[tuple[CommitFacts, str]], deltas: Sequence[Delta]) -> Iterator[Step]:
    for position, ((commit, tree), delta) in enumerate(zip(readable, deltas, strict=True)):
        yield Step(commit, position, tree, delta, delta_sum(delta) if delta else 0)


class Forest:
    """Numbered nodes, each with at most one parent; parents have smaller numbers than their children."""

    def __init__(self, parents: Sequence[int | None]) -> None:
        self.entered, self.left = [0] * len(parents), [0] * len(parents)
        children: list[list[int]] = [[] for _ in parents]
        roots: list[int] = []
        for node, parent in enumerate(parents):
            (roots if parent is None else children[parent]).append(node)
        clock = 0
        waiting = [(root, False) for root in reversed(roots)]
        while waiting:
            node, done = waiting.pop()
            if done:
                self.left[node] = clock
                continue
            self.entered[node] = clock = clock + 1
            waiting.append((node, True))
            waiting += [(child, False) for child in reversed(children[node])]


def compress(forest: Forest, nodes: Sequence[int]) -> list[int | None]:
    """For some nodes of a forest, each one's nearest ancestor among them, by its place in the list; None without one.

    The nodes have to be in the order in which a walk enters them. In the line a-b-c-d the nodes [a, d] give [None, 0].
    """
    parents: list[int | None] = []
    open_places: list[int] = []
    for place, node in enumerate(nodes):
        while open_places and forest.left[nodes[open_places[-1]]] < forest.entered[node]:
            open_places.pop()
        parents.append(open_places[-1] if open_places else None)
        open_places.append(place)
    return parents


class SpanIndex:
    """Answers `find` in one quick look at every sum, and more only where sums meet."""

    def __init__(self, forest: Forest, before: Sequence[int], after: Sequence[int]) -> None:
        self._forest = forest
        self._before = before
        self._after = after

    @cached_property
    def _starts(self) -> dict[int, list[int]]:
        return _by_value(self._before, self._forest)

    @cached_property
    def _ends(self) -> dict[int, list[int]]:
        return _by_value(self._after, self._forest)

    def grows_by(self, node: int) -> int:
        """The summand of one node."""
        return subtract_sums(self._after[node], self._before[node])

    def find(self, wanted: int) -> list[tuple[int, int]]:
        """(first, last) of every segment down a line of descent over which the sum grows by `wanted`.

        Of segments within each other only the innermost: for each end the latest start, for each start the earliest
        end on every line below it, so that nodes without a summand around a change do not multiply it.
        """
        ends = self._ends
        meeting = [(at, goal) for at in self._starts if (goal := at + wanted & SUM_MASK) in ends]  # add_sums, inlined
        return sorted(pair for at, goal in meeting for pair in self._pairs(self._starts[at], ends[goal]))

    def _pairs(self, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Both lists in the order in which a walk down the forest enters them; one pass with the open starts."""
        entered, left = self._forest.entered, self._forest.left
        open_starts: list[int] = []
        taken_until: dict[int, int] = {}
        place = 0
        for end in ends:
            now = entered[end]
            while place < len(starts) and entered[starts[place]] <= now:
                _close(open_starts, left, entered[starts[place]])
                open_starts.append(starts[place])
                place += 1
            _close(open_starts, left, now)
            if open_starts and taken_until.get(open_starts[-1], 0) < now:
                taken_until[open_starts[-1]] = left[end]
                yield open_starts[-1], end


def _close(open_starts: list[int], left: Sequence[int], now: int) -> None:
    """Forget the starts whose descendants have all been entered before `now`."""
    while open_starts and left[open_starts[-1]] < now:
        open_starts.pop()


def _by_value(values: Sequence[int], forest: Forest) -> dict[int, list[int]]:
    """Nodes by their value, in the order in which a walk enters them."""
    found: dict[int, list[int]] = {}
    for node in sorted(range(len(values)), key=forest.entered.__getitem__):
        found.setdefault(values[node], []).append(node)
    return found
