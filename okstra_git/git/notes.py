"""A notes ref read in any layout and written in git's fan-out, many notes in one commit."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import pygit2
from pygit2.enums import FileMode

from okstra_git.git.objects import EMPTY_TREE, read_blob, tree_of, write_blob, write_commit, write_tree
from okstra_git.git.refs import RefUpdate, find_ref, swap_refs
from okstra_git.git.repo import Git

Edit = Callable[[bytes], bytes]
"""Old text of a note (empty when there is none) to its new text (empty removes the note)."""


def read_note(git: Git, ref: str, commit: str) -> bytes:
    """The note on a commit, or empty bytes."""
    tip = find_ref(git, ref)
    path = _path_in(git, tree_of(git, tip), commit) if tip else None
    return _read(git, tree_of(git, tip), path) if tip and path else b""


def list_notes(git: Git, ref: str) -> Iterator[tuple[str, str]]:
    """(commit, blob id) of every note under the ref, in any fan-out."""
    tip = find_ref(git, ref)
    if tip:
        yield from _walk(git, git.handle[tree_of(git, tip)], "")


def _walk(git: Git, tree: pygit2.Object, prefix: str) -> Iterator[tuple[str, str]]:
    if not isinstance(tree, pygit2.Tree):
        return
    for entry in tree:
        name = prefix + (entry.name or "")
        if entry.filemode == FileMode.TREE:
            yield from _walk(git, git.handle[entry.id], name)
        elif len(name) == 40:
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
        before = _read(git, base, path) if base and path else b""
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
    """Where the note of a commit stands in this tree: git accepts any number of two-character folders."""
    folder, prefix, rest = git.handle[tree], "", commit
    while isinstance(folder, pygit2.Tree):
        if rest in folder:
            return prefix + rest
        if rest[:2] not in folder or len(rest) <= 2:
            return None
        prefix, folder, rest = f"{prefix}{rest[:2]}/", folder[rest[:2]], rest[2:]
    return None


def _read(git: Git, tree: str, path: str | None) -> bytes:
    found = git.handle[tree]
    if path is None or not isinstance(found, pygit2.Tree) or tree == EMPTY_TREE:
        return b""
    return read_blob(git, str(found[path].id))
