"""Which commits of a target touched some files since a place on its line, and where among them a change may be.

A branch's change can only be where its files were touched. So of fifty thousand commits the few that touch one of its
files are looked at, and of these only those that touch nothing else, and let each file grow by as many bytes as the
change does: a clean merge of it elsewhere does the same. What is left has to be proven.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from okstra_git.git.diffs import Delta, compose
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import Git
from okstra_git.git.touching import Touched, read_touching, size_of
from okstra_git.reconcile.branch_parts import BranchPart
from okstra_git.reconcile.target_line import Floor, TargetLine

LONGEST_STRETCH = 16
"""Commits of a target that together may be one change of a branch."""

Growth = dict[bytes, int]
"""By how many bytes each file grows."""


@dataclass(frozen=True)
class Stretch:
    """Commits that touch a change's files and no other, one after the other; `delta` is what they make together."""

    first: str
    last: str
    delta: Delta


@dataclass
class Visits:
    """The commits of a target since some place that touch any of the paths asked for, parents first, and their deltas.

    Inside, each is a number: its place among them.
    """

    target: TargetLine
    commits: Sequence[str]
    deltas: Touched
    _sizes: dict[str, int] = field(default_factory=dict)
    _trees: dict[str, str] = field(default_factory=dict)
    _growths: dict[int, Growth] = field(default_factory=dict)

    def __post_init__(self) -> None:
        entries, line = self.target.entries, self.target.line
        self._places = [entries[commit] for commit in self.commits]
        self._is_on_line = [line[place] == commit for place, commit in zip(self._places, self.commits, strict=True)]
        self._by_path: dict[bytes, list[int]] = defaultdict(list)
        for number in range(len(self.commits)):
            for path in self.deltas.paths_of(number):
                self._by_path[path].append(number)

    @property
    def git(self) -> Git:
        """The repository."""
        return self.target.git

    def tree(self, commit: str) -> str:
        """The tree of a commit; refuses (`MissingObject`) when that is missing."""
        if commit not in self._trees:
            self._trees[commit] = tree_of(self.git, commit)
        return self._trees[commit]

    def of(self, paths: Collection[bytes], floor: Floor) -> list[tuple[str, Delta]]:
        """The commits above the floor that touch any of the paths, and what they change, parents first."""
        return [(self.commits[number], self.deltas[number]) for number in self._above(paths, floor)]

    def on_line(self, paths: Collection[bytes], floor: Floor) -> list[tuple[str, Delta]]:
        """Those of them that the line itself has."""
        numbers = (number for number in self._above(paths, floor) if self._is_on_line[number])
        return [(self.commits[number], self.deltas[number]) for number in numbers]

    def beyond(self, paths: Collection[bytes], floor: Floor) -> Iterator[tuple[str, Delta]]:
        """The commits above the floor, no merges, that touch all of the paths and others besides."""
        rarest = min(paths, key=lambda path: len(self._by_path.get(path, ())), default=b"")
        for number in self._above([rarest], floor):
            touched = self.deltas.paths_of(number)
            is_plain = len(self.target.graph.parents[self.commits[number]]) < 2
            if is_plain and len(touched) > len(paths) and set(touched).issuperset(paths):
                yield self.commits[number], self.deltas[number]

    def before(self, path: bytes, place: int) -> list[Delta]:
        """What commits made of a file that came up to a place on the line."""
        return [self.deltas[number] for number in self._by_path.get(path, ()) if self._places[number] <= place]

    def may_be(self, part: BranchPart, floor: Floor) -> Iterator[Stretch]:
        """Where the whole change may be: a commit, or several of them in a row on the line, the newest first."""
        wanted = self._growth_of(part.delta)
        rarest = min(wanted, key=lambda path: len(self._by_path.get(path, ())))
        for number in reversed(self._above([rarest], floor)):
            if self._grows(number, wanted):
                yield self._stretch([number])
        longest = min(len(part.commits), LONGEST_STRETCH)
        if longest > 1:
            yield from self._rows(wanted, [n for n in self._above(wanted, floor) if self._is_on_line[n]], longest)

    def may_complete(self, part: BranchPart, floor: Floor) -> Iterator[Stretch]:
        """Commits that make the change in some of its files, the newest first; the others may have been so before."""
        wanted = self._growth_of(part.delta)
        for number in reversed(self._above(wanted, floor) if len(wanted) > 1 else ()):
            touched = set(self.deltas.paths_of(number))
            if touched < wanted.keys() and self._grows(number, {path: wanted[path] for path in touched}):
                yield self._stretch([number])

    def _above(self, paths: Collection[bytes], floor: Floor) -> list[int]:
        lists = [self._by_path[path] for path in paths if path in self._by_path]
        numbers = lists[0] if len(lists) == 1 else sorted(set(chain.from_iterable(lists)))
        places, place = self._places, floor.place
        above = [number for number in numbers if places[number] > place]
        return [number for number in above if self.commits[number] not in floor.hidden] if floor.hidden else above

    def _rows(self, wanted: Growth, line: Sequence[int], longest: int) -> Iterator[Stretch]:
        """Two and more commits in a row that touch all of the files and no other, and let each grow as it should.

        Who lands several commits lands them together; where others stand between, each is looked for by itself.
        """
        paths = [self.deltas.paths_of(number) for number in line]
        for end in range(len(line) - 1, 0, -1):
            missing = set(wanted)
            for begin in range(end, max(-1, end - longest), -1):
                is_near = self._places[line[end]] - self._places[line[begin]] < 2 * longest
                if not is_near or not wanted.keys() >= set(paths[begin]):
                    break
                missing.difference_update(paths[begin])
                if not missing and begin < end and self._sum_up(line[begin : end + 1], wanted):
                    yield self._stretch(line[begin : end + 1])

    def _sum_up(self, numbers: Sequence[int], wanted: Growth) -> bool:
        left = dict(wanted)
        is_each_once = sum(len(self.deltas.paths_of(number)) for number in numbers) == len(wanted)
        for number in numbers:
            for path, growth in self._growth(number).items():
                left[path] -= growth
                if is_each_once and left[path]:
                    return False
        return not any(left.values())

    def _stretch(self, numbers: Sequence[int]) -> Stretch:
        deltas = [self.deltas[number] for number in numbers]
        delta = compose(*deltas) if len(deltas) > 1 else deltas[0]
        return Stretch(self.commits[numbers[0]], self.commits[numbers[-1]], delta)

    def _grows(self, number: int, wanted: Growth) -> bool:
        paths = self.deltas.paths_of(number)
        return len(paths) == len(wanted) and all(path in wanted for path in paths) and self._growth(number) == wanted

    def _growth(self, number: int) -> Growth:
        if number not in self._growths:
            self._growths[number] = self._growth_of(self.deltas[number])
        return self._growths[number]

    def _growth_of(self, delta: Delta) -> Growth:
        return {change.path: self._size(change.new) - self._size(change.old) for change in delta}

    def _size(self, blob: str) -> int:
        size = self._sizes.get(blob)
        if size is None:
            size = self._sizes[blob] = size_of(self.git, blob)
        return size


def read_visits(target: TargetLine, place: int, paths: Collection[bytes]) -> Visits:
    """The commits that the target got after a place on its line and that touch the paths, read in one run of git."""
    touched = read_touching(target.git, list(target.since(place)), paths)
    return Visits(target, touched.commits(), touched)
