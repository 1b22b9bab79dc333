"""Finds ranges of commits by what they sum up to, without looking at each pair of ends.

Every change has a sum (a fingerprint that is added up, modulo 2**128), and the sum of a range is that of its commits.
With the sums of everything up to each commit at hand, a range from `first` to `last` has the sum `wanted` if and only
if `after[last] == before[first] + wanted`: one lookup for each commit in place of one for each pair of them.

Example: commits a, b, c have the sums 5, 7, 2, so `before` is 0, 5, 12 and `after` 5, 12, 14. Wanted is 9: before[b] is
5, and 5 + 9 = 14 is after[c], so b..c is a range that may be the change. That two changes have one sum by chance is as
good as impossible, but a sum is not a proof: whoever asks proves each range by its content.

History is a forest along first parents, and both ends have to lie on one line of it. A walk that notes when it enters
and leaves a node tells ancestors by two comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from okstra_git.digest import SUM_MASK, add_sums, subtract_sums


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
        """(first, last) of every range down a line of descent over which the sum grows by `wanted`.

        Of ranges within each other only the innermost: for each end the latest start, for each start the earliest
        end on every line below it, so that nodes without a summand around a change do not multiply it.
        """
        ends = self._ends
        meeting = [
            (start, goal) for start in self._starts if (goal := start + wanted & SUM_MASK) in ends
        ]  # add_sums, inlined
        return sorted(pair for start, goal in meeting for pair in self._pairs(self._starts[start], ends[goal]))

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
    nodes: dict[int, list[int]] = {}
    for node in sorted(range(len(values)), key=forest.entered.__getitem__):
        nodes.setdefault(values[node], []).append(node)
    return nodes


def index_sums(parents: Sequence[int | None], summands: Sequence[int], forest: Forest | None = None) -> SpanIndex:
    """An index over a forest (each node's parent) whose nodes have these summands."""
    before: list[int] = []
    after: list[int] = []
    for parent, summand in zip(parents, summands, strict=True):
        before.append(0 if parent is None else after[parent])
        after.append(add_sums(before[-1], summand))
    return SpanIndex(forest or Forest(parents), before, after)
