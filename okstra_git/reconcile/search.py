"""Finds where a recorded stage lives in one window: by who made its commits first, then by what they change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from okstra_git.git.binary import GitFailed
from okstra_git.git.changes import Delta, delta_sum, diff_trees
from okstra_git.git.history import CommitFacts, parent_tree
from okstra_git.git.merging import lines_by_path
from okstra_git.git.repo import Git
from okstra_git.reconcile.identity import Identities
from okstra_git.reconcile.locate import Hit, locate, prove_spans
from okstra_git.reconcile.places import Home
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.windows import Step, Window


@dataclass(frozen=True)
class Unit:
    """One recorded commit and what it changed; `delta` is None where that is not to be had."""

    facts: CommitFacts
    delta: Delta | None


@dataclass(frozen=True)
class Found:
    """What a search saw.

    `hits`: proven ranges; one is an answer, several are rivals. `made`: non-empty commits of the window that were made
    from recorded ones, by author and time. `outside`: those of them, and of commits with the very change of a recorded
    one, that the only hit leaves out. `copied`: recorded commits found by their change alone, and the copies. `lost`:
    recorded commits with content that were not found at all.
    """

    hits: tuple[Hit, ...] = ()
    made: tuple[Step, ...] = ()
    outside: tuple[Step, ...] = ()
    copied: tuple[tuple[Unit, Step], ...] = ()
    lost: tuple[Unit, ...] = ()


class Searched(NamedTuple):
    """A home, the window in it, and what a search saw there."""

    home: Home
    window: Window
    found: Found = Found()


@dataclass
class Search:
    """One stage looked for in one window."""

    window: Window
    prover: Prover
    identities: Identities
    stage: int
    made: dict[str, list[Step]] = field(default_factory=dict)
    copied: list[tuple[Unit, Step]] = field(default_factory=list)
    lost: list[Unit] = field(default_factory=list)

    def run(self) -> Found:
        """What the window holds of the stage."""
        if self.prover.recorded.is_empty or self.window.is_empty:
            return Found()
        self._find_made()
        self._find_copied()
        hits = self._by_identity() or self._by_content()
        outside = [step for step in self._own() if len(hits) == 1 and not self.window.covers(hits[0].span, step)]
        return Found(tuple(hits), tuple(self._solid()), tuple(outside), tuple(self.copied), tuple(self.lost))

    # --- who made what

    def _find_made(self) -> None:
        for facts in self.identities.commits(self.stage):
            found = self.identities.made_from(facts, self.window)
            if found:
                self.made[facts.oid] = found

    def _solid(self) -> list[Step]:
        """Commits made from recorded ones that change anything."""
        return [step for steps in self.made.values() for step in steps if step.delta]

    def _own(self) -> list[Step]:
        return [*self._solid(), *(step for _, step in self.copied)]

    def _find_copied(self) -> None:
        """Look for recorded commits that nobody is known to have been made from by what they change."""
        missing = [facts for facts in self.identities.commits(self.stage)
                   if facts.oid not in self.made and len(facts.parents) < 2]  # fmt: skip
        units = [unit for unit in list_units(self.window.git, missing) if unit.delta != ()]
        for place, unit in enumerate(units):
            alike = [step for step in like_unit(self.window, unit) if self._may_be_ours(step)]
            twins = [at for at, other in enumerate(units) if unit.delta is not None and other.delta == unit.delta]
            if alike and len(alike) == len(twins):  # what was done, undone and done again is matched in its order
                self.copied.append((unit, alike[twins.index(place)]))
            else:
                self.lost.append(unit)

    def _may_be_ours(self, step: Step) -> bool:
        owners = self.identities.owners(step)
        return not owners or self.stage in owners

    # --- ranges

    def _by_identity(self) -> list[Hit]:
        """The range that the commits made from recorded ones span, if it is proven; rivals beside it count."""
        for steps in self._ends():
            spans = self.window.hulls(steps)
            hits = list(prove_spans(self.window, self.prover, spans, second_opinions=True))[:1]
            if hits:
                return self._doubles(hits[0]) or [*hits, *self._rivals(hits[0])]
        return []

    def _doubles(self, hit: Hit) -> list[Hit]:
        """Where a recorded commit has several successors, the whole change may be made anew by each of them."""
        if all(sum(bool(step.delta) for step in steps) < 2 for steps in self.made.values()):
            return []
        hits = [other for other in locate(self.window, self.prover) if other.span != hit.span]
        return hits if len(hits) > 1 else []

    def _ends(self) -> Iterator[list[Step]]:
        """Which commits may mark the ends, the most of them first; none may be left out of a shorter range unseen."""
        every = [step for steps in self.made.values() for step in steps]
        copies = [step for _, step in self.copied]
        seen: list[set[int]] = []
        for steps in ([*every, *copies], [*self._solid(), *copies], every, self._solid()):
            places = {step.position for step in steps}
            if places and places not in seen:
                seen.append(places)
                yield steps

    def _by_content(self) -> list[Hit]:
        """Ranges with the recorded content that take no commit which is another stage's."""
        hits = [hit for hit in locate(self.window, self.prover) if not self._takes_foreign(hit)]
        whole = [hit for hit in hits if all(self.window.covers(hit.span, step) for step in self._solid())]
        return whole or hits

    def _takes_foreign(self, hit: Hit) -> bool:
        return any(step.delta and not self._may_be_ours(step) for step in self.window.back(hit.span))

    def _rivals(self, hit: Hit) -> list[Hit]:
        """Other ranges of the window with the same content, made by nobody that is known and clear of the hit."""
        for change in hit.ends.delta:
            if not any(self._is_free(step, hit) for step in self.window.visitors(change.path)):
                return []
        inside = {step.position for step in self.window.back(hit.span)}
        return [
            other
            for other in locate(self.window, self.prover)
            if not self._takes_foreign(other)
            and inside.isdisjoint(step.position for step in self.window.back(other.span))
        ]

    def _is_free(self, step: Step, hit: Hit) -> bool:
        return not self.identities.owners(step) and not self.window.covers(hit.span, step)


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
    """Single commits that make the very change of a recorded one: from file to file, or line for line on its paths."""
    if not unit.delta:
        return []
    same = [step for step in window.by_delta(delta_sum(unit.delta)) if step.delta == unit.delta]
    if same:
        return same
    visited = [window.visitors(change.path) for change in unit.delta]
    lines = next(iter(lines_by_path(window.git, [unit.delta]))) if all(visited) else None
    return [step for step in min(visited, key=len) if _has_lines(window, step, unit, lines)] if lines else []


def _has_lines(window: Window, step: Step, unit: Unit, lines: dict[bytes, int]) -> bool:
    same_paths = [change.path for change in step.delta] == [change.path for change in unit.delta or ()]
    return same_paths and window.stretch.lines_of(step) == lines


def search(window: Window, prover: Prover, identities: Identities, stage: int) -> Found:
    """Look for a stage in a window.

    Raises nothing for what is missing: a stage whose objects are gone is found only where files are equal.
    """
    return Search(window, prover, identities, stage).run()

