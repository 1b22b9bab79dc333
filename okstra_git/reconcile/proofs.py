"""The ladder that says whether a range is the recorded change, cheapest rung first, as pure questions.

Only content proves. A range with the recorded trees, or with the recorded delta, needs no more. Where upstream worked
on a file of the change, the blobs are others, and the recorded change is replayed: put on the new base it has to give
the new head, and undone at the new head the new base.

Example: recorded is line 5 of `a` from x to y; upstream edited line 1. On the new base the change gives exactly the
new `a`, and undoing it there gives upstream's: `replay`. If line 9 was part of the change as well, and upstream had
made that already, the change on the new base would still give the new `a`; but undone there it takes line 9 from what
was upstream's: part of it had arrived before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okstra_git.git.binary import GitFailed
from okstra_git.git.diffs import ABSENT, NO_MODE, PATCH_ALGORITHM, Change, Delta, delta_fingerprint, diff_trees
from okstra_git.git.file_changes import line_difference, lines_by_path, merge_sides, merged_difference
from okstra_git.git.history import find_commit
from okstra_git.git.merging import find_merged_tree
from okstra_git.git.objects import MissingObject, find_entry
from okstra_git.git.repo import Git
from okstra_git.records.stage import MoveEvidence, Proof, RangeFingerprint
from okstra_git.store.stage_ranges import fingerprint_ranges

READ_TOGETHER = 64

Trees = tuple[str, str]
"""The trees at both ends of a range."""


@dataclass(frozen=True)
class Ends:
    """A candidate range by its trees: before and after, and the exact delta between them; `steps` commits long."""

    base_tree: str
    head_tree: str
    delta: Delta
    steps: int = 1


@dataclass(frozen=True)
class Proven:
    """A yes: by which rung, and whether part of the change had already arrived by another way."""

    rung: Proof
    partly_absorbed: bool = False


class RecordedDeltas:
    """The recorded changes of several ranges, read together with their neighbours, ever more of them at a time."""

    def __init__(
        self, git: Git, ranges: Sequence[RangeFingerprint], known: Mapping[Trees, Delta] | None = None
    ) -> None:
        self._git = git
        self._pairs = list(dict.fromkeys((recorded.base_tree, recorded.head_tree) for recorded in ranges))
        self._places = {pair: place for place, pair in enumerate(self._pairs)}
        self._known: dict[Trees, Delta | None] = dict(known or {})
        self._stride = READ_TOGETHER

    def find(self, recorded: RangeFingerprint) -> Delta | None:
        """The delta of one of the ranges, or None where its trees are gone."""
        wanted = (recorded.base_tree, recorded.head_tree)
        if wanted not in self._known:
            place = self._places[wanted]
            self._known.update(self._read(self._pairs[place : place + self._stride]))
            self._stride *= 4
        return self._known[wanted]

    def _read(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Delta | None]:
        try:
            return dict(zip(pairs, diff_trees(self._git, pairs), strict=True))
        except GitFailed:  # some objects are gone; halving tells the pairs that lack them
            if len(pairs) == 1:
                return {pairs[0]: None}
            half = len(pairs) // 2
            return {**self._read(pairs[:half]), **self._read(pairs[half:])}


class Prover:
    """Answers for one recorded range; `deltas` spares reading recorded changes one by one."""

    def __init__(self, git: Git, recorded: RangeFingerprint, deltas: RecordedDeltas | None = None) -> None:
        self.git = git
        self.recorded = recorded
        self._deltas = deltas or RecordedDeltas(git, [recorded])
        self._lines: list[dict[bytes, int] | None] = []

    def prove(self, ends: Ends, *, second_opinion: bool) -> Proven | None:
        """The first rung that says yes, or None. An empty range on either side proves nothing.

        `second_opinion` asks git's own merge where ours says no: it knows renames, and costs a process.
        """
        if self.recorded.is_empty or not ends.delta:
            return None
        if (ends.base_tree, ends.head_tree) == (self.recorded.base_tree, self.recorded.head_tree):
            return Proven("same-tree")
        if delta_fingerprint(ends.delta) == self.recorded.delta:
            return Proven("same-delta")
        rung: Proof = "squash" if self.recorded.commits > 1 and ends.steps == 1 else "replay"
        absorbed = self._replay(ends)
        if absorbed is not None:
            return Proven(rung, absorbed) if not absorbed or self._git_merges(ends) else None
        if second_opinion and self._same_lines(ends) and self._git_merges(ends) and self._git_undoes(ends):
            return Proven(rung)
        return None

    def _replay(self, ends: Ends) -> bool | None:
        """Whether the recorded change, merged onto the range's base, gives exactly its head: None = no.

        A yes tells (True) whether some of the change was there already, a whole file or some lines of one.
        """
        try:
            return self._replayed(ends)
        except MissingObject:
            return None

    def _replayed(self, ends: Ends) -> bool | None:
        recorded = self.recorded_delta()
        if recorded is None:
            return None
        theirs = {change.path: change for change in ends.delta}
        if not theirs.keys() <= {change.path for change in recorded}:
            return None
        for change in recorded:
            if not self._lands(change, theirs, ends.base_tree):
                return None
        return len(theirs) < len(recorded) or not all(self._makes_all_of(c, theirs[c.path]) for c in recorded)

    def _makes_all_of(self, change: Change, moved: Change) -> bool:
        """Whether undoing the recorded change in the new file gives the file of the new base: all of it was made here.

        Example: recorded are lines 2 and 11; line 2 was upstream already, and the range makes line 11 alone. Undone in
        the new file, both lines go, while the new base has line 2: not all of it was made here.

        Where the undoing meets a conflict although the doing was clean, the lines that came and went decide.
        """
        if change == moved:
            return True
        back = Change(change.path, change.new_mode, change.old_mode, change.new, change.old)
        undone = merge_sides(self.git, back, moved.new_mode, moved.new)
        if undone is not None:
            return undone == (moved.old_mode, moved.old)
        difference = line_difference(self.git, (change,))
        return bool(difference) and difference == line_difference(self.git, (moved,))

    def would_change(self, tree: str) -> dict[bytes, dict[bytes, int]] | None:
        """What the recorded change would still do to a tree: per path that changes, lines added and removed.

        None where it cannot be applied cleanly.
        """
        try:
            return self._what_is_left(tree)
        except MissingObject:
            return None

    def is_absorbed_anywhere(self, tree: str) -> bool:
        """Whether a tree has any of the recorded files in another state than the change began with."""
        return any(self._entry(tree, c.path) != (c.old_mode, c.old) for c in self.recorded_delta() or ())

    def _what_is_left(self, tree: str) -> dict[bytes, dict[bytes, int]] | None:
        recorded = self.recorded_delta()
        if recorded is None:
            return None
        left: dict[bytes, dict[bytes, int]] = {}
        for change in recorded:
            mode, blob = self._entry(tree, change.path)
            merged = merge_sides(self.git, change, mode, blob)
            difference = merged_difference(self.git, change, mode, blob)
            if merged is None or difference is None:
                return None
            if merged != (mode, blob):
                left[change.path] = difference
        return left

    def was_absorbed_in(self, tree: str, ends: Ends) -> bool:
        """Whether what the range leaves out of the recorded change was in this tree already."""
        left = self.would_change(tree)
        return left is not None and left == {c.path: line_difference(self.git, (c,)) for c in ends.delta}

    def _entry(self, tree: str, path: bytes) -> tuple[str, str]:
        return find_entry(self.git, tree, path) or (NO_MODE, ABSENT)

    def _lands(self, change: Change, theirs: Mapping[bytes, Change], base_tree: str) -> bool:
        """Whether one recorded change, applied to the file as it was in the new base, gives the new file."""
        moved = theirs.get(change.path)
        if moved is None:
            mode, blob = self._entry(base_tree, change.path)
            return merge_sides(self.git, change, mode, blob) == (mode, blob)
        return merge_sides(self.git, change, moved.old_mode, moved.old) == (moved.new_mode, moved.new)

    def differing_paths(self, ends: Ends) -> list[bytes]:
        """Paths at which the range does not make exactly the recorded change."""
        recorded = {change.path: change for change in self.recorded_delta() or ()}
        theirs = {change.path: change for change in ends.delta}
        return [path for path in recorded | theirs if not self._lands_at(recorded.get(path), theirs, ends.base_tree)]

    def absorbed_paths(self, ends: Ends) -> list[bytes]:
        """Paths at which all or part of the recorded change was in the range's base already."""
        theirs = {change.path: change for change in ends.delta}
        recorded = [change for change in self.recorded_delta() or () if self._lands_at(change, theirs, ends.base_tree)]
        return [
            change.path
            for change in recorded
            if change.path not in theirs or not self._makes_all_of(change, theirs[change.path])
        ]

    def _lands_at(self, recorded: Change | None, theirs: Mapping[bytes, Change], base_tree: str) -> bool:
        try:
            return recorded is not None and self._lands(recorded, theirs, base_tree)
        except MissingObject:
            return False

    def _git_merges(self, ends: Ends) -> bool:
        """Whether git's own merge agrees; it sees a removed file as half of a rename, which we do not."""
        merged = find_merged_tree(
            self.git, base=self.recorded.base_tree, ours=ends.base_tree, theirs=self.recorded.head_tree
        )
        return merged is not None and merged == ends.head_tree and merged != ends.base_tree

    def _git_undoes(self, ends: Ends) -> bool:
        """Whether git's own merge, undoing the recorded change at the head, gives nothing but the new base's files.

        A conflict is not an answer: a file that was added to a folder which upstream moved cannot be undone by name.
        """
        undone = find_merged_tree(
            self.git, base=self.recorded.head_tree, ours=ends.head_tree, theirs=self.recorded.base_tree
        )
        return undone in (None, ends.base_tree)

    def _same_lines(self, ends: Ends) -> bool:
        """Whether all of the change is in the range, so that nobody has to ask where the rest of it went.

        Lines are counted path by path. Over all paths together a rename with its file's content would count as nothing,
        and a range without it would have "the same lines".
        """
        recorded = self.recorded_delta()
        difference = line_difference(self.git, recorded) if recorded is not None else None
        return difference is not None and difference == line_difference(self.git, ends.delta)

    def recorded_delta(self) -> Delta | None:
        """The recorded change, path by path; None where its trees are gone."""
        return self._deltas.find(self.recorded)

    def recorded_lines(self) -> dict[bytes, int] | None:
        """The lines that the recorded change adds and removes, path by path; None where that is not to be had."""
        if not self._lines:
            delta = self.recorded_delta() if self.recorded.lines_sum is not None else None
            self._lines.append(next(iter(lines_by_path(self.git, [delta]))) if delta is not None else None)
        return self._lines[0]

    def for_commit(self, oid: str) -> "Prover | None":
        """The same questions for one commit against its parent."""
        facts = find_commit(self.git, oid)
        if facts is None or not facts.parents:
            return None
        return Prover(self.git, fingerprint_ranges(self.git, [(facts.parents[0], oid)])[0])

    def evidence(self, ends: Ends, proven: Proven) -> MoveEvidence:
        """What is stored so that anyone can ask the same question again."""
        return MoveEvidence(
            old_base_tree=self.recorded.base_tree,
            old_head_tree=self.recorded.head_tree,
            new_base_tree=ends.base_tree,
            new_head_tree=ends.head_tree,
            partly_absorbed=proven.partly_absorbed,
            judged_by=PATCH_ALGORITHM,
        )


def evidence_between(old: RangeFingerprint, new: RangeFingerprint) -> MoveEvidence:
    """The evidence for a move between two ranges whose prints are both known."""
    return MoveEvidence(
        old_base_tree=old.base_tree,
        old_head_tree=old.head_tree,
        new_base_tree=new.base_tree,
        new_head_tree=new.head_tree,
        judged_by=PATCH_ALGORITHM,
    )
