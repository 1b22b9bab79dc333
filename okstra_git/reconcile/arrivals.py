"""Where a recorded change is in the branches that work is merged into, and whether it is still there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Delta
from okstra_git.git.history import find_commit, is_whole_above
from okstra_git.git.objects import MissingObject
from okstra_git.reconcile.locate import Hit, locate
from okstra_git.reconcile.places import Home, Places
from okstra_git.reconcile.presence import is_kept
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.windows import Window
from okstra_git.records.handoff import Arrival
from okstra_git.records.states import Task

LookIn = Callable[[Window], Sequence[Hit]]
"""Finds the proven ranges of a window; more than one are rivals."""

OpenWindow = Callable[[Home, Task, str | None], Window]
"""Opens the stretch of a branch since its history parted from that of a commit."""


@dataclass(frozen=True)
class Arrived:
    """A change in a target: the commit there that completed it, and how it was recognised.

    `is_there` is False where it was taken out again, or where that cannot be ruled out.
    """

    target: Home
    commit: str
    how: Arrival
    is_there: bool = True


@dataclass(frozen=True)
class Arrivals:
    """Looks for recorded changes of one task in targets; `outside` are commits known to be in none of them."""

    places: Places
    task: Task
    open_window: OpenWindow
    limit: int
    outside: frozenset[str] = frozenset()

    def find(
        self, prover: Prover, targets: Sequence[Home], root: str | None, look_in: LookIn | None = None
    ) -> Arrived | None:
        """The first target that has the prover's range and still holds it; else one that had it; else None.

        `look_in` knows more of the range than its content, which is what is looked for without it. `root` is the commit
        above which the range can have arrived. A range that is found twice in a target, or in a stretch of history that
        cannot be read to its end, is not found. An empty one is nowhere.
        """
        if prover.recorded.is_empty:
            return None
        lost: Arrived | None = None
        for home in _distinct(targets):
            found = self._find_in(prover, home, targets, root, look_in or (lambda window: locate(window, prover)))
            if found is not None and found.is_there:
                return found
            lost = lost or found
        return lost

    def _find_in(
        self, prover: Prover, home: Home, targets: Sequence[Home], root: str | None, look_in: LookIn
    ) -> Arrived | None:
        head = prover.recorded.head
        if head not in self.outside and self.places.contains(home.tip, head):
            changes = prover.recorded_delta()
            return self._checked(Arrived(home, head, "ancestor"), changes, targets, root) if changes else None
        if root is not None and (not find_commit(self.places.git, root) or not self.places.fork(home.tip, root)):
            return None
        hit = self._only_hit(look_in, home, root)
        if hit is None or hit.proven.rung == "restored":
            return None
        found = Arrived(home, hit.span.last.facts.oid, hit.proven.rung)
        return self._checked(found, _what_arrived(prover, hit), targets, root)

    def _only_hit(self, look_in: LookIn, home: Home, root: str | None) -> Hit | None:
        window = self.open_window(home, self.task, root)
        if not window.steps or not window.complete:
            return None
        try:
            hits = look_in(window)
        except (MissingObject, GitFailed):
            return None
        whole = len(hits) == 1 and is_whole_above(self.places.git, [home.tip], root, limit=self.limit)
        return hits[0] if whole else None

    def _checked(self, found: Arrived, changes: Delta, targets: Sequence[Home], root: str | None) -> Arrived:
        """A branch and its upstream are one place: what either has and took out again is not there."""
        twins = [home for home in self.places.twins(found.target, targets) if self._has(home, found.commit)]
        kept = all(self.is_kept(found, home, changes, root) for home in (found.target, *twins))
        return replace(found, is_there=kept)

    def _has(self, home: Home, commit: str) -> bool:
        return self.places.contains(home.tip, commit)

    def keeps(self, home: Home, prover: Prover, hit: Hit, root: str | None) -> bool:
        """Whether a target that has the prover's range as `hit` still has all of it: nothing of it was taken out."""
        changes, arrived = _what_arrived(prover, hit), hit.span.last.facts.oid
        return is_kept(self.places.git, changes, arrived, home.tip, lambda: self.open_window(home, self.task, root))

    def is_kept(self, found: Arrived, home: Home, changes: Delta, root: str | None) -> bool:
        """Whether nothing took the changes out of the home again since they arrived."""
        return is_kept(
            self.places.git, changes, found.commit, home.tip, lambda: self.open_window(home, self.task, root)
        )


def _what_arrived(prover: Prover, hit: Hit) -> Delta:
    """The change as it was made there, with what of it had been there before."""
    made = {change.path: change for change in hit.ends.delta}
    if hit.proven.partly_absorbed:
        made = {change.path: change for change in prover.recorded_delta() or ()} | made
    return tuple(made.values())


def _distinct(homes: Sequence[Home]) -> list[Home]:
    """The homes with each tip once: the first that has it."""
    found: dict[str, Home] = {}
    for home in homes:
        found.setdefault(home.tip, home)
    return list(found.values())
