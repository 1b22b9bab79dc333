"""The stretch of history in which a moved change is looked for, indexed so that ranges are found without search."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from okstra_git.digest import add_sums, multiset_sum
from okstra_git.git.binary import GitFailed
from okstra_git.git.changes import Change, Delta, compose, delta_sum, diff_trees
from okstra_git.git.history import CommitFacts, find_commit, walk
from okstra_git.git.merging import line_differences
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git
from okstra_git.reconcile.spans import Forest, SpanIndex


@dataclass(frozen=True)
class Step:
    """One commit of a window and what it changed against its first parent.

    `position` counts from the oldest; `root` is the commit outside the window on which its first-parent chain stands
    (empty for a root commit); `delta_at` is the sum of all deltas of that chain up to here.
    """

    facts: CommitFacts
    position: int
    root: str
    parent_tree: str
    delta: Delta
    delta_here: int
    delta_at: int

    @property
    def parent(self) -> str | None:
        """The first parent, None for a root commit."""
        return self.facts.parents[0] if self.facts.parents else None


@dataclass(frozen=True)
class Span:
    """A candidate range: from the state before `first` (one step) to the state of `last`, along first parents."""

    first: Step
    last: Step


Side = tuple[bytes, str, str]
"""A file as a change leaves it: path, mode, blob."""


def _side(change: Change) -> Side:
    return change.path, change.new_mode, change.new


@dataclass
class Window:
    """Commits of `tip` that none of `hidden` contains, as steps, parents first; `complete` = none were left out."""

    git: Git
    tip: str
    steps: list[Step] = field(default_factory=list)
    complete: bool = True
    hidden: tuple[str, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Step]:
        """Steps by commit id."""
        return {step.facts.oid: step for step in self.steps}

    @cached_property
    def by_delta(self) -> dict[int, list[Step]]:
        """Non-empty steps by the sum of their delta."""
        found: dict[int, list[Step]] = {}
        for step in self.steps:
            if step.delta:
                found.setdefault(step.delta_here, []).append(step)
        return found

    @cached_property
    def by_path(self) -> dict[bytes, list[Step]]:
        """Steps by each path they touch."""
        found: dict[bytes, list[Step]] = {}
        for step in self.steps:
            for change in step.delta:
                found.setdefault(change.path, []).append(step)
        return found

    @cached_property
    def _deltas(self) -> SpanIndex:
        sums: dict[str, int] = {step.facts.oid: step.delta_at for step in self.steps}
        return SpanIndex(self._forest, [self._before(step, sums) for step in self.steps], list(sums.values()))

    @cached_property
    def _differences(self) -> list[dict[bytes, int] | None]:
        """The lines that each step adds and removes; None where that is not to be had."""
        return list(line_differences(self.git, (step.delta for step in self.steps)))

    @cached_property
    def _lines(self) -> SpanIndex:
        """Line sums along each first-parent chain."""
        sums: dict[str, int] = {}
        for step, difference in zip(self.steps, self._differences, strict=True):
            here = multiset_sum(difference.items()) if difference is not None else delta_sum(step.delta)
            sums[step.facts.oid] = add_sums(sums.get(step.parent or "", 0), here)
        return SpanIndex(self._forest, [self._before(step, sums) for step in self.steps], list(sums.values()))

    @cached_property
    def _by_lines(self) -> dict[int, list[Step]]:
        """Non-empty steps by the sum of their lines."""
        found: dict[int, list[Step]] = {}
        for step in self.steps:
            if step.delta:
                found.setdefault(self._lines.grows_by(step.position), []).append(step)
        return found

    @cached_property
    def _visits(self) -> Counter[bytes]:
        """How many steps add or remove each line."""
        return Counter(line for difference in self._differences for line in difference or ())

    @cached_property
    def has_unknown_lines(self) -> bool:
        """Whether some step's lines are not to be had (a huge or missing file)."""
        return None in self._differences

    @cached_property
    def _arrivals(self) -> Counter[Side]:
        """How many steps bring each file to each content."""
        return Counter(_side(change) for step in self.steps for change in step.delta)

    @cached_property
    def _forest(self) -> Forest:
        places: dict[str, int] = {step.facts.oid: place for place, step in enumerate(self.steps)}
        return Forest([places.get(step.parent or "") for step in self.steps])

    @staticmethod
    def _before(step: Step, sums: Mapping[str, int]) -> int:
        return sums.get(step.parent or "", 0)

    def spans_with_delta(self, wanted: int, known: Delta | None = None) -> list[Span]:
        """Every tight range whose delta has this sum; `known`, the delta itself, spares looking where it cannot be."""
        singles = self.by_delta.get(wanted, [])
        if len(singles) == 1 and any(self._arrivals[_side(change)] == 1 for change in singles[0].delta):
            return [Span(singles[0], singles[0])]  # any other range would have to bring that file there as well
        if not singles and known and not all(self._arrivals[_side(change)] for change in known):
            return []
        return self._spans(self._deltas, wanted)

    def spans_with_lines(self, wanted: int) -> list[Span]:
        """Every tight range whose added and removed lines have this sum."""
        singles = self._by_lines.get(wanted, [])
        if len(singles) == 1 and self.is_only_visitor(singles[0]):
            return [Span(singles[0], singles[0])]
        return self._spans(self._lines, wanted)

    def singles(self, delta: int, lines: int) -> list[Step]:
        """Every single commit whose delta, or whose added and removed lines, have this sum."""
        return [*self.by_delta.get(delta, []), *(self._by_lines.get(lines, []) if lines else [])]

    def is_only_visitor(self, step: Step) -> bool:
        """Whether the step adds or removes a line that no other one does: then no range without it is like it."""
        return not self.has_unknown_lines and any(
            self._visits[line] == 1 for line in self._differences[step.position] or ()
        )

    def keeps_lines(self, step: Step) -> bool:
        """Whether the step removes exactly the lines that it adds."""
        return self._lines.grows_by(step.position) == 0

    def _spans(self, index: SpanIndex, wanted: int) -> list[Span]:
        return [Span(self.steps[first], self.steps[last]) for first, last in index.find(wanted)] if wanted else []

    def net_delta(self, span: Span) -> Delta:
        """What the range changes altogether."""
        return compose(*(step.delta for step in reversed(list(self._back(span)))))

    def _back(self, span: Span) -> Iterator[Step]:
        at = span.last
        while True:
            yield at
            if at is span.first:
                return
            at = self.by_id[at.parent or ""]


def open_window(git: Git, tip: str, hidden: Iterable[str], *, limit: int) -> Window:
    """Read the commits of `tip` outside `hidden`; an unreadable stretch (shallow, missing trees) ends it early."""
    outside = tuple(hidden)
    facts, complete = walk(git, [tip], outside, limit=limit)
    parents = _parent_trees(git, facts)
    readable = [(commit, tree) for commit, tree in zip(facts, parents, strict=True) if tree is not None]
    try:
        deltas = diff_trees(git, [(tree, commit.tree) for commit, tree in readable])
    except GitFailed:
        return Window(git, tip, [], complete=False, hidden=outside)
    return Window(git, tip, _steps(readable, deltas), complete and len(readable) == len(facts), outside)


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


def _steps(readable: Sequence[tuple[CommitFacts, str]], deltas: Sequence[Delta]) -> list[Step]:
    steps: list[Step] = []
    chains: dict[str, tuple[str, int]] = {}
    for (commit, tree), delta in zip(readable, deltas, strict=True):
        parent = commit.parents[0] if commit.parents else ""
        root, before = chains.get(parent, (parent, 0))
        here = delta_sum(delta)
        at = add_sums(before, here)
        chains[commit.oid] = (root, at)
        steps.append(Step(commit, len(steps), root, tree, delta, here, at))
    return steps
