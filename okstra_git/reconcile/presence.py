"""Whether a change that arrived in a branch is still there, or was taken out again since."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from okstra_git.git.diffs import ABSENT, NO_MODE, SUBMODULE, Change, Delta
from okstra_git.git.file_changes import line_difference, merge_sides
from okstra_git.git.history import find_commit
from okstra_git.git.objects import MissingObject, find_entry, has_object, tree_of
from okstra_git.git.repo import Git
from okstra_git.git.touching import size_of
from okstra_git.reconcile.segments import CommitStep
from okstra_git.reconcile.windows import Window

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
        line = _since(window, arrived) if window.complete else []
        stops = [Stop(step.facts.tree, step.delta) for step in line]
        return is_followed(git, changes, stops, lambda path: _former(window, path, line[0]), tree_of(git, tip))
    except MissingObject:
        return False


def _presences(git: Git, changes: Delta, tip: str) -> set[Presence]:
    facts = find_commit(git, tip)
    if facts is None:
        raise MissingObject(f"the commit {tip} cannot be read", hint="run 'git fsck'", object=tip)
    return {presence(git, change, facts.tree) for change in changes}


def presence(git: Git, change: Change, tree: str) -> Presence:
    """How much of one file's change a tree has; refuses (`MissingObject`) where that cannot be read."""
    return presence_in(git, change, find_entry(git, tree, change.path) or NOTHING)


def presence_in(git: Git, change: Change, here: Side) -> Presence:
    """How much of one file's change a file has that is now `here`; refuses (`MissingObject`) as `presence` does."""
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


class Stop(NamedTuple):
    """A commit on a branch's own line: its tree, and what it changed."""

    tree: str
    delta: Delta


Former = Callable[[bytes], Sequence[Side]]
"""What a file was at any time before a change was brought."""


def is_followed(
    git: Git, changes: Delta, line: Iterable[Stop], former: Former, tip: str, *, may_be_removed: bool = False
) -> bool:
    """Whether a change lasts along a branch's own line, which begins with what brought it, as `is_kept` says.

    Commits that touch none of its files may be left out. A file that was moved is looked at where it is now, in the
    tree of the tip. `may_be_removed`: whoever removes a file that was there before the change does not take that back.
    """
    watched = {change.path: change for change in changes}
    stops = iter(line)
    brought = next(stops, None)
    if brought is None or not _was_brought(git, brought, watched):
        return False
    looks = 0
    for stop in stops:
        for moved in (moved for moved in stop.delta if moved.path in watched):
            looks += 1
            if looks > MAX_LOOKS:
                return False
            if _was_taken(git, watched[moved.path], moved, stop.tree, former):
                name = _new_name(moved, stop.delta)
                change = watched[moved.path]
                is_removed = may_be_removed and moved.new == ABSENT != change.old
                if name is None and not is_removed:
                    return False
                if name is not None and _is_out(git, change, tip, name):
                    return False
                del watched[moved.path]
    return True


def _is_out(git: Git, change: Change, tree: str, name: bytes) -> bool:
    """Whether nothing of the change is in the file that has this name now."""
    here = find_entry(git, tree, name)
    return here is not None and presence_in(git, change, here) == "out"


def _was_taken(git: Git, change: Change, moved: Change, tree: str, former: Former) -> bool:
    """Whether a file is again as it was at any time before the change was brought, or `moved` is the change undone."""
    here = find_entry(git, tree, change.path) or NOTHING
    part = presence_in(git, change, here)
    if part != "altered":
        return part == "out"
    sides = dict.fromkeys(former(change.path))
    sides.pop((change.new_mode, change.new), None)
    without = (side for side in _some(list(sides)) if presence_in(git, change, side) != "in")
    return _takes_back(git, change, moved) or any(_is_undone(git, change, here, side) for side in without)


def _takes_back(git: Git, change: Change, moved: Change) -> bool:
    """Whether the very lines go that came by the change, and those come that went: a revert next to other edits."""
    if _growth(git, moved) != -_growth(git, change):
        return False
    made, back = (line_difference(git, (each,)) for each in (change, moved))
    return bool(made) and back == {line: -count for line, count in (made or {}).items()}


def _growth(git: Git, change: Change) -> int:
    return size_of(git, change.new) - size_of(git, change.old)


def _some(sides: list[Side]) -> list[Side]:
    """The oldest and the newest; who takes back goes to one of the ends."""
    return sides if len(sides) <= MAX_VERSIONS else [*sides[: MAX_VERSIONS // 2], *sides[-MAX_VERSIONS // 2 :]]


def _former(window: Window, path: bytes, brought: CommitStep) -> list[Side]:
    deltas = [visitor.delta for visitor in window.visitors(path) if visitor.position <= brought.position]
    return [(change.old_mode, change.old) for delta in deltas for change in delta if change.path == path]


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


def _was_brought(git: Git, brought: Stop, watched: dict[bytes, Change]) -> bool:
    """Whether the commit by which the branch got the change really brought it, in the files as it left them.

    Where a merge was resolved by hand, a file need not be as recorded; but the merge must have touched it.
    """
    touched = {change.path for change in brought.delta}
    for path, change in watched.items():
        part = presence(git, change, brought.tree)
        if part == "out" or (part == "altered" and path not in touched):
            return False
    return True


def _new_name(removed: Change, delta: Sequence[Change]) -> bytes | None:
    """Where a file that went came back in the same commit, as it was, under another name."""
    if removed.new != ABSENT:
        return None
    return next((change.path for change in delta if change.old == ABSENT and change.new == removed.old), None)
