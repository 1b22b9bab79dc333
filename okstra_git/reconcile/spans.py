"""Finds, in a forest of commits with prefix sums, the stretches over which the sum grows by a given amount."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from okstra_git.digest import add_sums, subtract_sums

CUT = 1 << 30
"""Sums are compared by so many of their values first: what a small integer of CPython holds."""


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

    @cached_property
    def _by_growth(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for node in range(len(self._after)):
            found.setdefault(self.grows_by(node), []).append(node)
        return found

    @cached_property
    def _sieve(self) -> "Sieve":
        return Sieve(self._starts, self._ends)

    def grows_by(self, node: int) -> int:
        """The summand of one node."""
        return subtract_sums(self._after[node], self._before[node])

    def find(self, wanted: int) -> list[tuple[int, int]]:
        """(first, last) of every stretch down a line of descent over which the sum grows by `wanted`.

        Of stretches within each other only the innermost: for each end the latest start, for each start the earliest
        end on every line below it, so that nodes without a summand around a change do not multiply it.
        """
        ends = self._ends
        lone = self._lone(wanted)
        if not self._sieve.may_meet(wanted, besides=None if lone is None else self._before[lone]):
            return [] if lone is None else [(lone, lone)]
        meeting = [(at, goal) for at in self._starts if (goal := add_sums(at, wanted)) in ends]
        return sorted(pair for at, goal in meeting for pair in self._pairs(self._starts[at], ends[goal]))

    def _lone(self, wanted: int) -> int | None:
        """The one node with this summand, when no other node has the same sum before or after it."""
        nodes = self._by_growth.get(wanted, [])
        if len(nodes) != 1:
            return None
        before, after = self._before[nodes[0]], self._after[nodes[0]]
        return nodes[0] if len(self._starts[before]) == len(self._ends[after]) == 1 else None

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


class Sieve:
    """Says quickly that no two sums differ by a wanted amount; never wrongly.

    Looking at every sum for every question is the whole cost of following thousands of records, so it is left to C
    code, on sums cut to few bits.
    """

    def __init__(self, starts: Iterable[int], ends: Iterable[int]) -> None:
        cut = [start % CUT for start in starts]
        self._starts = {*cut, *(start - CUT for start in cut)}  # a difference of cut sums may be one turn short
        self._ends = [end % CUT for end in ends]
        self._counts: Mapping[int, int] = Counter(cut)

    def may_meet(self, wanted: int, *, besides: int | None) -> bool:
        """Whether an end may lie `wanted` above a start other than `besides`."""
        if besides is None:
            return self._meets(wanted)
        own = besides % CUT
        if self._counts[own] > 1:
            return True
        self._starts -= {own, own - CUT}
        found = self._meets(wanted)
        self._starts |= {own, own - CUT}
        return found

    def _meets(self, wanted: int) -> bool:
        return not self._starts.isdisjoint(map((wanted % CUT).__rsub__, self._ends))


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
