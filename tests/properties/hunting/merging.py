"""Three-way merges of whole trees, path by path, by `git merge-file`: what a cherry-pick would make."""

import subprocess
from functools import cache, lru_cache
from pathlib import Path
from typing import AnyStr, NamedTuple

from tests.kit.surroundings import scratch_dir
from tests.properties.hunting.values import FILE, PROGRAM, Entry, Renames, Tree

NO_RENAMES: Renames = {}


class Merged(NamedTuple):
    """The merged tree; where sides conflict it has theirs."""

    tree: Tree
    conflicts: tuple[str, ...]


def merge(
    before: Tree, ours: Tree, theirs: Tree, *, ours_renamed: Renames = NO_RENAMES, theirs_renamed: Renames = NO_RENAMES
) -> Merged:
    """`before` -> `theirs` made on `ours`; a file renamed on one side is merged under its new name."""
    if before == ours:
        return Merged(theirs, ())
    result = dict(ours)
    conflicts: list[str] = []
    here = {old: new for old, new in ours_renamed.items() if old in before and old not in ours and new in ours}
    for old, new in theirs_renamed.items():
        if old in before and old not in theirs and new in theirs:
            if here.get(old, new) != new:
                conflicts.append(new)
            _move(result, here.get(old, old), new, conflicts)
            here[old] = new
    taken = set(theirs_renamed.values())
    for path in sorted((before.keys() | theirs.keys()) - taken | {p for p in before if p in theirs_renamed}):
        there = theirs_renamed.get(path, path)
        _merge_path(result, conflicts, here.get(path, path), before.get(path), theirs.get(there))
    return Merged(result, tuple(conflicts))


def _move(result: dict[str, Entry], old: str, new: str, conflicts: list[str]) -> None:
    if old == new or (old not in result and new in result):
        return
    if new in result or old not in result:
        conflicts.append(new)
    if old not in result:
        return
    result[new] = result.pop(old)


def _merge_path(
    result: dict[str, Entry], conflicts: list[str], path: str, before: Entry | None, theirs: Entry | None
) -> None:
    ours = result.get(path)
    if before == theirs or ours == theirs:
        return
    wanted = theirs if ours == before else _merge_entries(before, ours, theirs)
    if wanted is None and theirs is not None:
        conflicts.append(path)
        wanted = theirs
    elif wanted is None and ours != before:
        conflicts.append(path)
    if wanted is None:
        result.pop(path, None)
    else:
        result[path] = wanted


def _merge_entries(before: Entry | None, ours: Entry | None, theirs: Entry | None) -> Entry | None:
    if before is None or ours is None or theirs is None:
        return None
    mode = _choose(before.mode, ours.mode, theirs.mode)
    if mode is None:
        return None
    data = _choose(before.data, ours.data, theirs.data)
    if data is None and {before.mode, ours.mode, theirs.mode} <= {FILE, PROGRAM}:
        data = merge_text(before.data, ours.data, theirs.data)
    return Entry(mode, data) if data is not None else None


def _choose(before: AnyStr, ours: AnyStr, theirs: AnyStr) -> AnyStr | None:
    if before == theirs or ours == theirs:
        return ours
    return theirs if before == ours else None


@cache
def _table() -> list[Path]:
    folder = scratch_dir()
    return [folder / name for name in ("ours", "before", "theirs")]


@lru_cache(maxsize=20_000)
def merge_text(before: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """What `git merge-file` makes of three versions; None = a conflict, or not text."""
    files = _table()
    for file, text in zip(files, (ours, before, theirs), strict=True):
        file.write_bytes(text)
    said = subprocess.run(
        ["git", "merge-file", "-p", "-q", *map(str, files)], capture_output=True, check=False, close_fds=False
    )
    return said.stdout if said.returncode == 0 else None
