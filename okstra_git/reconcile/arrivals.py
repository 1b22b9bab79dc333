"""Where a recorded change has arrived in branches that work is merged into, and whether it is still there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Delta
from okstra_git.git.history import find_commit, is_whole_above
from okstra_git.git.objects import MissingObject
from okstra_git.reconcile.locate import Hit, locate
from okstra_git.reconcile.presence import is_kept
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.windows import Window
from okstra_git.records.handoff import Arrival
from okstra_git.records.states import Task

LookIn = Callable[[Window], Sequence[Hit]]
"""Finds the proven ranges of a window; more than one are rivals."""

OpenWindow = Callable[[SearchRef, Task, str | None], Window]
"""Opens the segment of a branch since its history parted from that of a commit."""


@dataclass(frozen=True)
class Arrived:
    """A change in a target: the commit there that completed it, and how it was recognised.

    `is_there` is False where it was taken out again, or where that cannot be ruled out.
    """

    target: SearchRef
    commit: str
    how: Arrival
    is_there: bool = True


@dataclass(frozen=True)
class Arrivals:
    """Looks for recorded changes of one task in targets; `outside` are commits known to be in none of them."""

    scope: SearchScope
    task: Task
    open_window: OpenWindow
    limit: int
    outside: frozenset[str] = frozenset()

    def find(
        self, prover: Prover, targets: Sequence[SearchRef], root: str | None, look_in: LookIn | None = None
    ) -> Arrived | None:
        """The first target that has the prover's range and still holds it; else one that had it; else None.

        `look_in` knows more of the range than its content, which is what is looked for without it. `root` is the commit
        above which the range can have arrived. A range that is found twice in a target, or in a segment of history that
        cannot be read to its end, is not found. An empty one is nowhere.
        """
        if prover.recorded.is_empty:
            return None
        lost: Arrived | None = None
        for ref in _distinct(targets):
            arrived = self._find_in(prover, ref, targets, root, look_in or (lambda window: locate(window, prover)))
            if arrived is not None and arrived.is_there:
                return arrived
            lost = lost or arrived
        return lost

    def _find_in(
        self, prover: Prover, ref: SearchRef, targets: Sequence[SearchRef], root: str | None, look_in: LookIn
    ) -> Arrived | None:
        head = prover.recorded.head
        if head not in self.outside and self.scope.contains(ref.tip, head):
            changes = prover.recorded_delta()
            return self._checked(Arrived(ref, head, "ancestor"), changes, targets, root) if changes else None
        if root is not None and (not find_commit(self.scope.git, root) or not self.scope.fork(ref.tip, root)):
            return None
        hit = self._only_hit(look_in, ref, root)
        if hit is None or hit.proven.rung == "restored":
            return None
        arrived = Arrived(ref, hit.span.last.facts.oid, hit.proven.rung)
        return self._checked(arrived, _what_arrived(prover, hit), targets, root)

    def _only_hit(self, look_in: LookIn, ref: SearchRef, root: str | None) -> Hit | None:
        window = self.open_window(ref, self.task, root)
        if not window.steps or not window.complete:
            return None
        try:
            hits = look_in(window)
        except (MissingObject, GitFailed):
            return None
        whole = len(hits) == 1 and is_whole_above(self.scope.git, [ref.tip], root, limit=self.limit)
        return hits[0] if whole else None

    def _checked(self, arrived: Arrived, changes: Delta, targets: Sequence[SearchRef], root: str | None) -> Arrived:
        """A branch and its upstream are one place: what either has and took out again is not there."""
        twins = [ref for ref in self.scope.twins(arrived.target, targets) if self._has(ref, arrived.commit)]
        kept = all(self.is_kept(arrived, ref, changes, root) for ref in (arrived.target, *twins))
        return replace(arrived, is_there=kept)

    def _has(self, ref: SearchRef, commit: str) -> bool:
        return self.scope.contains(ref.tip, commit)

    def keeps(self, ref: SearchRef, prover: Prover, hit: Hit, root: str | None) -> bool:
        """Whether a target that has the prover's range as `hit` still has all of it: nothing of it was taken out."""
        changes, arrived = _what_arrived(prover, hit), hit.span.last.facts.oid
        return is_kept(self.scope.git, changes, arrived, ref.tip, lambda: self.open_window(ref, self.task, root))

    def is_kept(self, arrived: Arrived, ref: SearchRef, changes: Delta, root: str | None) -> bool:
        """Whether nothing took the changes out of the ref again since they arrived."""
        return is_kept(self.scope.git, changes, arrived.commit, ref.tip, lambda: self.open_window(ref, self.task, root))


def _what_arrived(prover: Prover, hit: Hit) -> Delta:
    """The change as it was made there, with what of it had been there before."""
    made = {change.path: change for change in hit.ends.delta}
    if hit.proven.partly_absorbed:
        made = {change.path: change for change in prover.recorded_delta() or ()} | made
    return tuple(made.values())


def _distinct(refs: Sequence[SearchRef]) -> list[SearchRef]:
    """The refs with each tip once: the first that has it."""
    by_tip: dict[str, SearchRef] = {}
    for ref in refs:
        by_tip.setdefault(ref.tip, ref)
    return list(by_tip.values())
