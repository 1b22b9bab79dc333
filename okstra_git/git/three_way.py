"""Three-way merges of whole trees, with git's own result: quick where nothing is in doubt, by git itself elsewhere."""

from dataclasses import dataclass
from typing import NamedTuple

import pygit2
from pygit2.enums import FileMode

from okstra_git.git.changes import ABSENT, NO_MODE, Change
from okstra_git.git.merging import merge_sides, merged_bytes
from okstra_git.git.objects import EMPTY_TREE, MissingObject, read_tree, write_blob
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git
from okstra_git.git.second_opinion import merge_with_git

TREE = "040000"


@dataclass(frozen=True)
class Clash:
    """A path that two sides contradict each other about; `kind` is git's word for how, `content` for lines of a file."""

    path: str
    kind: str


@dataclass(frozen=True)
class Merged:
    """The merged tree, or None and what contradicts. Without writing, the tree of a clean merge is empty text."""

    tree: str | None
    clashes: tuple[Clash, ...] = ()


class _Node(NamedTuple):
    """What stands at a path of one side."""

    mode: str
    oid: str


_Sides = tuple[_Node | None, _Node | None, _Node | None]
"""The base's, ours and theirs."""


class _InDoubt(Exception):
    """The quick merge met a contradiction, or something that a rename may explain: git has to be asked."""


def merge_trees(git: Git, *, base: str, ours: str, theirs: str, write: bool = True) -> Merged:
    """What git's own merge makes of three trees, knowing no configuration, no attributes and no merge drivers.

    Equal subtrees are never opened and files are merged line by line. git is asked, in a throw-away repository,
    wherever the sides contradict each other, both removed the same path, or one removed a directory that the other
    changed: there a rename may decide. With `write=False` nothing is written and a clean merge has no tree. Refuses
    where an object is missing.
    """
    for tree in (base, ours, theirs):
        if tree != EMPTY_TREE:
            read_tree(git, tree)
    try:
        merged = _merge(git, _root(base), _root(ours), _root(theirs), b"", write=write)
        return Merged((merged.oid if merged else EMPTY_TREE) if write else "")
    except _InDoubt:
        tree, clashes = merge_with_git(git, base=base, ours=ours, theirs=theirs, write=write)
        return Merged(tree, tuple(Clash(path, kind) for path, kind in clashes))
    except KeyError as error:
        raise MissingObject(f"the object {error} cannot be read", hint="git fetch; git fsck") from error
    except pygit2.GitError as error:
        raise translate_write_error(error, git) from error


def _root(tree: str) -> _Node | None:
    return None if tree == EMPTY_TREE else _Node(TREE, tree)


def _merge(
    git: Git, base: _Node | None, ours: _Node | None, theirs: _Node | None, path: bytes, *, write: bool
) -> _Node | None:
    """What stands at the path afterwards, None for nothing."""
    if ours == theirs:
        if base is not None and ours is None:
            raise _InDoubt
        if base is None or base == ours or base.mode != TREE:
            return ours
    if base == ours:
        return theirs
    if base == theirs:
        return ours
    modes = {side.mode for side in (base, ours, theirs) if side is not None}
    if TREE not in modes:
        return _merge_file(git, (base, ours, theirs), path, write=write)
    if modes != {TREE} or (base is not None and (ours is None or theirs is None)):
        raise _InDoubt
    return _merge_folder(git, (base, ours, theirs), path, write=write)


def _merge_folder(git: Git, sides: _Sides, path: bytes, *, write: bool) -> _Node | None:
    listings = [_entries(git, side) for side in sides]
    changed: dict[bytes, _Node | None] = {}
    for name in sorted({*listings[0], *listings[1], *listings[2]}):
        base, ours, theirs = (listing.get(name) for listing in listings)
        if ours == theirs == base:
            continue
        merged = _merge(git, base, ours, theirs, path + b"/" + name if path else name, write=write)
        if merged != ours:
            changed[name] = merged
    if not changed or not write:
        return sides[1]
    return _build(git, sides[1], changed)


def _entries(git: Git, side: _Node | None) -> dict[bytes, _Node]:
    if side is None:
        return {}
    tree = git.handle[side.oid]
    if not isinstance(tree, pygit2.Tree):
        raise KeyError(side.oid)
    return {entry.raw_name: _Node(f"{int(entry.filemode or 0):06o}", str(entry.id)) for entry in tree}


def _build(git: Git, ours: _Node | None, changed: dict[bytes, _Node | None]) -> _Node | None:
    tree = git.handle[ours.oid] if ours is not None else None
    builder = git.handle.TreeBuilder(tree) if isinstance(tree, pygit2.Tree) else git.handle.TreeBuilder()
    for raw, node in changed.items():
        name = raw.decode("utf-8", "surrogateescape")
        if node is not None:
            builder.insert(name, pygit2.Oid(hex=node.oid), FileMode(int(node.mode, 8)))
        elif builder.get(name) is not None:
            builder.remove(name)
    return _Node(TREE, str(builder.write())) if len(builder) else None


def _merge_file(git: Git, sides: _Sides, path: bytes, *, write: bool) -> _Node:
    base, ours, theirs = (side or _Node(NO_MODE, ABSENT) for side in sides)
    change = Change(path, base.mode, theirs.mode, base.oid, theirs.oid)
    merged = merge_sides(git, change, ours.mode, ours.oid)
    if merged is None or merged[0] == NO_MODE:
        raise _InDoubt
    mode, oid = merged
    if write and oid not in (base.oid, ours.oid, theirs.oid):
        content = merged_bytes(git, base.oid, ours.oid, theirs.oid)
        if content is None:
            raise _InDoubt
        oid = write_blob(git, content)
    return _Node(mode, oid)


def listed_paths(clashes: tuple[Clash, ...]) -> tuple[str, ...]:
    """The paths in conflict, sorted, each once."""
    return tuple(sorted({clash.path for clash in clashes}))
