"""Where a recorded change has arrived in branches that work is merged into, and whether it is still there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import ABSENT, NO_MODE, SUBMODULE, Change, Delta
from okstra_git.git.file_changes import merge_sides
from okstra_git.git.history import find_commit, is_whole_above
from okstra_git.git.objects import MissingObject, find_entry, has_object
from okstra_git.git.repo import Git
from okstra_git.reconcile.locate import Hit, locate
from okstra_git.reconcile.proofs import Prover
from okstra_git.reconcile.scope import SearchRef, SearchScope
from okstra_git.reconcile.segments import CommitStep
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


MAX_LOOKS = 2_000
"""Files looked at on the way from where a change arrived to the tip; more than that proves nothing."""

MAX_VERSIONS = 32
"""Earlier versions of a file that are compared with."""

Side = tuple[str, str]
"""A file's mode and blob."""

NOTHING: Side = (NO_MODE, ABSENT)

Presence = Literal["in", "out", "altered"]
"""A file's part of a change: all of it there; all of it taken out; else somebody went on from there."""


def is_whole(git: Git, changes: Delta, tip: str) -> bool:
    """Whether the tip has all of the change: making it once more would make no difference."""
    return _presences(git, changes, tip) == {"in"}


def is_gone(git: Git, changes: Delta, tip: str) -> bool:
    """Whether the tip has nothing of the change: undoing it would make no difference."""
    return _presences(git, changes, tip) == {"out"}


def is_kept(git: Git, changes: Delta, arrived: str, tip: str, open_window: Callable[[], Window]) -> bool:
    """Whether a change that arrived with the commit `arrived` is still there at the tip.

    It is when the tip has all of it. Otherwise each commit of the branch since then is looked at that touched one of
    its files: others may have gone on from there, but none may have taken a whole file's part of it out. `git revert`
    is seen so, whatever was done to the files afterwards, and so is a merge that brought the commit and not its files
    (`-s ours`). Taken out means that a file is, where the change was, again as it was at any time before: whoever
    reverts a merge of several stages takes more back than one of them. A file that was moved as it was counts as there.
    What cannot be read, or takes too long, does not count as kept.
    """
    try:
        if is_whole(git, changes, tip):
            return True
        window = open_window()
        return window.complete and _followed(window, changes, arrived)
    except MissingObject:
        return False


def _presences(git: Git, changes: Delta, tip: str) -> set[Presence]:
    facts = find_commit(git, tip)
    if facts is None:
        raise MissingObject(f"the commit {tip} cannot be read", hint="run 'git fsck'", object=tip)
    return {presence(git, change, facts.tree) for change in changes}


def presence(git: Git, change: Change, tree: str) -> Presence:
    """How much of one file's change a tree has; refuses (`MissingObject`) where that cannot be read."""
    here = find_entry(git, tree, change.path) or NOTHING
    for mode, blob in ((change.old_mode, change.old), (change.new_mode, change.new), here):
        if mode not in (NO_MODE, SUBMODULE) and not has_object(git, blob):
            raise MissingObject(f"the object {blob} cannot be read", hint="fetch it", object=blob)
    if merge_sides(git, change, *here) == here:
        return "in"
    return "out" if _is_undone(git, change, here, (change.old_mode, change.old)) else "altered"


def _is_undone(git: Git, change: Change, here: Side, before: Side) -> bool:
    """Whether going from what the change made back to what was before makes no difference here; nor is there a file
    that could hold any of it."""
    if here == NOTHING and change.new != ABSENT:
        return True
    return merge_sides(git, Change(change.path, change.new_mode, before[0], change.new, before[1]), *here) == here


def _followed(window: Window, changes: Delta, arrived: str) -> bool:
    chain = _since(window, arrived)
    watched = {change.path: change for change in changes}
    if not chain or not _was_brought(window.git, chain[0], watched):
        return False
    looks = 0
    for step in chain[1:]:
        for moved in (moved for moved in step.delta if moved.path in watched):
            looks += 1
            if looks > MAX_LOOKS:
                return False
            if _was_taken(window, watched[moved.path], step, chain[0]):
                if not _was_moved(moved, step.delta):
                    return False
                del watched[moved.path]
    return True


def _was_taken(window: Window, change: Change, step: CommitStep, brought: CommitStep) -> bool:
    """Whether a file is again as it was at any time before the change was brought."""
    part = presence(window.git, change, step.facts.tree)
    if part != "altered":
        return part == "out"
    here = find_entry(window.git, step.facts.tree, change.path) or NOTHING
    deltas = [visitor.delta for visitor in window.visitors(change.path) if visitor.position <= brought.position]
    sides = dict.fromkeys(
        (other.old_mode, other.old) for delta in deltas for other in delta if other.path == change.path
    )
    sides.pop((change.new_mode, change.new), None)
    return any(_is_undone(window.git, change, here, side) for side in _some(list(sides)))


def _some(sides: list[Side]) -> list[Side]:
    """The oldest and the newest; who takes back goes to one of the ends."""
    return sides if len(sides) <= MAX_VERSIONS else [*sides[: MAX_VERSIONS // 2], *sides[-MAX_VERSIONS // 2 :]]


def _since(window: Window, arrived: str) -> list[CommitStep]:
    """The branch's own line, oldest first, from the commit that brought `arrived` to the tip."""
    holding: set[str] = set()
    for step in window.steps:
        if step.facts.oid == arrived or not holding.isdisjoint(step.facts.parents):
            holding.add(step.facts.oid)
    line: list[CommitStep] = []
    below = window.find(window.tip)
    while below is not None and below.facts.oid in holding:
        line.append(below)
        below = window.find(below.parent)
    return line[::-1]


def _was_brought(git: Git, brought: CommitStep, watched: dict[bytes, Change]) -> bool:
    """Whether the commit by which the branch got the change really brought it, in the files as it left them.

    Where a merge was resolved by hand, a file need not be as recorded; but the merge must have touched it.
    """
    touched = {change.path for change in brought.delta}
    for path, change in watched.items():
        part = presence(git, change, brought.facts.tree)
        if part == "out" or (part == "altered" and path not in touched):
            return False
    return True


def _was_moved(removed: Change, delta: Sequence[Change]) -> bool:
    """Whether a file that went came back in the same commit, as it was, under another name."""
    if removed.new != ABSENT:
        return False
    return any(change.old == ABSENT and change.new == removed.old for change in delta)
