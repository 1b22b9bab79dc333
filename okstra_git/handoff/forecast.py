"""Which live stages contradict each other already, found by merging every two of them in memory, and kept for later."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from okstra_git.digest import fingerprint
from okstra_git.errors import OkstraError
from okstra_git.git.git_directory import read_own, replace_own
from okstra_git.git.history import merge_base
from okstra_git.git.merging import Sides, TreeMerger
from okstra_git.git.objects import read_commit, tree_of
from okstra_git.git.repo import Git
from okstra_git.names import TaskKey

VERSION = 2
MOST = 10_000
"""Merges that are kept, and as many merge bases; the ones that were not asked for longest go first."""

MergeOutcome = tuple[tuple[str, str], ...]
"""(path, kind) of every contradiction; empty for a clean merge."""

Kept = TypeVar("Kept", str, MergeOutcome)

LIMIT = 400
"""Merges that one forecast makes at most."""
NAMED = 3
"""Pairs without common history that are named; of more there is only the number."""


@dataclass
class KnownMerges:
    """Outcomes by base tree and both sides' trees, and trees of merge bases by both commits; the order is of last use.

    Neither key cares which side is which.
    """

    merges: dict[str, MergeOutcome] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    is_changed: bool = False

    def find_merge(self, base: str, one: str, other: str) -> MergeOutcome | None:
        """What merging the trees came to, or None when that is not known."""
        return _used(self.merges, _key(one, other, base))

    def add_merge(self, base: str, one: str, other: str, outcome: MergeOutcome) -> None:
        """Remember it."""
        self.merges[_key(one, other, base)] = outcome
        self.is_changed = True

    def find_base(self, one: str, other: str) -> str | None:
        """The tree of the commits' merge base, or None when that is not known."""
        return _used(self.bases, _key(one, other))

    def add_base(self, one: str, other: str, tree: str) -> None:
        """Remember it: it stays true whatever happens to branches."""
        self.bases[_key(one, other)] = tree
        self.is_changed = True


def load_merges(path: Path) -> KnownMerges:
    """What the file holds; nothing when there is none, it is damaged or of another version."""
    try:
        header, _, body = (read_own(path) or b"").partition(b"\n")
        if json.loads(header) != {"version": VERSION, "print": fingerprint(body)}:
            return KnownMerges()
        facts = json.loads(body)
        merges = {
            key: tuple((str(path), str(kind)) for path, kind in clashes) for key, clashes in facts["merges"].items()
        }
        return KnownMerges(merges, {str(key): str(tree) for key, tree in facts["bases"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return KnownMerges()


def save_merges(path: Path, known: KnownMerges) -> bool:
    """Write the file anew where something was added; False when the file system refuses, which costs only time."""
    if not known.is_changed:
        return True
    facts = {"merges": dict(list(known.merges.items())[-MOST:]), "bases": dict(list(known.bases.items())[-MOST:])}
    body = json.dumps(facts, separators=(",", ":")).encode()
    header = json.dumps({"version": VERSION, "print": fingerprint(body)}).encode()
    return replace_own(path, header + b"\n" + body)


@dataclass(frozen=True)
class LiveStage:
    """A stage that was started and has not landed.

    `task` is the slashed key, `commit` the tip of its branch now, `tree` its content now: the tip's tree, or what is
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
    skipped and reported. Results are added to `known`; saving it is up to the caller.
    """
    pairs = _Pairs(git, known, limit)
    stages = sorted(live, key=lambda stage: stage.place)
    for one, other in combinations(stages, 2):
        pairs.look_at(one, other)
    conflicts = tuple(sorted(pairs.conflicts()))
    count = len(stages) * (len(stages) - 1) // 2
    return Forecast(tuple(stages), conflicts, count, len(pairs.to_merge), pairs.cached, tuple(pairs.reasons()))


def recall(live: Sequence[LiveStage], known: KnownMerges) -> tuple[ComingClash, ...]:
    """The contradictions between these stages that an earlier forecast came to; nothing is merged or looked up in git.

    It takes as long as there are contradictions on record, however many stages there are.
    """
    by_tree: dict[str, list[LiveStage]] = {}
    for stage in live:
        by_tree.setdefault(stage.tree, []).append(stage)
    clashes: set[ComingClash] = set()
    for key, outcome in known.merges.items():
        trees = key.split(" ")
        if not outcome or len(trees) != 3:
            continue
        for first in by_tree.get(trees[0], ()):
            for second in by_tree.get(trees[1], ()):
                if known.bases.get(_key(first.commit, second.commit)) == trees[2]:
                    one, other = sorted((first.place, second.place))
                    clashes.update(ComingClash(one, other, path, kind) for path, kind in outcome)
    return tuple(sorted(clashes))


class _Pairs:
    """First every pair is looked at, then what is not known is merged, all in one run of git."""

    def __init__(self, git: Git, known: KnownMerges, limit: int) -> None:
        self.git, self.known, self.limit = git, known, limit
        self.cached = self.beyond = 0
        self.to_merge: list[tuple[LiveStage, LiveStage, Sides]] = []
        self.outcomes: list[tuple[LiveStage, LiveStage, MergeOutcome]] = []
        self.apart: list[tuple[LiveStage, LiveStage]] = []
        self.broken: list[str] = []

    def look_at(self, one: LiveStage, other: LiveStage) -> None:
        """Recall what merging the pair came to, or remember to merge it; what keeps it from that is noted."""
        try:
            base = self._base(one, other)
        except OkstraError as refusal:
            self._skip(one, other, refusal)
            return
        if base is None:
            self.apart.append((one, other))
        elif one.tree == other.tree or base in (one.tree, other.tree):
            return
        elif (outcome := self.known.find_merge(base, one.tree, other.tree)) is not None:
            self.cached += 1
            self.outcomes.append((one, other, outcome))
        elif len(self.to_merge) >= self.limit:
            self.beyond += 1
        else:
            ours, theirs = sorted((one.tree, other.tree))
            self.to_merge.append((one, other, Sides(base, ours, theirs)))

    def conflicts(self) -> Iterator[ComingClash]:
        """Merge what is left to merge; the contradictions of all pairs."""
        with TreeMerger(self.git, write=False) as merger:
            results = merger.merge_all([sides for _, _, sides in self.to_merge])
        for (one, other, sides), merged in zip(self.to_merge, results, strict=True):
            if isinstance(merged, OkstraError):
                self._skip(one, other, merged)
                continue
            outcome = tuple((clash.path, clash.kind) for clash in merged.clashes)
            self.known.add_merge(*sides, outcome)
            self.outcomes.append((one, other, outcome))
        for one, other, outcome in self.outcomes:
            yield from (ComingClash(one.place, other.place, path, kind) for path, kind in outcome)

    def _skip(self, one: LiveStage, other: LiveStage, refusal: OkstraError) -> None:
        self.broken.append(f"{one} and {other} were not compared: {refusal}")

    def _base(self, one: LiveStage, other: LiveStage) -> str | None:
        """The tree of the best common ancestor; a missing one is not remembered, since history may be fetched."""
        tree = self.known.find_base(one.commit, other.commit)
        if tree is not None:
            return tree
        commit = merge_base(self.git, one.commit, other.commit)
        if commit is None:
            for commit_id in (one.commit, other.commit):
                read_commit(self.git, commit_id)
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


def _key(one: str, other: str, *also: str) -> str:
    return " ".join((min(one, other), max(one, other), *also))


def _used(entries: dict[str, Kept], key: str) -> Kept | None:
    value = entries.pop(key, None)
    if value is not None:
        entries[key] = value
    return value
