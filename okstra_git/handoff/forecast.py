"""Which live stages contradict each other already, found by merging every two of them in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from okstra_git.errors import OkstraError
from okstra_git.git.history import merge_base
from okstra_git.git.objects import read_commit, tree_of
from okstra_git.git.repo import Git
from okstra_git.git.three_way import merge_trees
from okstra_git.handoff.known_merges import Found, KnownMerges
from okstra_git.names import TaskKey

LIMIT = 400
"""Merges that one forecast makes at most."""
NAMED = 3
"""Pairs without common history that are named; of more there is only the number."""


@dataclass(frozen=True)
class LiveStage:
    """A stage that was started and has not landed.

    `task` is the slashed key, `commit` the tip of its branch now, `tree` its content now: the tip's tree, or what lies
    in its worktree, uncommitted files included, in which case `is_dirty` says so.
    """

    task: TaskKey
    stage: int
    commit: str
    tree: str
    is_dirty: bool = False

    @property
    def place(self) -> tuple[TaskKey, int]:
        """Task and number."""
        return self.task, self.stage

    def __str__(self) -> str:
        return f"{self.task} stage {self.stage}"


@dataclass(frozen=True, order=True)
class ComingClash:
    """One path about which two stages, each (slashed task key, number), contradict each other; `kind` as in `Clash`."""

    one: tuple[TaskKey, int]
    other: tuple[TaskKey, int]
    path: str
    kind: str


@dataclass(frozen=True)
class Forecast:
    """What was found among the stages.

    `pairs` were looked at; of these `merged` took a merge and `cached` were known from before, and the rest is clean at
    sight, since one stage contains the other, or was skipped. `skipped` says why, in sentences.
    """

    stages: tuple[LiveStage, ...]
    conflicts: tuple[ComingClash, ...]
    pairs: int
    merged: int
    cached: int
    skipped: tuple[str, ...] = ()


def forecast(git: Git, live: Sequence[LiveStage], known: KnownMerges, *, limit: int = LIMIT) -> Forecast:
    """Merge every two of the stages by their merge base, or recall what that came to; nothing is written.

    At most `limit` merges are made. Pairs beyond it, without common history, or with objects that are missing are
    skipped, and said so. `known` learns what was found; keeping it is up to the caller.
    """
    work = _Forecasting(git, known, limit)
    stages = sorted(live, key=lambda stage: stage.place)
    conflicts = [clash for one, other in combinations(stages, 2) for clash in work.compare(one, other)]
    count = len(stages) * (len(stages) - 1) // 2
    return Forecast(tuple(stages), tuple(sorted(conflicts)), count, work.merged, work.cached, tuple(work.reasons()))


class _Forecasting:
    def __init__(self, git: Git, known: KnownMerges, limit: int) -> None:
        self.git, self.known, self.limit = git, known, limit
        self.merged = self.cached = self.beyond = 0
        self.apart: list[tuple[LiveStage, LiveStage]] = []
        self.broken: list[str] = []

    def compare(self, one: LiveStage, other: LiveStage) -> Iterator[ComingClash]:
        """The contradictions of one pair; what keeps it from being compared is noted."""
        try:
            found = self._merge(one, other)
        except OkstraError as refusal:
            self.broken.append(f"{one} and {other} were not compared: {refusal}")
            return
        yield from (ComingClash(one.place, other.place, path, kind) for path, kind in found)

    def _merge(self, one: LiveStage, other: LiveStage) -> Found:
        base = self._base(one, other)
        if base is None:
            self.apart.append((one, other))
            return ()
        if one.tree == other.tree or base in (one.tree, other.tree):
            return ()
        found = self.known.find_merge(base, one.tree, other.tree)
        if found is not None:
            self.cached += 1
            return found
        if self.merged >= self.limit:
            self.beyond += 1
            return ()
        self.merged += 1
        ours, theirs = sorted((one.tree, other.tree))
        clashes = merge_trees(self.git, base=base, ours=ours, theirs=theirs, write=False).clashes
        found = tuple((clash.path, clash.kind) for clash in clashes)
        self.known.add_merge(base, ours, theirs, found)
        return found

    def _base(self, one: LiveStage, other: LiveStage) -> str | None:
        """The tree of the best common ancestor; that there is none is never kept, a clone may learn more history."""
        tree = self.known.find_base(one.commit, other.commit)
        if tree is not None:
            return tree
        commit = merge_base(self.git, one.commit, other.commit)
        if commit is None:
            for each in (one.commit, other.commit):
                read_commit(self.git, each)
            return None
        tree = tree_of(self.git, commit)
        self.known.add_base(one.commit, other.commit, tree)
        return tree

    def reasons(self) -> Iterator[str]:
        """Why pairs were skipped."""
        if self.beyond:
            pairs = "1 pair was" if self.beyond == 1 else f"{self.beyond} pairs were"
            yield f"{pairs} not compared: one forecast makes at most {self.limit} merges; ask again for the next ones"
        if self.apart:
            named = "; ".join(f"{one} and {other}" for one, other in self.apart[:NAMED])
            more = f"; and {len(self.apart) - NAMED} more pairs" if len(self.apart) > NAMED else ""
            yield f"not compared, because they share no history: {named}{more}"
        yield from self.broken
