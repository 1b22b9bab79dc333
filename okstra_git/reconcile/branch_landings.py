"""Whether branches have landed in a target, by their content, with nothing on record about them.

A branch is one range, from the commit of the target it stands on to its tip. It has landed when all of it is in the
target and none of it was taken out again: by its own commits, as one change wherever its files were touched, or commit
by commit. What is not proven has not landed; what cannot be looked at to its end is `unknown`.

Example: `topic` is A-B on main's M. main went on with X, then S, which is A and B squashed: S alone touches the files
of `topic` and nothing else, it grows them by as much, and putting A-B on X gives the very tree of S. So `topic` landed
at S by `squash`. Had somebody reverted S since, and nothing else been found, it would be `reverted`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import Change, Delta
from okstra_git.git.history import find_commit
from okstra_git.git.objects import EMPTY_TREE, MissingObject
from okstra_git.reconcile.branch_parts import BranchPart, BranchParts, prover_of
from okstra_git.reconcile.locate import SECOND_OPINIONS, adds_nothing
from okstra_git.reconcile.presence import Former, Presence, Side, Stop, is_followed, presence
from okstra_git.reconcile.proofs import Ends
from okstra_git.reconcile.target_line import Floor, TargetLine
from okstra_git.reconcile.visits import Stretch, Visits

State = Literal["landed", "partly", "not", "reverted", "unknown"]
How = Literal["ancestor", "rebased", "squash", "group"]

TAKEN_OUT = "it was there, and was taken out again"


@dataclass(frozen=True)
class BranchLanding:
    """What became of a branch in a target, and the commit there that shows it.

    `of` counts the commits that are there, of those that change anything, where they were looked for one by one. `lost`
    are the branch's commits that the target does not have by themselves or as a change.
    """

    state: State
    how: How | None = None
    at: str | None = None
    of: tuple[int, int] | None = None
    reason: str = ""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Found:
    """A part in the target: where, and whether it is still there."""

    stretch: Stretch
    is_kept: bool


@dataclass
class LandingSearch:
    """Looks for one branch in a target; `floor` is what the target had before the branch could land."""

    visits: Visits
    parts: BranchParts
    floor: Floor
    _presences: dict[Change, Presence] = field(default_factory=dict)

    def answer(self) -> BranchLanding:
        """What became of the branch; where objects are missing, that this is not known."""
        try:
            return self._by_content() if self.parts.branch.entry is None else self._by_own_commits()
        except (MissingObject, GitFailed) as failed:
            return BranchLanding("unknown", reason=failed.message)

    @property
    def paths(self) -> frozenset[bytes]:
        """The files that the branch as a whole changes."""
        return frozenset(change.path for change in self.parts.whole.delta)

    def lasts_as(self, stretch: Stretch) -> bool:
        """Whether commits of the target are proven to be the whole branch, and still there."""
        try:
            proven = prover_of(self.visits.git, self.parts.whole).prove(self._ends(stretch), second_opinion=False)
            if proven is None or proven.partly_absorbed:
                return False
            return self._is_kept(stretch.last, stretch.delta, [part.delta for part in self.parts.single])
        except (MissingObject, GitFailed):
            return False

    # --- by its own commits

    def _by_own_commits(self) -> BranchLanding:
        """The target has the very commits; their change may have been taken out, and come again."""
        brought = self.target.line[self.parts.branch.entry or 0]
        if self._is_kept(brought, self.parts.whole.delta, [part.delta for part in self.parts.single]):
            return BranchLanding("landed", "ancestor", brought)
        again = self._by_content()
        if again.state == "landed":
            return again
        return BranchLanding("reverted", "ancestor", brought, reason=TAKEN_OUT)

    # --- by content

    def _by_content(self) -> BranchLanding:
        whole = self._find(self.parts.whole)
        if whole is not None and whole.is_kept:
            return BranchLanding("landed", self._how(whole.stretch), whole.stretch.last)
        found = self._find_singles(whole)
        kept = [commit for commit, single in found.items() if single.is_kept]
        answer = BranchLanding("not", of=(len(kept), len(self.parts.single)), lost=self._lost(kept))
        newest = max((found[commit].stretch.last for commit in kept), key=self._order, default=None)
        if kept and len(kept) == len(self.parts.single) and self._merges_add_nothing():
            return BranchLanding("landed", "rebased", newest)
        gone = [single.stretch.last for single in (*found.values(), *filter(None, [whole])) if not single.is_kept]
        if kept:
            return replace(answer, state="partly", how="rebased", at=newest, reason=_partly(gone, self.parts.merges))
        if gone:
            return replace(answer, state="reverted", at=max(gone, key=self._order), reason=TAKEN_OUT)
        return self._near(answer)

    def _find_singles(self, whole: _Found | None) -> dict[str, _Found]:
        """The commits of the branch that are in the target, by themselves or squashed with neighbours."""
        single = self.parts.single
        if len(single) == 1 and single[0].delta == self.parts.whole.delta:
            return {single[0].head: whole} if whole is not None else {}
        found = {part.head: place for part in single if (place := self._find(part)) is not None}
        for row in self.parts.in_a_row():
            if not any(commit in found and found[commit].is_kept for commit in row.commits):
                place = self._find(row)
                found |= dict.fromkeys(row.commits, place) if place is not None else {}
        return found

    def _find(self, part: BranchPart) -> _Found | None:
        """Where a part is in the target: where it lasts, else where it came last."""
        lost: _Found | None = None
        for stretch in self._proven(part):
            single = [] if part is not self.parts.whole else [each.delta for each in self.parts.single]
            if self._is_kept(stretch.last, _with_absorbed(stretch.delta, part.delta), single):
                return _Found(stretch, is_kept=True)
            lost = lost or _Found(stretch, is_kept=False)
        return lost

    def _proven(self, part: BranchPart) -> Iterator[Stretch]:
        """Where the part is proven to be: as a whole, else as git itself merges it, else what was left to do of it."""
        if not part.delta:
            return
        prover = prover_of(self.visits.git, part)
        missed: list[Stretch] = []
        is_proven = False
        for stretch in self.visits.may_be(part, self.floor):
            if prover.prove(self._ends(stretch), second_opinion=False):
                is_proven = True
                yield stretch
            else:
                missed.append(stretch)
        if is_proven:
            return
        again = missed if len(missed) <= SECOND_OPINIONS else []
        yield from (each for each in again if prover.prove(self._ends(each), second_opinion=True))
        if any(self._at_tip(change) == "out" for change in part.delta):
            return
        partial = self.visits.may_complete(part, self.floor)
        yield from (each for each in partial if prover.prove(self._ends(each), second_opinion=False))

    def _ends(self, stretch: Stretch) -> Ends:
        below = next(iter(self.target.graph.parents[stretch.first]), None)
        trees = (self._tree(below) if below is not None else EMPTY_TREE), self._tree(stretch.last)
        return Ends(*trees, stretch.delta, steps=1 if stretch.first == stretch.last else 2)

    def _how(self, stretch: Stretch) -> How:
        """One commit for several is a squash, if it makes all of the change itself."""
        is_one = stretch.first == stretch.last and len(self.target.graph.parents[stretch.last]) < 2
        is_whole = len(stretch.delta) == len(self.parts.whole.delta)
        return "squash" if is_one and is_whole and len(self.parts.single) > 1 else "rebased"

    # --- whether it lasts

    def _is_kept(self, commit: str, changes: Delta, single: Sequence[Delta]) -> bool:
        """Whether nothing took the changes out since the commit, nor the change of a single commit that it had."""
        if all(self._at_tip(change) == "in" for change in changes):
            return True
        paths = {change.path for delta in (changes, *single) for change in delta}
        brought = self.visits.tree(self.target.line[self.target.entries[commit]])
        watched = [changes, *(self._had(delta, brought) for delta in single if len(single) > 1)]
        former, tip = self._former(commit), self._tree(self.target.target)
        return all(
            is_followed(self.visits.git, delta, self._stops(commit, paths), former, tip, may_be_removed=True)
            for delta in watched
            if delta
        )

    def _at_tip(self, change: Change) -> Presence:
        """How much of a change the target has now."""
        if change not in self._presences:
            tip = self._tree(self.target.target)
            self._presences[change] = presence(self.visits.git, change, tip)
        return self._presences[change]

    def _had(self, delta: Delta, tree: str) -> Delta:
        """What of a single commit's change is in a tree: later commits of the branch may have gone on from it."""
        return tuple(change for change in delta if presence(self.visits.git, change, tree) == "in")

    def _stops(self, commit: str, paths: Collection[bytes]) -> Iterator[Stop]:
        """The line from what brought the commit, as far as it touches the paths."""
        place = self.target.entries[commit]
        brought = self.target.line[place]
        visits = self.visits.on_line(paths, Floor(place - 1))
        if not visits or visits[0][0] != brought:
            yield Stop(self._tree(brought), ())
        for each, delta in visits:
            yield Stop(self._tree(each), delta)

    def _former(self, commit: str) -> Former:
        place = self.target.entries[commit]

        def sides(path: bytes) -> list[Side]:
            changes = [each for delta in self.visits.before(path, place) for each in delta if each.path == path]
            return [(change.old_mode, change.old) for change in changes]

        return sides

    # --- what else can be said

    def _merges_add_nothing(self) -> bool:
        commits = [find_commit(self.visits.git, merge) for merge in self.parts.merges]
        return all(merge is not None and adds_nothing(self.visits.git, merge) for merge in commits)

    def _lost(self, kept: Collection[str]) -> tuple[str, ...]:
        return tuple(part.head for part in self.parts.single if part.head not in kept)

    def _near(self, answer: BranchLanding) -> BranchLanding:
        """The answer with what comes closest to the change, for a person to look at."""
        delta = self.parts.whole.delta
        paths = {change.path for change in delta}
        visitors = self.visits.of(paths, self.floor)
        if visitors and all(self._at_tip(change) == "in" for change in delta):
            newest = visitors[-1][0]
            return replace(
                answer, state="partly", at=newest, reason=f"all of it is there, but with more: see {newest[:10]}"
            )
        near = next((commit for commit, made in reversed(visitors) if self._is_near(commit, made, paths)), None)
        return replace(answer, reason=f"{near[:10]} touches all of its files and makes another change" if near else "")

    def _is_near(self, commit: str, made: Delta, paths: Collection[bytes]) -> bool:
        """Whether the commit touches every file of the branch, and is somebody's of the branch or called like it."""
        if not {change.path for change in made}.issuperset(paths):
            return False
        here = find_commit(self.visits.git, commit)
        own = [find_commit(self.visits.git, part.head) for part in self.parts.single]
        return here is not None and any((mine and (mine.email, mine.subject) == (here.email, here.subject)) or
                                        (mine and mine.subject in here.subject) for mine in own)  # fmt: skip

    @property
    def target(self) -> TargetLine:
        """The target."""
        return self.visits.target

    def _order(self, commit: str) -> int:
        return self.target.order[commit]

    def _tree(self, commit: str) -> str:
        return self.visits.tree(commit)


def _with_absorbed(made: Delta, whole: Delta) -> Delta:
    """What arrived: as it was made there, with what of the change had been there before."""
    return tuple(({change.path: change for change in whole} | {change.path: change for change in made}).values())


def _partly(gone: Sequence[str], merges: Sequence[str]) -> str:
    if gone:
        return TAKEN_OUT
    return "a merge on it adds changes of its own" if merges else ""
