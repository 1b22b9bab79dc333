"""How a recorded commit is recognised again: by author and time, or by what it changed by itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from okstra_git.digest import multiset_sum
from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Delta, delta_sum, diff_trees
from okstra_git.git.file_changes import lines_by_path
from okstra_git.git.history import CommitFacts, find_commit, parent_tree, walk
from okstra_git.git.repo import Git
from okstra_git.names import CommitId
from okstra_git.reconcile.segments import Author, CommitStep, Lines
from okstra_git.reconcile.windows import Window
from okstra_git.records.stage import RangeFingerprint
from okstra_git.redaction.late import same_subject

MAX_COMMITS = 5_000
"""Commits of one recorded stage that are looked at one by one."""


def list_commits(git: Git, recorded: RangeFingerprint) -> list[CommitFacts]:
    """The commits of a recorded range, oldest first; its head alone, as recorded, where the others are not here.

    A stage without commits has none: its head is what it stands on, another stage's as a rule.
    """
    head = _head_of(recorded)
    if recorded.commits <= 1:
        return [head] if recorded.commits else []
    line = _plain_line(git, recorded)
    if line is None:
        line = _walked(git, recorded)
    return line or [head]


def _walked(git: Git, recorded: RangeFingerprint) -> list[CommitFacts]:
    if find_commit(git, recorded.head) is None:
        return []
    line, complete = walk(git, [recorded.head], [recorded.base] if recorded.base else [], limit=MAX_COMMITS)
    return line if complete else []


def _plain_line(git: Git, recorded: RangeFingerprint) -> list[CommitFacts] | None:
    """The range as a line without merges, the usual case; None where it is something else."""
    line: list[CommitFacts] = []
    commit = find_commit(git, recorded.head)
    while commit is not None and commit.oid != recorded.base and len(line) < recorded.commits:
        if len(commit.parents) > 1:
            return None
        line.append(commit)
        commit = find_commit(git, commit.parents[0]) if commit.parents else None
    ended = commit.oid if commit is not None else None
    return line[::-1] if ended == recorded.base and len(line) == recorded.commits else None


def _head_of(recorded: RangeFingerprint) -> CommitFacts:
    author = recorded.author
    parents = tuple(CommitId(parent) for parent in recorded.parents)
    return CommitFacts(CommitId(recorded.head), recorded.head_tree, parents, author.name, author.email, author.time,
                       author.offset, recorded.subject)  # fmt: skip


@dataclass
class Known:
    """A recorded commit and the stages it belongs to (a base below them belongs to none)."""

    facts: CommitFacts
    stages: set[int] = field(default_factory=set)


@dataclass
class Identities:
    """The recorded commits of one task by author and author time.

    Where two of them share both, as commits of scripts do, the subject has to tell them apart. Where it does not, those
    commits are *blurred*: who was made from which cannot be said.

    Example: C1 and C2 by Ada, a minute apart. After a rebase with a reword, the commit of Ada at C1's minute was made
    from C1, whatever it is called now. If both were made in one second, it would have to be called as C1 was.
    """

    git: Git
    stages: Mapping[int, RangeFingerprint]
    in_full: Collection[int]
    _known: dict[Author, dict[str, Known]] = field(default_factory=dict)
    _commits: dict[int, list[CommitFacts]] = field(default_factory=dict)
    _is_complete: bool = False

    def __post_init__(self) -> None:
        for number, recorded in self.stages.items():
            if not recorded.commits:
                continue
            for facts in self.commits(number) if number in self.in_full else [_head_of(recorded)]:
                self._put(facts).stages.add(number)
            base = find_commit(self.git, recorded.base) if number in self.in_full and recorded.base else None
            if base is not None:
                self._put(base)

    def _complete(self) -> None:
        """Know the commits of all stages one by one, not only of those that are looked for."""
        for number in self.stages if not self._is_complete else ():
            for facts in self.commits(number):
                self._put(facts).stages.add(number)
        self._is_complete = True

    def _put(self, facts: CommitFacts) -> Known:
        return self._known.setdefault((facts.email, facts.time), {}).setdefault(facts.oid, Known(facts))

    def commits(self, number: int) -> list[CommitFacts]:
        """The recorded commits of a stage, oldest first."""
        if number not in self._commits:
            self._commits[number] = list_commits(self.git, self.stages[number])
        return self._commits[number]

    def is_blurred(self, facts: CommitFacts) -> bool:
        """Whether another recorded commit has the same author, time and subject."""
        return sum(1 for _ in self._namesakes(facts)) > 1

    def is_told_by_time(self, facts: CommitFacts) -> bool:
        """Whether no other recorded commit shares author and time with this one."""
        return len(self._known.get((facts.email, facts.time), {})) < 2

    def _namesakes(self, facts: CommitFacts) -> Iterator[Known]:
        here = self._known.get((facts.email, facts.time), {})
        return (known for known in here.values() if len(here) == 1 or same_subject(known.facts.subject, facts.subject))

    def made_from(self, facts: CommitFacts, window: Window) -> list[CommitStep]:
        """The commits of the window that were made from a recorded one; none where it is blurred."""
        if self.is_blurred(facts):
            return []
        return [step for step in window.by_author((facts.email, facts.time)) if self._is_from(step, facts)]

    def _is_from(self, step: CommitStep, facts: CommitFacts) -> bool:
        return [known.facts.oid for known in self._namesakes(step.facts)] == [facts.oid]

    def owners(self, step: CommitStep) -> set[int]:
        """The stages from whose commits the step may have been made."""
        self._complete()
        return {number for known in self._namesakes(step.facts) for number in known.stages}

    def look_like(self, facts: CommitFacts, window: Window) -> list[CommitStep]:
        """The commits of the window that a blurred commit may have become."""
        here = window.by_author((facts.email, facts.time))
        return [step for step in here if same_subject(step.facts.subject, facts.subject)]


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


def like_unit(window: Window, unit: Unit) -> list[CommitStep]:
    """Single commits that make the very change of a recorded one: from file to file, or line for line on its paths.

    A merge does not count: it brings what others made.
    """
    if not unit.delta:
        return []
    alike = window.by_delta(delta_sum(unit.delta))
    same = [step for step in alike if step.delta == unit.delta and len(step.facts.parents) < 2]
    if same:
        return same
    visited = [window.visitors(change.path) for change in unit.delta]
    lines = lines_of(window.git, unit) if all(visited) else None
    steps = [step for step in min(visited, key=len) if len(step.facts.parents) < 2] if lines else []
    return [step for step in steps if is_like(window, step, unit, lines)]


def is_like(window: Window, step: CommitStep, unit: Unit, lines: Lines | None) -> bool:
    """Whether the step makes the change of the unit, whose lines these are."""
    if step.delta == unit.delta:
        return True
    same_paths = [change.path for change in step.delta] == [change.path for change in unit.delta or ()]
    return bool(lines) and same_paths and window.segment.lines_of(step) == lines


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

    def makers(self, window: Window, step: CommitStep, among: Iterable[int]) -> set[int]:
        """Those of the stages that have a recorded commit with the very change of the step."""
        near = set(among)
        self._index(near)
        key = _line_key(step.delta, window.segment.lines_of(step))
        by_lines = self._by_lines.get(key, set()) if key is not None else set()
        return near & (self._by_delta.get(step.delta_here, set()) | by_lines)

    def likeness(self, window: Window, step: CommitStep, stage: int) -> float:
        """How much of what the step adds and removes some recorded commit of the stage did as well: 0 to 1."""
        lines = window.segment.lines_of(step) or {}
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
