"""The stretch of history in which a moved change is looked for, indexed so that ranges are found without search."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from okstra_git.digest import add_sums, multiset_sum, subtract_sums
from okstra_git.git.binary import GitFailed
from okstra_git.git.changes import Delta, compose, delta_sum, diff_trees
from okstra_git.git.history import CommitFacts, find_commit, walk
from okstra_git.git.merging import line_difference
from okstra_git.git.objects import EMPTY_TREE
from okstra_git.git.repo import Git

SIEVE_MASK = (1 << 30) - 1
"""As many bits as a small integer of CPython holds; a longer sum costs twice as much to subtract."""


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
    def _lines(self) -> tuple[dict[str, int], dict[int, list[Step]]]:
        """Line sums along each first-parent chain by commit, and non-empty steps by their own line sum."""
        at: dict[str, int] = {}
        own: dict[int, list[Step]] = {}
        for step in self.steps:
            difference = line_difference(self.git, step.delta)
            here = multiset_sum(difference.items()) if difference is not None else delta_sum(step.delta)
            at[step.facts.oid] = add_sums(at.get(step.parent or "", 0), here)
            if step.delta:
                own.setdefault(here, []).append(step)
        return at, own

    @cached_property
    def _results(self) -> set[tuple[bytes, str]]:
        return {(change.path, change.new) for step in self.steps for change in step.delta}

    def may_end_as(self, delta: Delta) -> bool:
        """Whether some step leaves each path as the delta does: without that, no range can have this delta."""
        return all((change.path, change.new) in self._results for change in delta)

    @cached_property
    def _delta_sieve(self) -> "Sieve":
        return Sieve.of(self.steps, {step.facts.oid: step.delta_at for step in self.steps})

    @cached_property
    def _line_sieve(self) -> "Sieve":
        return Sieve.of(self.steps, self._lines[0])

    def spans_with_delta(self, wanted: int) -> list[Span]:
        """Every tight range whose delta has this sum."""
        singles = self.by_delta.get(wanted, [])
        if len(singles) == 1 and self._arrives_once(singles[0]):
            return [Span(singles[0], singles[0])]
        return self._spans(wanted, singles, self._delta_sieve)

    def spans_with_lines(self, wanted: int) -> list[Span]:
        """Every tight range whose added and removed lines have this sum."""
        return self._spans(wanted, self._lines[1].get(wanted, []), self._line_sieve)

    def _arrives_once(self, step: Step) -> bool:
        """Whether no other step touches one of the paths, so that no other range can have the same delta."""
        return any(len(self.by_path[change.path]) == 1 for change in step.delta)

    def _spans(self, wanted: int, singles: list[Step], sieve: "Sieve") -> list[Span]:
        """All spans with this sum, `singles` being those of one step; mostly the sieve spares the search."""
        if len(singles) < 2 and not sieve.may_hold(wanted, besides=singles[0] if singles else None):
            return [Span(step, step) for step in singles if wanted]
        return list(self._search(wanted, sieve.at))

    def _search(self, wanted: int, at: Mapping[str, int]) -> Iterator[Span]:
        """Pairs of chain positions whose sums differ by `wanted`: for each start the earliest end, for each end the
        latest start, so that empty commits around a change do not multiply it."""
        if not wanted:
            return
        starts: dict[tuple[str, int], str] = {}
        used: set[str] = set()
        for step in self.steps:
            before = at.get(step.parent or "", 0)
            starts[step.root, before] = step.facts.oid
            first = starts.get((step.root, subtract_sums(at[step.facts.oid], wanted)))
            if first is not None and first not in used and self._is_chain(self.by_id[first], step):
                used.add(first)
                yield Span(self.by_id[first], step)

    def _is_chain(self, first: Step, last: Step) -> bool:
        """Whether `first` is on the first-parent line of `last`."""
        at: Step | None = last
        while at is not None and at.position > first.position:
            at = self.by_id.get(at.parent or "")
        return at is first

    def net_delta(self, span: Span) -> Delta:
        """What the range changes altogether."""
        chain = list(self._back(span))
        net = chain[-1].delta
        for step in reversed(chain[:-1]):
            net = compose(net, step.delta)
        return net

    def _back(self, span: Span) -> Iterator[Step]:
        at = span.last
        while True:
            yield at
            if at is span.first:
                return
            at = self.by_id[at.parent or ""]

    def onward(self, first: Step) -> Iterator[tuple[Span, Delta]]:
        """Ranges that begin with `first` and grow by one step at a time, with their net deltas."""
        inside: dict[str, Delta] = {first.facts.oid: first.delta}
        yield Span(first, first), first.delta
        for step in self.steps[first.position + 1 :]:
            before = inside.get(step.parent or "")
            if before is not None:
                inside[step.facts.oid] = compose(before, step.delta)
                yield Span(first, step), inside[step.facts.oid]


@dataclass(frozen=True)
class Sieve:
    """Prefix sums `at` each commit, cut to few bits, to say quickly that no range has a wanted sum.

    Finding a pair of positions takes a look at every position for every question; over thousands of questions that is
    the whole cost of a large rebase, so the usual answer, no, is given by C code alone. It never says a wrong no.
    """

    at: Mapping[str, int]
    ends: Sequence[int]
    starts: set[int]
    counts: Mapping[int, int]

    @classmethod
    def of(cls, steps: Sequence[Step], at: Mapping[str, int]) -> "Sieve":
        """The sieve of these steps; a chain begins at zero."""
        befores = [at.get(step.parent or "", 0) & SIEVE_MASK for step in steps]
        ends = [at[step.facts.oid] & SIEVE_MASK for step in steps]
        # a difference of two cut numbers is the cut difference, or that less one turn
        starts = {*befores, *(before - SIEVE_MASK - 1 for before in befores)}
        return cls(at, ends, starts, Counter(befores))

    def may_hold(self, wanted: int, *, besides: Step | None) -> bool:
        """Whether a range may have this sum, one that starts with the step `besides` not counted."""
        cut = wanted & SIEVE_MASK
        if besides is None:
            return not self.starts.isdisjoint(map(cut.__rsub__, self.ends))
        own = self.at.get(besides.parent or "", 0) & SIEVE_MASK
        if self.counts[own] > 1:
            return True
        self.starts.difference_update((own, own - SIEVE_MASK - 1))
        found = not self.starts.isdisjoint(map(cut.__rsub__, self.ends))
        self.starts.update((own, own - SIEVE_MASK - 1))
        return found


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
