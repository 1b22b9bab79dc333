"""Trees as plain entries, read, edited and written together, and files of a worktree as the entries they would be."""

import hashlib
import os
import re
import stat
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha1

import pygit2
from pygit2.enums import ObjectType

from okstra_git.git.binary import run_git
from okstra_git.git.objects import EMPTY_TREE, MissingObject, share_object
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git
from okstra_git.names import ID_LENGTH, quote

TREE = b"40000"
Entry = tuple[bytes, bytes]
"""Mode as git writes it in trees, and the id as 20 bytes."""
Entries = dict[bytes, Entry]
Draft = tuple[ObjectType, bytes]
"""An object that is not written yet."""
Side = tuple[str, str]
"""Mode and id of a file."""
Edit = tuple[list[bytes], Side | None]
"""The parts of a path, and what is to be there; None removes it."""
MANY = 64
"""Objects from which on one pack is quicker than as many files."""
_ENTRY = re.compile(rb"(40000|100644|100755|120000|160000) ([^\0/]+)\0(.{%d})" % (ID_LENGTH // 2), re.DOTALL)
_OTHER_BYTES = 22
"""Bytes of an entry that are neither mode nor name."""


class UnusualTree(Exception):
    """A tree with modes that git does not write any more, or a damaged one: nothing for quick readers."""


def read_entries(git: Git, tree: bytes) -> Entries:
    """The entries of a tree by name. Refuses (`MissingObject`) a tree that is not here; raises `UnusualTree`."""
    if tree.hex() == EMPTY_TREE:
        return {}
    try:
        kind, data = git.handle.read(pygit2.Oid(raw=tree))
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise _missing(tree.hex()) from error
    if kind != ObjectType.TREE:
        raise _missing(tree.hex())
    entries = _ENTRY.findall(data)
    if sum(len(mode) + len(name) + _OTHER_BYTES for mode, name, _ in entries) != len(data):
        raise UnusualTree(tree.hex())
    return {name: (mode, oid) for mode, name, oid in entries}


def draft_tree(entries: Mapping[bytes, Entry]) -> Draft:
    """The tree object with these entries, in git's order: a folder sorts as if its name ended in a slash."""
    ordered = sorted((name + b"/" if mode == TREE else name, name, mode, oid) for name, (mode, oid) in entries.items())
    return ObjectType.TREE, b"".join(b"%s %s\0%s" % (mode, name, oid) for _, name, mode, oid in ordered)


def name_of(draft: Draft) -> bytes:
    """The id the object will have, as 20 bytes."""
    kind, data = draft
    word = b"tree" if kind == ObjectType.TREE else b"blob"
    return sha1(b"%s %d\0%s" % (word, len(data), data), usedforsecurity=False).digest()


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


def edit_tree(git: Git, tree: str, lines: Iterable[tuple[bytes, Side | None]]) -> str:
    """The tree with these paths set to (mode, id), or removed, written with all that is new below it.

    A path that is set takes the place of a folder of that name, and a folder that of a file. Refuses like every
    write; raises `UnusualTree`.
    """
    drafts: list[Draft] = []
    edited = _edit(git, bytes.fromhex(tree), [(path.split(b"/"), side) for path, side in lines], drafts)
    write_drafts(git, drafts)
    return EMPTY_TREE if edited is None else edited.hex()


LEVEL = 1
"""Compression; git packs everything anew when it collects garbage."""


def write_pack(git: Git, objects: Collection[tuple[int, bytes]]) -> None:
    """Store objects (git's type number and bytes) as a pack, by git itself, which checks every one of them.

    Refuses (`GitFailed`) when git cannot write. The form is that of gitformat-pack(5), without deltas.
    """
    parts = [b"PACK", (2).to_bytes(4), len(objects).to_bytes(4)]
    for kind, data in objects:
        parts += [_header(kind, len(data)), zlib.compress(data, LEVEL)]
    body = b"".join(parts)
    trailer = sha1(body, usedforsecurity=False).digest()
    run_git(["index-pack", "--stdin"], cwd=git.top, stdin=body + trailer)


_ANY_ENTRY = re.compile(rb"([0-7]{1,6}) ([^\0]*)\0(.{%d})" % (ID_LENGTH // 2), re.DOTALL)
_RESERVED = (b"", b".", b"..")
_FOLDER = b"40000"


def find_malformed(git: Git, tree: str, *, besides: str) -> str | None:
    """What is wrong with the tree or one below it, in words; None where nothing is.

    Folders that `besides` has as well are not looked into, nor are trees that cannot be read.
    """
    return next(_malformed(git, bytes.fromhex(tree), bytes.fromhex(besides), ""), None)


LINK, PROGRAM, FILE = "120000", "100755", "100644"
_CHUNK = 1 << 20


def read_node(path: bytes, *, limit: int) -> tuple[str, bytes] | str:
    """(mode, bytes) of a file or a symbolic link exactly as it lies there, no filter asked; else why not, in words."""
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            return LINK, os.readlink(path)
        if not stat.S_ISREG(facts.st_mode):
            return "it is neither a file nor a link"
        if facts.st_size > limit:
            return f"it is larger than {limit >> 20} MiB"
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return PROGRAM if facts.st_mode & 0o100 else FILE, file.read()
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def identify_node(path: bytes) -> tuple[str, str] | None:
    """(mode, blob id) of a file or symbolic link of any size; None where nothing like that can be read."""
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            return LINK, _id_of(os.readlink(path))
        if not stat.S_ISREG(facts.st_mode):
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            digest = hashlib.sha1(b"blob %d\0" % facts.st_size, usedforsecurity=False)
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return PROGRAM if facts.st_mode & 0o100 else FILE, digest.hexdigest()


def _missing(tree: str) -> MissingObject:
    hint = "run 'git fsck'; in a partial clone, fetch it first"
    return MissingObject(f"the tree {tree} cannot be read", hint=hint, object=tree)


def _edit(git: Git, tree: bytes, edits: Iterable[Edit], drafts: list[Draft]) -> bytes | None:
    """The id of the edited tree, None where nothing is left in it; new trees are appended, parts before wholes."""
    entries = read_entries(git, tree)
    below: dict[bytes, list[Edit]] = {}
    here: dict[bytes, Side | None] = {}
    for (name, *rest), side in edits:
        if rest:
            below.setdefault(name, []).append((rest, side))
        else:
            here[name] = side
    for name in (name for name, side in here.items() if side is None):
        entries.pop(name, None)
    for name, inside in below.items():
        _edit_folder(git, entries, name, inside, drafts)
    for name, side in here.items():
        if side is not None:
            entries[name] = side[0].lstrip("0").encode(), bytes.fromhex(side[1])
    if not entries:
        return None
    drafts.append(draft_tree(entries))
    return name_of(drafts[-1])


def _edit_folder(git: Git, entries: Entries, name: bytes, edits: list[Edit], drafts: list[Draft]) -> None:
    mode, oid = entries.get(name, (b"", b""))
    if mode != TREE and not any(side for _, side in edits):
        return
    edited = _edit(git, oid if mode == TREE else bytes.fromhex(EMPTY_TREE), edits, drafts)
    if edited is None:
        entries.pop(name, None)
    else:
        entries[name] = TREE, edited


def _header(kind: int, size: int) -> bytes:
    """Type and size in the variable-length form of a pack: four bits of the size first, then seven at a time."""
    first, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    out.append(first)
    return bytes(out)


def _malformed(git: Git, tree: bytes, besides: bytes, folder: str) -> Iterator[str]:
    if tree == besides:
        return
    data = _read(git, tree)
    entries = _ANY_ENTRY.findall(data)
    where = f" in the folder {quote(folder)}" if folder else ""
    if sum(len(mode) + len(name) + _OTHER_BYTES for mode, name, _ in entries) != len(data):
        yield f"its list of names{where} is damaged"
        return
    seen: set[bytes] = set()
    for _, name, _ in entries:
        if name in seen:
            yield f"it has two entries called {_shown_name(name)}{where}"
        if name in _RESERVED or b"/" in name or name.lower() == b".git":
            yield f"it has an entry called {_shown_name(name)}{where}"
        seen.add(name)
    ordered = [_sorts_as(mode, name) for mode, name, _ in entries]
    if ordered != sorted(ordered):
        yield f"its list of names{where} is not in order"
    before = {name: oid for mode, name, oid in _ANY_ENTRY.findall(_read(git, besides)) if mode == _FOLDER}
    for mode, name, oid in entries:
        if mode == _FOLDER:
            yield from _malformed(git, oid, before.get(name, b""), f"{folder}{name.decode(errors='replace')}/")


def _sorts_as(mode: bytes, name: bytes) -> bytes:
    """Where git puts the entry: a folder as if its name ended in a slash."""
    return name + b"/" if mode.lstrip(b"0") == _FOLDER else name


def _read(git: Git, tree: bytes) -> bytes:
    try:
        kind, data = git.handle.read(pygit2.Oid(raw=tree))
    except (KeyError, ValueError, pygit2.GitError):
        return b""
    return data if kind == ObjectType.TREE else b""


def _shown_name(name: bytes) -> str:
    return quote(name.decode("utf-8", "backslashreplace"))


def _id_of(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
