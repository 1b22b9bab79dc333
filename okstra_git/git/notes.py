"""A notes ref read in any layout and written in git's fan-out, many notes in one commit."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from pygit2.enums import FileMode

from okstra_git.git.objects import find_blob, read_blob, read_tree, tree_of, write_blob, write_commit, write_tree
from okstra_git.git.refs import RefUpdate, find_ref, swap_refs
from okstra_git.git.repo import Git
from okstra_git.names import ID_LENGTH, is_commit_id

Edit = Callable[[bytes], bytes]
"""Old text of a note (empty when there is none) to its new text (empty removes the note)."""


def list_notes(git: Git, ref: str) -> Iterator[tuple[str, str]]:
    """(commit, blob id) of every note under the ref, in any fan-out."""
    tip = find_ref(git, ref)
    if tip:
        yield from _walk(git, tree_of(git, tip), "")


def _walk(git: Git, tree: str, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in read_tree(git, tree):
        name = prefix + (entry.raw_name or b"").decode("ascii", "replace")
        if entry.filemode == FileMode.TREE and len(name) < ID_LENGTH:
            yield from _walk(git, str(entry.id), name)
        elif is_commit_id(name) and entry.filemode != FileMode.TREE:
            yield name, str(entry.id)


def edit_notes(git: Git, ref: str, edits: Mapping[str, Edit], *, message: str, when: datetime) -> int:
    """Apply the edits to the notes of these commits in one commit; returns how many notes changed.

    Raises LostRace when another process moved the ref meanwhile: call again.
    """
    tip = find_ref(git, ref)
    base = tree_of(git, tip) if tip else None
    changes: dict[str, str | None] = {}
    for commit, edit in edits.items():
        path = _path_in(git, base, commit) if base else None
        before = _read(git, base, path) if base else b""
        after = edit(before)
        if after != before:
            changes[path or fan_out(commit)] = write_blob(git, after) if after else None
    if not changes:
        return 0
    tree = write_tree(git, base, changes)
    new = write_commit(git, tree=tree, parents=[tip] if tip else [], message=message, when=when)
    swap_refs(git, [RefUpdate(ref, tip, new)], message="okstra: notes")
    return len(changes)


def fan_out(commit: str) -> str:
    """Where a new note goes: one level of 256 folders, as git itself has it from some hundreds of notes on."""
    return f"{commit[:2]}/{commit[2:]}"


def _path_in(git: Git, tree: str, commit: str) -> str | None:
    """Where the note of a commit is in this tree: git accepts any number of two-character folders."""
    prefix, rest, here = "", commit, tree
    while True:
        folder = read_tree(git, here)
        if rest in folder:
            return prefix + rest
        if len(rest) <= 2 or rest[:2] not in folder:
            return None
        prefix, here, rest = f"{prefix}{rest[:2]}/", str(folder[rest[:2]].id), rest[2:]


def _read(git: Git, tree: str, path: str | None) -> bytes:
    blob = find_blob(git, tree, path) if path else None
    return read_blob(git, blob) if blob else b""
