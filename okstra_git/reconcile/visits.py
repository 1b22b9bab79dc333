"""Which commits of a target touched some files since a place on its line, and where among them a change may be.

A branch's change can only be where its files were touched. So of fifty thousand commits the few that touch one of its
files are looked at, and of these only those that touch nothing else, and let each file grow by as many bytes as the
change does: a clean merge of it elsewhere does the same. What is left has to be proven.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from okstra_git.git.diffs import Change, Delta, compose
from okstra_git.git.repo import Git
from okstra_git.git.touching import list_touching, size_of
from okstra_git.reconcile.branch_parts import BranchPart
from okstra_git.reconcile.target_line import Floor, TargetLine

LONGEST_STRETCH = 16
"""Commits of a target that together may be one change of a branch."""


@dataclass(frozen=True)
class Stretch:
    """Commits that touch a change's files and no other, one after the other; `delta` is what they make together."""

    first: str
    last: str
    delta: Delta


@dataclass
class Visits:
    """The commits of a target since `place` that touch any of the paths."""

    target: TargetLine
    deltas: Mapping[str, Delta]
    _sizes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_path: dict[bytes, list[str]] = defaultdict(list)
        for commit, delta in self.deltas.items():
            for change in delta:
                self.by_path[change.path].append(commit)

    @property
    def git(self) -> Git:
        """The repository."""
        return self.target.git

    def of(self, paths: Collection[bytes], floor: Floor) -> list[str]:
        """The commits above the floor that touch any of the paths, parents first."""
        entries = self.target.entries
        commits = {commit for path in paths for commit in self.by_path.get(path, ())
                   if entries[commit] > floor.place and commit not in floor.hidden}  # fmt: skip
        return sorted(commits, key=self.target.order.__getitem__)

    def on_line(self, paths: Collection[bytes], floor: Floor) -> list[str]:
        """Those of them that the line itself has."""
        line, entries = self.target.line, self.target.entries
        return [commit for commit in self.of(paths, floor) if line[entries[commit]] == commit]

    def may_be(self, part: BranchPart, floor: Floor) -> Iterator[Stretch]:
        """Commits, and several of them in a row on the line, that may be the change, newest first."""
        paths = {change.path for change in part.delta}
        visitors = self.of(paths, floor)
        fitting = {commit for commit in visitors if all(change.path in paths for change in self.deltas[commit])}
        for commit in reversed(visitors):
            if commit in fitting and self._grows_alike(part.delta, self.deltas[commit]):
                yield Stretch(commit, commit, self.deltas[commit])
        longest = min(len(part.commits), LONGEST_STRETCH)
        if longest > 1:
            yield from self._rows(part, self.on_line(paths, floor), fitting, longest)

    def _rows(self, part: BranchPart, line: Sequence[str], fitting: Collection[str], longest: int) -> Iterator[Stretch]:
        for last in range(len(line) - 1, 0, -1):
            row: list[Delta] = []
            for first in range(last, max(-1, last - longest), -1):
                if line[first] not in fitting:
                    break
                row.insert(0, self.deltas[line[first]])
                delta = compose(*row) if len(row) > 1 else ()
                if delta and self._grows_alike(part.delta, delta):
                    yield Stretch(line[first], line[last], delta)

    def _grows_alike(self, one: Delta, other: Delta) -> bool:
        grown = {change.path: self._growth(change) for change in one}
        return all(grown[change.path] == self._growth(change) for change in other)

    def _growth(self, change: Change) -> int:
        return self._size(change.new) - self._size(change.old)

    def _size(self, blob: str) -> int:
        if blob not in self._sizes:
            self._sizes[blob] = size_of(self.git, blob)
        return self._sizes[blob]


def read_visits(target: TargetLine, place: int, paths: Collection[bytes]) -> Visits:
    """The commits that the target got after a place on its line and that touch the paths, read in one run of git."""
    parents = target.graph.parents
    commits = [(commit, (parents[commit] or (None,))[0]) for commit in target.since(place)]
    return Visits(target, dict(list_touching(target.git, commits, paths)))
