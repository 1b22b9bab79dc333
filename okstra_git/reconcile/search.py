"""Where a recorded stage, or a task's anchor, lives in one window: by who made its commits first, then by content.

A range with the recorded content is not always the stage: some commits cancel out, and the work alone, or a colleague's
copy below a changed version, has the same content. So the commits that were made from recorded ones choose the ends.

Example: recorded are T (try), W (work), R (take the try back). Rebased, the branch has T', W', R', and W' alone makes
the recorded change. T' and R' have author and time of T and R, so the range is T' to R', and that is proven. Had R'
been amended to keep some of the try, the range would not be proven; W' is, by content, but T' and R' stand outside of
it, and a person is asked.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from okstra_git.git.history import find_commit, is_whole_above, unreachable
from okstra_git.reconcile.commit_matching import Identities, Unit, Units, like_unit
from okstra_git.reconcile.findings import AnchorFinding
from okstra_git.reconcile.locate import Hit, locate, prove_spans, proven_range
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.segments import CommitStep
from okstra_git.reconcile.windows import Window
from okstra_git.records.states import Anchor, Task


@dataclass(frozen=True)
class SearchResult:
    """What a search saw.

    `hits`: proven ranges; one is an answer, several are rivals. `made`: non-empty commits of the window that were made
    from recorded ones, by author and time. `outside`: those of them, and of commits with the very change of a recorded
    one, that the only hit leaves out. `copied`: recorded commits found by their change alone, and the copies. `lost`:
    recorded commits with content that were not found at all.
    """

    hits: tuple[Hit, ...] = ()
    made: tuple[CommitStep, ...] = ()
    outside: tuple[CommitStep, ...] = ()
    copied: tuple[tuple[Unit, CommitStep], ...] = ()
    lost: tuple[Unit, ...] = ()


class Searched(NamedTuple):
    """A ref, the window in it, and what a search saw there."""

    ref: SearchRef
    window: Window
    result: SearchResult = SearchResult()


@dataclass
class Search:
    """One stage looked for in one window; `near` are the stages whose commits its branch may hold as well.

    Copies by others make a place doubtful on the stage's own branch (`heeds_copies`). A target may hold them as well,
    where names tell all commits of the stage.
    """

    window: Window
    prover: Prover
    identities: Identities
    units: Units
    stage: int
    near: Callable[[], Set[int]]
    heeds_copies: bool = True
    made: dict[str, list[CommitStep]] = field(default_factory=dict)
    copied: list[tuple[Unit, CommitStep]] = field(default_factory=list)
    lost: list[Unit] = field(default_factory=list)

    def whole_hits(self) -> list[Hit]:
        """The proven ranges; none where the only one leaves out a commit that may be the stage's."""
        result = self.run()
        return [] if result.outside else list(result.hits)

    def run(self) -> SearchResult:
        """What the window holds of the stage."""
        if self.prover.recorded.is_empty or self.window.is_empty:
            return SearchResult()
        self._find_made()
        self._find_copied()
        hits = self._by_identity() or self._by_content()
        outside = [step for step in self._own() if len(hits) == 1 and not self.window.covers(hits[0].span, step)]
        return SearchResult(tuple(hits), tuple(self._solid()), tuple(outside), tuple(self.copied), tuple(self.lost))

    # --- who made what

    def _find_made(self) -> None:
        for facts in self.identities.commits(self.stage):
            steps = self.identities.made_from(facts, self.window)
            if steps:
                self.made[facts.oid] = steps

    def _solid(self) -> list[CommitStep]:
        """Commits made from recorded ones that change anything."""
        return [step for steps in self.made.values() for step in steps if step.delta]

    def _own(self) -> list[CommitStep]:
        return [*self._solid(), *(step for _, step in self.copied)]

    def _find_copied(self) -> None:
        """Look for those recorded commits from which no other is known to be made, by what they change."""
        commits = self.identities.commits(self.stage)
        if all(facts.oid in self.made or len(facts.parents) > 1 for facts in commits):
            return
        units = [unit for unit in self.units.of(self.stage) if unit.delta != () and unit.facts.oid not in self.made]
        for place, unit in enumerate(units):
            alike = [step for step in like_unit(self.window, unit) if self._is_only_ours(step)]
            twins = [index for index, other in enumerate(units) if unit.delta is not None and other.delta == unit.delta]
            if alike and len(alike) == len(twins):  # what was done, undone and done again is matched in its order
                self.copied.append((unit, alike[twins.index(place)]))
            else:
                self.lost.append(unit)

    def _is_only_ours(self, step: CommitStep) -> bool:
        """Whether nothing speaks for another stage: neither who made the commit when, nor what it changes."""
        owners = self.identities.owners(step)
        if owners:
            return owners == {self.stage} or (self.stage in owners and self._has_change(step))
        return self._has_change(step)

    def _has_change(self, step: CommitStep) -> bool:
        return self.units.makers(self.window, step, self.near()) <= {self.stage}

    # --- ranges

    def _by_identity(self) -> list[Hit]:
        """The range that the commits made from recorded ones span, if it is proven; rivals beside it count."""
        for steps in self._ends():
            spans = self.window.hulls(steps)
            hits = list(prove_spans(self.window, self.prover, spans, second_opinions=True))[:1]
            if hits:
                rivals = self._rivals(hits[0]) if self.heeds_copies or self.lost or self.copied else []
                return self._doubles(hits[0]) or [*hits, *rivals]
        return []

    def _doubles(self, hit: Hit) -> list[Hit]:
        """Where a recorded commit has several successors, the whole change may be made anew by each of them."""
        if all(sum(bool(step.delta) for step in steps) < 2 for steps in self.made.values()):
            return []
        hits = [other for other in locate(self.window, self.prover) if other.span != hit.span]
        return hits if len(hits) > 1 else []

    def _ends(self) -> Iterator[list[CommitStep]]:
        """Which commits may mark the ends, the most of them first; none may be left out of a shorter range unseen."""
        every = [step for steps in self.made.values() for step in steps]
        copies = [step for _, step in self.copied]
        seen: list[set[int]] = []
        for steps in ([*every, *copies], [*self._solid(), *copies], every, self._solid()):
            positions = {step.position for step in steps}
            if positions and positions not in seen:
                seen.append(positions)
                yield steps

    def _by_content(self) -> list[Hit]:
        """Ranges with the recorded content that take no commit which is another stage's."""
        hits = [hit for hit in locate(self.window, self.prover) if not self._takes_foreign(hit)]
        whole = [hit for hit in hits if all(self.window.covers(hit.span, step) for step in self._solid())]
        return whole or hits

    def _takes_foreign(self, hit: Hit) -> bool:
        """Whether a commit of the range is another stage's, be it one that a merge in it brought."""
        steps = list(self.window.back(hit.span))
        if any(len(step.facts.parents) > 1 for step in steps):
            steps = [step for step in self.window.steps if self.window.covers(hit.span, step)]
        return any(step.delta and not self._is_only_ours(step) for step in steps)

    def _rivals(self, hit: Hit) -> list[Hit]:
        """Other ranges with the same content, whose makers are not known, and which do not overlap the hit."""
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

    def _is_free(self, step: CommitStep, hit: Hit) -> bool:
        return not self.identities.owners(step) and not self.window.covers(hit.span, step)


ANCHOR_WINDOW = 20_000
ANCHOR = 0
"""Stands for the anchor where stages have numbers."""

OpenWindow = Callable[[SearchRef, Task, str], Window]
"""Opens the window of a ref in which a recorded commit of the task may live now."""


def judge_anchor(task: Task, scope: SearchScope, open_window: OpenWindow) -> AnchorFinding | None:
    """Whether the anchor is still in the history of its base, its targets or the task's stages."""
    anchor = task.anchor
    if anchor is None:
        return None
    targets = scope.targets(task, None)
    if any(scope.contains(ref.tip, anchor.range.head) for ref in targets):
        return AnchorFinding(anchor.range, "ok")
    stage_homes = [scope.branch(stage.branch) for stage in task.stages.values() if stage.branch]
    tips = list(dict.fromkeys([*(ref.tip for ref in targets), *(ref.tip for ref in stage_homes if ref)]))
    known = find_commit(scope.git, anchor.range.head) is not None
    if known and (not tips or anchor.range.head not in unreachable(scope.git, [anchor.range.head], tips)):
        return AnchorFinding(anchor.range, "ok")
    return _search(task, anchor, targets, scope, open_window)


def _search(
    task: Task, anchor: Anchor, targets: list[SearchRef], scope: SearchScope, open_window: OpenWindow
) -> AnchorFinding:
    prover = Prover(scope.git, anchor.range)
    identities = Identities(scope.git, {ANCHOR: anchor.range}, [ANCHOR])
    units = Units(scope.git, identities, [ANCHOR])
    for ref in targets:
        window = open_window(ref, task, anchor.range.head)
        hits = Search(window, prover, identities, units, ANCHOR, lambda: {ANCHOR}).whole_hits()
        if not window.complete or not is_whole_above(scope.git, [ref.tip], anchor.range.base, limit=ANCHOR_WINDOW):
            why = "this clone is shallow" if scope.git.is_shallow else "the history could not be read to its end"
            return AnchorFinding(anchor.range, "unresolvable", None, f"cannot prove: {why}")
        if len(hits) == 1:
            return AnchorFinding(
                anchor.range, "moved", proven_range(prover, hits[0], landed=False), f"the same change is in {ref.name}"
            )
        if hits:
            break
    return AnchorFinding(
        anchor.range, "unresolvable", None, "the implementation base is in no branch and nothing proves where it went"
    )
