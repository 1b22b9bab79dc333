"""What each recorded commit changed by itself: how a commit is known again where nobody's name helps."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from okstra_git.digest import multiset_sum
from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Delta, delta_sum, diff_trees
from okstra_git.git.history import CommitFacts, parent_tree
from okstra_git.git.line_differences import lines_by_path
from okstra_git.git.repo import Git
from okstra_git.reconcile.identity import Identities
from okstra_git.reconcile.stretches import Lines
from okstra_git.reconcile.windows import Step, Window

LineKey = tuple[int, tuple[bytes, ...]]
"""The sum of the lines of a change, and its paths."""


@dataclass(frozen=True)
class Unit:
    """One recorded commit and what it changed; `delta` is None where that is not to be had."""

    facts: CommitFacts
    delta: Delta | None


def list_units(git: Git, commits: Sequence[CommitFacts]) -> list[Unit]:
    """What each of these recorded commits changed, read together."""
    pairs = [(parent_tree(git, facts), facts.tree) for facts in commits]
    known = [(old, new) for old, new in pairs if old is not None]
    try:
        deltas = iter(diff_trees(git, known))
    except GitFailed:
        return [Unit(facts, None) for facts in commits]
    return [Unit(facts, next(deltas) if old is not None else None)
            for facts, (old, _) in zip(commits, pairs, strict=True)]  # fmt: skip


def like_unit(window: Window, unit: Unit) -> list[Step]:
    """Single commits that make the very change of a recorded one: from file to file, or line for line on its paths.

    A merge is none: it brings what others made.
    """
    if not unit.delta:
        return []
    found = window.by_delta(delta_sum(unit.delta))
    same = [step for step in found if step.delta == unit.delta and len(step.facts.parents) < 2]
    if same:
        return same
    visited = [window.visitors(change.path) for change in unit.delta]
    lines = lines_of(window.git, unit) if all(visited) else None
    steps = [step for step in min(visited, key=len) if len(step.facts.parents) < 2] if lines else []
    return [step for step in steps if is_like(window, step, unit, lines)]


def is_like(window: Window, step: Step, unit: Unit, lines: Lines | None) -> bool:
    """Whether the step makes the change of the unit, whose lines these are."""
    if step.delta == unit.delta:
        return True
    same_paths = [change.path for change in step.delta] == [change.path for change in unit.delta or ()]
    return bool(lines) and same_paths and window.stretch.lines_of(step) == lines


def lines_of(git: Git, unit: Unit) -> Lines | None:
    """The lines that a unit adds and removes, path by path."""
    return next(iter(lines_by_path(git, [unit.delta]))) if unit.delta is not None else None


@dataclass(eq=False)
class Units:
    """The units of recorded commits of a task, by stage; those of `together` are read in one go, for all of `pool`."""

    git: Git
    identities: Identities
    together: Collection[int]
    pool: Sequence["Units"] = ()
    _by_stage: dict[int, list[Unit]] = field(default_factory=dict)
    _by_delta: dict[int, set[int]] = field(default_factory=dict)
    _by_lines: dict[LineKey, set[int]] = field(default_factory=dict)
    _lines: dict[str, Lines | None] = field(default_factory=dict)
    _indexed: set[int] = field(default_factory=set)

    def of(self, stage: int) -> list[Unit]:
        """The units of one stage, oldest first; merges have none."""
        if stage not in self._by_stage:
            _load([(self, stage), *((units, number) for units in self.pool or [self] for number in units.together)])
        return self._by_stage[stage]

    def _index(self, stages: Iterable[int]) -> None:
        fresh = [stage for stage in stages if stage not in self._indexed]
        _load([(self, stage) for stage in fresh])
        for stage in fresh:
            self._indexed.add(stage)
            for unit in self._by_stage[stage]:
                key = _line_key(unit.delta or (), self.lines(unit))
                if unit.delta:
                    self._by_delta.setdefault(delta_sum(unit.delta), set()).add(stage)
                if key is not None:
                    self._by_lines.setdefault(key, set()).add(stage)

    def lines(self, unit: Unit) -> Lines | None:
        """The lines of a unit, read once."""
        if unit.facts.oid not in self._lines:
            self._lines[unit.facts.oid] = lines_of(self.git, unit)
        return self._lines[unit.facts.oid]

    def makers(self, window: Window, step: Step, among: Iterable[int]) -> set[int]:
        """Those of the stages that have a recorded commit with the very change of the step."""
        near = set(among)
        self._index(near)
        key = _line_key(step.delta, window.stretch.lines_of(step))
        by_lines = self._by_lines.get(key, set()) if key is not None else set()
        return near & (self._by_delta.get(step.delta_here, set()) | by_lines)

    def likeness(self, window: Window, step: Step, stage: int) -> float:
        """How much of what the step adds and removes some recorded commit of the stage did as well: 0 to 1."""
        lines = window.stretch.lines_of(step) or {}
        return max((_shared(lines, self.lines(unit) or {}) for unit in self.of(stage)), default=0.0)


def _load(wanted: Iterable[tuple[Units, int]]) -> None:
    """Read the units of stages of any tasks that were not read before."""
    fresh = [(units, stage) for units, stage in dict.fromkeys(wanted) if stage not in units._by_stage]
    commits = [(units, stage, facts) for units, stage in fresh for facts in units.identities.commits(stage)
               if len(facts.parents) < 2]  # fmt: skip
    for units, stage in fresh:
        units._by_stage[stage] = []
    read = list_units(fresh[0][0].git, [facts for *_, facts in commits]) if fresh else []
    for (units, stage, _), unit in zip(commits, read, strict=True):
        units._by_stage[stage].append(unit)


def _line_key(delta: Delta, lines: Lines | None) -> LineKey | None:
    """What stands for the paths of a change and the lines on them; None where it changes no line."""
    return (multiset_sum(lines.items()), tuple(change.path for change in delta)) if lines else None


def _shared(one: Lines, other: Lines) -> float:
    """Lines that both add or both remove, as a part of the smaller of the two."""
    size = min(_size(one), _size(other))
    common = sum(min(abs(count), abs(other[line])) for line, count in one.items()
                 if line in other and (count > 0) == (other[line] > 0))  # fmt: skip
    return common / size if size else 0.0


def _size(lines: Lines) -> int:
    return sum(map(abs, lines.values()))
