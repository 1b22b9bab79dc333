"""The history of a branch that work is merged into, as its own line and what each commit of that line brought.

The line is the target and its first parents. Every other commit of the target came by a merge of the line, the lowest
one that has it in its history: that is its *entry*. So whether one commit of the target came after another, and which
commits are a branch's own, are looks at numbers.

Example: the line is A-B-M-C, and M merged X-Y, which stand on A. Entries: A 0, B 1, X and Y and M 2, C 3. The branch at
Y has X and Y as its own, on base A. A branch Z on Y, merged nowhere, has Z as its own, on base Y.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from okstra_git.git.commit_graph import CommitGraph
from okstra_git.git.history import merge_base
from okstra_git.git.repo import Git


@dataclass(frozen=True)
class BranchRange:
    """A branch as one range: its own commits, parents first, and the commit of the target that they stand on.

    `entry` is the place on the line at which the target got the branch, None where it did not. `base` is None where the
    histories have nothing in common, as far as they can be read. Without own commits `base` is the tip itself.
    """

    tip: str
    own: tuple[str, ...]
    base: str | None
    entry: int | None = None


class Floor(NamedTuple):
    """What of the target is not looked at: everything that came up to a place on the line, and some commits more."""

    place: int
    hidden: frozenset[str] = frozenset()


@dataclass
class TargetLine:
    """The line of one target in a graph that has its history, and that of branches."""

    git: Git
    graph: CommitGraph
    target: str

    @cached_property
    def line(self) -> list[str]:
        """The target and its first parents, oldest first."""
        parents, line, commit = self.graph.parents, list[str](), self.target
        while commit in parents:
            line.append(commit)
            commit = parents[commit][0] if parents[commit] else ""
        return line[::-1]

    @cached_property
    def entries(self) -> dict[str, int]:
        """Each commit of the target, and the place on the line by which it came."""
        parents = self.graph.parents
        entries = {commit: place for place, commit in enumerate(self.line)}
        for place, commit in enumerate(self.line):
            waiting = list(parents[commit][1:])
            while waiting:
                brought = waiting.pop()
                if brought not in entries and brought in parents:
                    entries[brought] = place
                    waiting.extend(parents[brought])
        return entries

    @cached_property
    def order(self) -> dict[str, int]:
        """A number for each commit, lower for parents than for their children."""
        return {commit: -place for place, commit in enumerate(self.graph.parents)}

    def range_of(self, tip: str) -> BranchRange:
        """The range of a branch with this tip."""
        entry = self.entries.get(tip)
        if entry is not None and self.line[entry] == tip:
            return BranchRange(tip, (), tip, entry)
        own, below = self._own(tip, entry)
        return BranchRange(tip, own, self._base(tip, below, entry), entry)

    def _own(self, tip: str, entry: int | None) -> tuple[tuple[str, ...], set[str]]:
        """The commits that came with the tip, parents first, and those below them that the target had before."""
        parents, entries = self.graph.parents, self.entries
        own, below, waiting = {tip}, set[str](), [tip]
        while waiting:
            for parent in parents.get(waiting.pop(), ()):
                if entries.get(parent, entry) != entry:
                    below.add(parent)
                elif parent not in own and parent in parents:
                    own.add(parent)
                    waiting.append(parent)
        return tuple(sorted(own, key=self.order.__getitem__)), below

    def _base(self, tip: str, below: set[str], entry: int | None) -> str | None:
        """The newest commit that the branch has of the target: where it began, or what it merged last."""
        if all(self.line[self.entries[commit]] == commit for commit in below):
            return max(below, key=self.entries.__getitem__, default=None)
        if len(below) == 1:
            return next(iter(below))
        return merge_base(self.git, tip, self.target if entry is None else self.line[entry - 1])

    def is_cut(self, branch: BranchRange) -> bool:
        """Whether history below the branch is not all here, so that its beginning is not known."""
        parents = self.graph.parents
        return any(parent not in parents for commit in branch.own for parent in parents.get(commit, ()))

    def since(self, place: int) -> Iterator[str]:
        """The commits that the target got after a place on the line, parents first."""
        entries = self.entries
        return (commit for commit in reversed(self.graph.parents) if entries.get(commit, -1) > place)

    def floor_of(self, base: str | None) -> Floor:
        """What the history of a commit of the target holds: with nothing to stand on, nothing."""
        if base is None:
            return Floor(-1)
        entries, parents = self.entries, self.graph.parents
        highest, aside, waiting = -1, set[str](), [base]
        while waiting:
            commit = waiting.pop()
            place = entries.get(commit, -1)
            if place >= 0 and self.line[place] == commit:
                highest = max(highest, place)
            elif commit not in aside:
                aside.add(commit)
                waiting += parents.get(commit, ())
        return Floor(highest, frozenset(aside))

    def count_above(self, place: int) -> int:
        """How many commits the target got after a place on the line."""
        return len(self.entries) - self._counts[place + 1]

    @cached_property
    def _counts(self) -> list[int]:
        """For each place on the line, how many commits the target had before it."""
        came = Counter(self.entries.values())
        return [0, *accumulate(came[place] for place in range(len(self.line)))]
