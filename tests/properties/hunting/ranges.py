"""Whether a stretch of history makes exactly the change that a stage was recorded for: told by git's merge alone."""

from collections.abc import Sequence

from tests.properties.hunting.merging import merge
from tests.properties.hunting.values import Commit, Renames, Stage, Tree, changed_paths, line_of

NO_RENAMES: Renames = {}


def makes_change(stage: Stage, before: Tree, after: Tree, renamed: Renames) -> bool:
    """Whether recorded before -> recorded after, merged onto `before`, is exactly `after`, and is something.

    `renamed` = what the trunk renamed meanwhile; a merge that knows it and one that does not are both good.
    """
    if before == after or not changed_paths(before, after) <= _reach(stage, renamed):
        return False
    return any(_merged(stage, before, known) == after for known in (renamed, NO_RENAMES)[not renamed :])


def _merged(stage: Stage, before: Tree, renamed: Renames) -> Tree | None:
    for own in (stage.renames(), NO_RENAMES):
        merged = merge(stage.base.tree, before, stage.head.tree, ours_renamed=renamed, theirs_renamed=own)
        if not merged.conflicts:
            return merged.tree
        if not own:
            break
    return None


def _reach(stage: Stage, renamed: Renames) -> set[str]:
    paths = changed_paths(stage.base.tree, stage.head.tree)
    return paths | {renamed[path] for path in paths if path in renamed}


def is_whole(stage: Stage, before: Tree, after: Tree, renamed: Renames) -> bool:
    """Whether nothing of the change was there before: undone on `after`, it gives `before`."""
    back = {new: old for old, new in stage.renames().items()}
    return merge(stage.head.tree, after, stage.base.tree, ours_renamed=renamed, theirs_renamed=back).tree == before


def starts(stage: Stage, last: Commit, renamed: Renames) -> list[Commit]:
    """Every commit from which the line up to `last` makes the recorded change, the nearest first."""
    return [x for x in list(line_of(last))[1:] if makes_change(stage, x.tree, last.tree, renamed)]


def equal_ranges(stage: Stage, line: Sequence[Commit], renamed: Renames) -> list[tuple[int, int]]:
    """All (place of the start, place of the end) in a line, newest first, that make the change.

    Ends that change nothing, and starts over which nothing changes, are left out: they are the same range with air
    around it.
    """
    found = []
    for end, last in enumerate(line):
        if last.is_empty:
            continue
        for start in range(end + 1, len(line)):
            above = line[start - 1]
            if not above.is_empty and makes_change(stage, line[start].tree, last.tree, renamed):
                found.append((start, end))
    return found
