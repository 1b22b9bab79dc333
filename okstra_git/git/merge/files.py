"""Merges of single files in memory, for proofs: what a change would give on another base, with nothing written."""

from typing import Any, TypeVar

import pygit2
from pygit2.enums import FileMode
from pygit2.ffi import C, ffi

from okstra_git.git.diffs import ABSENT, Change
from okstra_git.git.repo import Git

BLOB_MODES = ("100644", "100755")
MAX_MERGED_BYTES = 32 << 20
SNIFFED = 8000
_MERGED_NAME = ffi.new("char[]", b"merged")

Side = TypeVar("Side", str, tuple[str, str])


def merge_sides(git: Git, recorded: Change, ours_mode: str, ours: str) -> tuple[str, str] | None:
    """(mode, blob) of applying `recorded` to a file that is now `ours`; None on conflict or where merging is undefined.

    The same three-way rules as git: a side that did not move gives way; text is merged line by line, binary never.
    Mode and content are merged apart only between regular files: anything else is one thing that moved or did not.
    """
    whole = _pick((recorded.old_mode, recorded.old), (ours_mode, ours), (recorded.new_mode, recorded.new))
    if whole is not None:
        return whole
    if any(mode not in BLOB_MODES for mode in (recorded.old_mode, ours_mode, recorded.new_mode)):
        return None
    mode = _pick(recorded.old_mode, ours_mode, recorded.new_mode)
    blob = _pick(recorded.old, ours, recorded.new) or merge_text(git, recorded.old, ours, recorded.new)
    return (mode, blob) if mode and blob else None


def _pick(old: Side, ours: Side, new: Side) -> Side | None:
    if ours in (old, new):
        return new
    return ours if new == old else None


def merge_text(git: Git, base: str, ours: str, theirs: str) -> str | None:
    """The blob id of a clean line merge of three blobs, or None when they conflict, are binary, huge or missing."""
    merged = merged_bytes(git, base, ours, theirs)
    return None if merged is None else str(pygit2.hash(merged))


def merged_bytes(git: Git, base: str, ours: str, theirs: str) -> bytes | None:
    """What `merge_text` names.

    Calls libgit2 through pygit2's own binding, because its Python wrapper decodes the result as UTF-8.
    """
    if any(not _is_mergeable(git, oid) for oid in (base, ours, theirs)):
        return None
    sides = [_side_of_merge(oid) for oid in (base, ours, theirs)]
    result = ffi.new("git_merge_file_result *")
    if C.git_merge_file_from_index(result, git.handle._repo, *sides, ffi.NULL) != 0:
        return None
    try:
        return bytes(ffi.buffer(result.ptr, result.len)) if result.automergeable else None
    finally:
        C.git_merge_file_result_free(result)


def _side_of_merge(oid: str) -> Any:
    side = ffi.new("git_index_entry *")
    ffi.buffer(ffi.addressof(side, "id"))[:] = bytes.fromhex(oid)
    side.mode, side.path = FileMode.BLOB.value, _MERGED_NAME
    return side


def _is_mergeable(git: Git, oid: str) -> bool:
    if oid == ABSENT:
        return False
    if oid not in git.known_texts and _is_text(git, oid):
        git.known_texts.add(oid)
    return oid in git.known_texts


def _is_text(git: Git, oid: str) -> bool:
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return False
    return isinstance(blob, pygit2.Blob) and blob.size <= MAX_MERGED_BYTES and b"\0" not in blob.data[:SNIFFED]


def is_text_too_large(git: Git, oid: str) -> bool:
    """Whether the file is a text that is not merged because of its size alone; not one that is missing."""
    try:
        blob = git.handle[oid]
    except (KeyError, pygit2.GitError):
        return False
    return isinstance(blob, pygit2.Blob) and blob.size > MAX_MERGED_BYTES and b"\0" not in blob.data[:SNIFFED]
