"""Looks for many branches in one target at once: one walk of history, and one reading of what its commits changed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from okstra_git.fs.outside import read_gits
from okstra_git.git.binary import GitFailed
from okstra_git.git.commit_graph import read_graph
from okstra_git.git.diffs import Delta
from okstra_git.git.objects import MissingObject, tree_of
from okstra_git.git.repo import Git
from okstra_git.reconcile.branch_groups import find_groups
from okstra_git.reconcile.branch_landings import BranchLanding, LandingSearch
from okstra_git.reconcile.branch_parts import BranchParts, read_parts
from okstra_git.reconcile.presence import presence
from okstra_git.reconcile.target_line import BranchRange, Floor, TargetLine
from okstra_git.reconcile.visits import Visits, read_visits

LONGEST_HISTORY = 2_000_000
"""Commits of which parents are read; more than any project has."""

SHALLOW = "the clone is shallow, and history that would tell is not here"
UNRELATED = "it has no history in common with the target"


@dataclass
class BranchSearch:
    """Branches, by their tips, and one target; `limit` is how many commits are looked through for one of them."""

    git: Git
    target: str
    tips: Sequence[str]
    limit: int

    def landings(self) -> dict[str, BranchLanding]:
        """What became of each branch; refuses (`MissingObject`) where the target's history cannot be read."""
        ranges = {tip: self.line.range_of(tip) for tip in dict.fromkeys(self.tips)}
        early = {tip: answer for tip, branch in ranges.items() if (answer := self._at_once(branch)) is not None}
        parts, unreadable = self._parts([branch for tip, branch in ranges.items() if tip not in early])
        settled = {each.branch.tip: self._without_search(each) for each in parts}
        open_parts = [each for each in parts if settled[each.branch.tip] is None]
        known = {tip: answer for tip, answer in settled.items() if answer is not None}
        return {**early, **unreadable, **known, **self._search(open_parts)}

    @cached_property
    def line(self) -> TargetLine:
        """The target, in a graph with all of the branches."""
        graph = read_graph(self.git, [self.target, *self.tips], limit=LONGEST_HISTORY)
        return TargetLine(self.git, graph, self.target)

    @cached_property
    def _cuts(self) -> frozenset[str]:
        """Commits of which a shallow clone does not have the parents."""
        if not self.git.is_shallow:
            return frozenset()
        return frozenset(os.fsdecode(read_gits(self.git.common_dir / "shallow") or b"").split())

    def _at_once(self, branch: BranchRange) -> BranchLanding | None:
        """The answer where the shape of history gives it."""
        if branch.tip == self.target:
            return BranchLanding("landed", "ancestor", branch.tip, reason="it is where the target is")
        if branch.base is None and (self._cuts or not self.line.graph.complete):
            return BranchLanding("unknown", reason=SHALLOW if self._cuts else self._too_long, lost=branch.own)
        if branch.base is None and branch.entry is None:
            return BranchLanding("not", reason=UNRELATED, lost=branch.own)
        return None

    @property
    def _too_long(self) -> str:
        return f"more than {self.limit:,} commits of the target would have to be looked through"

    def _parts(self, branches: Sequence[BranchRange]) -> tuple[list[BranchParts], dict[str, BranchLanding]]:
        """The parts of those branches that can be read, and why the others cannot."""
        try:
            return read_parts(self.git, branches), {}
        except (MissingObject, GitFailed) as failed:
            if len(branches) == 1:
                return [], {branches[0].tip: BranchLanding("unknown", reason=failed.message, lost=branches[0].own)}
        middle = len(branches) // 2
        (some, failed_some), (rest, failed_rest) = self._parts(branches[:middle]), self._parts(branches[middle:])
        return [*some, *rest], {**failed_some, **failed_rest}

    def _without_search(self, parts: BranchParts) -> BranchLanding | None:
        """The answer where no commit of the target has to be looked at."""
        branch = parts.branch
        if branch.entry is not None and self._is_whole(parts.whole.delta):
            return BranchLanding("landed", "ancestor", self.line.line[branch.entry])
        if branch.entry is None and not parts.whole.delta:
            return BranchLanding("unknown", reason="it changes nothing that could be found", lost=branch.own)
        return None

    @cached_property
    def _tree(self) -> str:
        return tree_of(self.git, self.target)

    def _is_whole(self, delta: Delta) -> bool:
        try:
            return all(presence(self.git, change, self._tree) == "in" for change in delta)
        except MissingObject:
            return False

    def _search(self, open_parts: Sequence[BranchParts]) -> dict[str, BranchLanding]:
        """The answers where the target's commits have to be looked at, which are read for all of them at once."""
        floors = {each.branch.tip: self.line.floor_of(each.branch.base) for each in open_parts}
        near = {tip for tip, floor in floors.items() if self.line.count_above(floor.place) <= self.limit}
        searched = [each for each in open_parts if each.branch.tip in near]
        answers = {
            each.branch.tip: BranchLanding("unknown", reason=self._too_long, lost=each.branch.own)
            for each in open_parts
            if each.branch.tip not in near
        }
        try:
            visits = self._visits(searched, min((floors[tip].place for tip in near), default=0))
        except GitFailed as failed:
            return {each.branch.tip: BranchLanding("unknown", reason=failed.message) for each in open_parts}
        searches = [self._search_of(visits, each, floors[each.branch.tip]) for each in searched]
        for search in searches:
            answers[search.parts.branch.tip] = self._judged(search, floors[search.parts.branch.tip])
        missing = [search for search in searches if answers[search.parts.branch.tip].state in ("not", "partly")]
        return answers | find_groups(missing)

    def _visits(self, parts: Sequence[BranchParts], place: int) -> Visits:
        deltas = [part.delta for each in parts for part in (each.whole, *each.single)]
        return read_visits(self.line, place, {change.path for delta in deltas for change in delta})

    @staticmethod
    def _search_of(visits: Visits, parts: BranchParts, floor: Floor) -> LandingSearch:
        entry = parts.branch.entry
        return LandingSearch(visits, parts, floor if entry is None else Floor(entry))

    def _judged(self, search: LandingSearch, floor: Floor) -> BranchLanding:
        """The answer about one branch; in a shallow clone only a yes is certain."""
        answer = search.answer()
        if answer.state == "landed" or not self._is_cut(search.parts.branch, floor):
            return answer
        return BranchLanding("unknown", reason=SHALLOW, lost=answer.lost)

    def _is_cut(self, branch: BranchRange, floor: Floor) -> bool:
        """Whether a cut of the clone is among the branch's commits, or those of the target since it began."""
        entries = self.line.entries
        return any(cut in branch.own or entries.get(cut, -1) > floor.place for cut in self._cuts)
