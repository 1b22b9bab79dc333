"""How two changes of one file differ, for people to read: what the one would have made of it, against the other."""

from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from typing import NamedTuple

import pygit2

from okstra_git.git.diffs import ABSENT, NO_MODE, SUBMODULE, Change
from okstra_git.git.file_changes import merge_sides, merged_bytes
from okstra_git.git.repo import Git

MAX_PATCH_LINES = 2_000
"""Lines of one patch that are looked at."""

MAX_SHOWN_BYTES = 1 << 20
"""The largest file of which a patch is made."""

MAX_WIDTH = 400
"""Characters of one line."""


class File(NamedTuple):
    """A file as a change leaves it; `content` is None where it is too large to be shown, or missing."""

    mode: str
    blob: str
    content: bytes | None


class PatchDifference(NamedTuple):
    """The lines of the difference. Either of files: what the old change would give (-) and what the new one gives (+);
    or, where the old one cannot be put on the new base, of the two patches, with the sign of each patch behind."""

    is_of_patches: bool
    lines: list[str]


def patch_difference(git: Git, old: Change | None, new: Change | None) -> PatchDifference:
    """How the two changes of a file differ; None is a change that leaves it alone. No attribute or setting counts."""
    if old is None:
        return PatchDifference(False, _patch_lines(_before(git, new), _after(git, new)) if new is not None else [])
    if new is None:
        return PatchDifference(False, _patch_lines(_after(git, old), _before(git, old)))
    moved = _moved(git, old, new)
    if moved is not None:
        return PatchDifference(False, _patch_lines(moved, _after(git, new)))
    patch, now = (_patch_lines(_before(git, each), _after(git, each), with_positions=False) for each in (old, new))
    lines = unified_diff(patch, now, lineterm="", n=3)
    return PatchDifference(True, ["@@" if line.startswith("@@") else line for line in islice(lines, 2, None)])


def _before(git: Git, change: Change) -> File:
    return File(change.old_mode, change.old, _content(git, change.old))


def _after(git: Git, change: Change) -> File:
    return File(change.new_mode, change.new, _content(git, change.new))


def _moved(git: Git, old: Change, new: Change) -> File | None:
    """What the old change makes of the file that the new one began with; None on conflict."""
    merged = merge_sides(git, old, new.old_mode, new.old)
    if merged is None:
        return None
    mode, blob = merged
    known = blob in (old.old, old.new, new.old)
    content = _content(git, blob) if known else merged_bytes(git, old.old, new.old, old.new)
    return File(mode, blob, content)


def _patch_lines(before: File, after: File, *, with_positions: bool = True) -> list[str]:
    """The patch from one state of a file to another; without positions where the patch is to be compared."""
    lines = [_mode_line(before.mode, after.mode)] if before.mode != after.mode else []
    lines += islice(_content_lines(before, after, with_positions=with_positions), MAX_PATCH_LINES)
    return [line if len(line) <= MAX_WIDTH else f"{line[:MAX_WIDTH]}..." for line in lines]


def _mode_line(before: str, after: str) -> str:
    if before == NO_MODE:
        return f" new file, mode {after}"
    return f" deleted file, mode {before}" if after == NO_MODE else f" mode {before} becomes {after}"


def _content_lines(before: File, after: File, *, with_positions: bool) -> Iterator[str]:
    if before.blob == after.blob:
        return
    sides = [("-", before), ("+", after)]
    if SUBMODULE in (before.mode, after.mode):
        yield from (f"{sign}submodule {side.blob}" for sign, side in sides if side.blob != ABSENT)
    elif before.content is None or after.content is None:
        yield from (f"{sign}file {side.blob}, not shown" for sign, side in sides if side.blob != ABSENT)
    elif b"\0" in before.content or b"\0" in after.content:
        yield from (f"{sign}binary file {side.blob}" for sign, side in sides if side.blob != ABSENT)
    else:
        yield from _hunk_lines(pygit2.Patch.create_from(before.content, after.content), with_positions=with_positions)


def _hunk_lines(patch: pygit2.Patch, *, with_positions: bool) -> Iterator[str]:
    for hunk in patch.hunks:
        yield f"@@ -{hunk.old_start} +{hunk.new_start} @@" if with_positions else " @@"
        for line in hunk.lines:
            if line.origin in "+- ":
                yield line.origin + line.raw_content.decode("utf-8", "backslashreplace").removesuffix("\n")
            else:
                yield " (no line break at the end of the file)"


def _content(git: Git, oid: str) -> bytes | None:
    """The bytes of a file, of an absent one none; None where they are too many, or missing."""
    if oid == ABSENT:
        return b""
    try:
        blob = git.storage[oid]
    except (KeyError, pygit2.GitError):
        return None
    return blob.data if isinstance(blob, pygit2.Blob) and blob.size <= MAX_SHOWN_BYTES else None
