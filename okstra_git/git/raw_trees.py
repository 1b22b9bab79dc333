"""Trees as plain entries: names stay bytes, and the id of a tree is known before anything is written."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha1

import pygit2
from pygit2.enums import ObjectType

from okstra_git.git.objects import EMPTY_TREE, MissingObject, share_object
from okstra_git.git.packing import write_pack
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git

TREE, FILE, PROGRAM, LINK, MODULE = b"40000", b"100644", b"100755", b"120000", b"160000"

Entry = tuple[bytes, bytes]
"""Mode as git writes it in trees, and the id as 20 bytes."""
Entries = dict[bytes, Entry]
Draft = tuple[ObjectType, bytes]
"""An object that is not written yet."""

MANY = 64
"""Objects from which on one pack is quicker than as many files."""

_ENTRY = re.compile(rb"(40000|100644|100755|120000|160000) ([^\0/]+)\0(.{20})", re.DOTALL)
_BESIDES = 22
"""Bytes of an entry that are neither mode nor name."""


class UnusualTree(Exception):
    """A tree with modes that git does not write any more, or a damaged one: nothing for quick readers."""


@dataclass
class Pending:
    """Objects that were made and not written yet, parts before wholes, and trees that were read while making them.

    Several merges that build upon each other share one, and write what they made together.
    """

    drafts: dict[bytes, Draft] = field(default_factory=dict)
    listings: dict[bytes, Entries] = field(default_factory=dict)

    def add(self, drafts: Iterable[Draft]) -> None:
        """Take objects in, in this order."""
        self.drafts.update((name_of(draft), draft) for draft in drafts)


def read_object(git: Git, name: bytes, pending: Pending) -> tuple[int, bytes]:
    """Type and bytes of an object, written or not; raises what libgit2 raises for one that is not here."""
    draft = pending.drafts.get(name)
    return draft if draft is not None else git.handle.read(pygit2.Oid(raw=name))


def read_entries(git: Git, tree: bytes, pending: Pending) -> Entries:
    """The entries of a tree by name. Refuses (`MissingObject`) a tree that is not here; raises `UnusualTree`."""
    if tree not in pending.listings:
        pending.listings[tree] = _read_entries(git, tree, pending)
    return pending.listings[tree]


def _read_entries(git: Git, tree: bytes, pending: Pending) -> Entries:
    if tree.hex() == EMPTY_TREE:
        return {}
    try:
        kind, data = read_object(git, tree, pending)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise _missing(tree.hex()) from error
    if kind != ObjectType.TREE:
        raise _missing(tree.hex())
    found = _ENTRY.findall(data)
    if sum(len(mode) + len(name) + _BESIDES for mode, name, _ in found) != len(data):
        raise UnusualTree(tree.hex())
    return {name: (mode, oid) for mode, name, oid in found}


def _missing(tree: str) -> MissingObject:
    hint = "run 'git fsck'; in a partial clone, fetch it first"
    return MissingObject(f"the tree {tree} cannot be read", hint=hint, object=tree)


def draft_tree(entries: Mapping[bytes, Entry]) -> Draft:
    """The tree object with these entries, in git's order: a folder sorts as if its name ended in a slash."""
    ordered = sorted((name + b"/" if mode == TREE else name, name, mode, oid) for name, (mode, oid) in entries.items())
    return ObjectType.TREE, b"".join(b"%s %s\0%s" % (mode, name, oid) for _, name, mode, oid in ordered)


def name_of(draft: Draft) -> bytes:
    """The id the object will have, as 20 bytes."""
    kind, data = draft
    word = b"tree" if kind == ObjectType.TREE else b"blob"
    return sha1(b"%s %d\0%s" % (word, len(data), data), usedforsecurity=False).digest()


def write_pending(git: Git, pending: Pending) -> None:
    """Put everything that is pending into the repository: a few as they are, many as one pack."""
    write_drafts(git, pending.drafts.values())
    pending.drafts.clear()


def write_drafts(git: Git, drafts: Collection[Draft]) -> None:
    """Put the objects into the repository, in this order; refuses like every other write."""
    try:
        if len(drafts) > MANY:
            write_pack(git, drafts)
            return
        for kind, data in drafts:
            share_object(git, str(git.handle.write(kind, data)))
    except (pygit2.GitError, OSError) as error:
        raise translate_write_error(error, git) from error


def edit_tree(git: Git, tree: str, lines: Iterable[tuple[bytes, tuple[str, str] | None]], pending: Pending) -> str:
    """The tree with these paths set to (mode, id), or removed; new trees are left in `pending`.

    A path that is set takes the place of a folder of that name, and a folder that of a file.
    """
    wanted = [(path.split(b"/"), side) for path, side in lines]
    edited = _edit(git, bytes.fromhex(tree), wanted, pending)
    return EMPTY_TREE if edited is None else edited.hex()


def _edit(
    git: Git, tree: bytes, lines: list[tuple[list[bytes], tuple[str, str] | None]], pending: Pending
) -> bytes | None:
    entries = dict(read_entries(git, tree, pending))
    below: dict[bytes, list[tuple[list[bytes], tuple[str, str] | None]]] = {}
    here: dict[bytes, tuple[str, str] | None] = {}
    for (name, *rest), side in lines:
        if rest:
            below.setdefault(name, []).append((rest, side))
        else:
            here[name] = side
    for name, side in here.items():
        if side is None:
            entries.pop(name, None)
    for name, inside in below.items():
        old = entries.get(name)
        is_folder = old is not None and old[0] == TREE
        if not is_folder and not any(side for _, side in inside):
            continue
        made = _edit(git, old[1] if old and is_folder else bytes.fromhex(EMPTY_TREE), inside, pending)
        if made is None:
            entries.pop(name, None)
        else:
            entries[name] = TREE, made
    for name, side in here.items():
        if side is not None:
            entries[name] = side[0].lstrip("0").encode(), bytes.fromhex(side[1])
    if not entries:
        return None
    draft = draft_tree(entries)
    pending.add([draft])
    return name_of(draft)
