"""Whether two ranges are the same change, by the rungs that follow recorded stages (`proofs`), asked both ways.

Nothing but these rungs says yes. The old range is taken for the recorded one and the new one for where it may be, and
the other way round; one proof is enough. What one of them calls partly absorbed is not the same: a part of the change
was in the other base already. Two ranges that change nothing prove nothing about each other.

A no is said only of what could be read: where a file of either side is missing or too large to be merged, nobody can
say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from okstra_git.git.damage import find_unreadable
from okstra_git.git.diffs import ABSENT, SUBMODULE, Change, Delta, by_path
from okstra_git.git.file_changes import is_text_too_large
from okstra_git.git.objects import MissingObject, find_entry
from okstra_git.git.repo import Git
from okstra_git.reconcile.proofs import Ends, Proven, Prover, RecordedDeltas
from okstra_git.records.stage import Proof, RangeFingerprint

DifferenceKind = Literal["only-old", "only-new", "changed", "in-new-base", "in-old-base", "partly-in-base"]
"""How the two changes differ at a path: one of them leaves it alone; both change it, otherwise; or a base has all or
part of the other's change already."""


class Difference(NamedTuple):
    """A path at which two changes differ, and what each of them does there."""

    path: bytes
    kind: DifferenceKind
    old: Change | None
    new: Change | None


@dataclass(frozen=True)
class Comparison:
    """The verdict on two ranges: same is None where it cannot be said; `proof` is the rung behind a yes."""

    same: bool | None
    reason: str
    proof: Proof | None = None
    differs: tuple[Difference, ...] = ()


def compare_ranges(
    git: Git, old: RangeFingerprint, new: RangeFingerprint, *, known: RecordedDeltas | None = None
) -> Comparison:
    """Whether the two ranges make the same change, and else what differs, path by path.

    `known` spares reading the changes of many ranges one by one.
    """
    if old.is_empty and new.is_empty:
        return Comparison(None, "both change nothing, and nothing is never proof of nothing")
    known = known or RecordedDeltas(git, [old, new])
    deltas = known.find(old), known.find(new)
    pairs = ((old, new, deltas[1]), (new, old, deltas[0]))
    ways = [_Way(git, recorded, other, known, delta) for recorded, other, delta in pairs if delta is not None]
    proven = [yes for way in ways if (yes := way.proven) is not None]
    whole = [yes for yes in proven if not yes.partly_absorbed]
    if whole and len(whole) == len(proven):
        return Comparison(True, _why_same(whole[0].rung, old, new), whole[0].rung)
    if deltas[0] is None or deltas[1] is None:
        return Comparison(None, "files of one of the changes are not in this clone")
    here, there = ways
    if (why := _unreadable(git, (old, deltas[0]), (new, deltas[1]))) is not None:
        return Comparison(None, why)
    differs = _differences(here, there, by_path(deltas[0]), by_path(deltas[1]))
    if differs and all(_is_too_large(git, difference) for difference in differs):
        return Comparison(None, "a file is too large to be compared line by line", differs=differs)
    return Comparison(False, _why_not(old, new, differs, is_partly=bool(proven)), differs=differs)


@dataclass(frozen=True)
class _Way:
    """One direction: `recorded` is the change that is asked for, `candidate` where it may be made."""

    git: Git
    recorded: RangeFingerprint
    candidate: RangeFingerprint
    known: RecordedDeltas
    delta: Delta

    @property
    def _prover(self) -> Prover:
        return Prover(self.git, self.recorded, self.known)

    @property
    def _ends(self) -> Ends:
        steps = max(1, self.candidate.commits)
        return Ends(self.candidate.base_tree, self.candidate.head_tree, self.delta, steps)

    @property
    def proven(self) -> Proven | None:
        return self._prover.prove(self._ends, second_opinion=True)

    def unmade_paths(self) -> set[bytes]:
        """Paths at which the candidate does not make exactly the recorded change."""
        return set(self._prover.differing_paths(self._ends))

    def absorbed_paths(self) -> set[bytes]:
        """Paths at which a part of the recorded change was in the candidate's base already."""
        return set(self._prover.absorbed_paths(self._ends))


def _why_same(rung: Proof, old: RangeFingerprint, new: RangeFingerprint) -> str:
    if rung == "same-tree":
        return "both begin with the same files and end with the same files"
    if rung == "same-delta":
        return "both change the same files from and to the same contents"
    if rung == "squash":
        many, one = ("old", "new") if old.commits > new.commits else ("new", "old")
        return f"all {max(old.commits, new.commits)} commits of {many} are one commit in {one}"
    return "the one change on the base of the other gives exactly its files, and is all that was made there"


def _why_not(old: RangeFingerprint, new: RangeFingerprint, differs: Sequence[Difference], *, is_partly: bool) -> str:
    if old.is_empty or new.is_empty:
        return f"{'old' if old.is_empty else 'new'} changes nothing"
    if is_partly:
        return "a part of the one change was in the base of the other already"
    return "1 file differs" if len(differs) == 1 else f"{len(differs)} files differ"


def _differences(
    here: _Way, there: _Way, old: Mapping[bytes, Change], new: Mapping[bytes, Change]
) -> tuple[Difference, ...]:
    unmade, unmade_back = here.unmade_paths(), there.unmade_paths()
    absorbed = here.absorbed_paths() | there.absorbed_paths()
    found: list[Difference] = []
    for path in sorted({*old, *new}):
        kind: DifferenceKind | None = None
        if path not in new:
            kind = "only-old" if path in unmade else "in-new-base"
        elif path not in old:
            kind = "only-new" if path in unmade_back else "in-old-base"
        elif path in unmade and path in unmade_back:
            kind = "changed"
        elif path in absorbed:
            kind = "partly-in-base"
        if kind is not None:
            found.append(Difference(path, kind, old.get(path), new.get(path)))
    # by single files they would be the same, but not as trees: git's own merge, which knows renames, disagrees
    return tuple(found) or tuple(
        Difference(path, "changed", old.get(path), new.get(path)) for path in sorted(old) if old[path] != new.get(path)
    )


def _unreadable(git: Git, *sides: tuple[RangeFingerprint, Delta]) -> str | None:
    """Why a no would be a guess: a file that is missing, or that is too large to be merged line by line."""
    try:
        files = {file for _, delta in sides for change in delta for file in _files(change)}
        files |= set(_files_in_bases(git, *sides))
    except MissingObject as missing:
        return missing.message
    gone = next(find_unreadable(git, sorted(files)), None)
    return f"the object {gone[:10]}, a file of one of the changes, is missing or damaged here" if gone else None


def _is_too_large(git: Git, difference: Difference) -> bool:
    """Whether both change the file, and only its size kept it from being merged."""
    return difference.kind == "changed" and any(
        is_text_too_large(git, file) for change in (difference.old, difference.new) if change for file in _files(change)
    )


def _files(change: Change) -> Iterable[str]:
    sides = ((change.old_mode, change.old), (change.new_mode, change.new))
    return (blob for mode, blob in sides if blob != ABSENT and mode != SUBMODULE)


def _files_in_bases(git: Git, *sides: tuple[RangeFingerprint, Delta]) -> Iterable[str]:
    """What each base has at the paths that only the other change touches."""
    (one, ours), (other, theirs) = sides
    for base, here, elsewhere in ((one.base_tree, ours, theirs), (other.base_tree, theirs, ours)):
        for path in by_path(elsewhere).keys() - by_path(here).keys():
            entry = find_entry(git, base, path)
            if entry is not None and entry[0] != SUBMODULE:
                yield entry[1]
