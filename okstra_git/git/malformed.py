"""Trees that no git writes, such as one that names an entry twice: what is wrong with them, in words."""

import re
from collections.abc import Iterator

import pygit2
from pygit2.enums import ObjectType

from okstra_git.git.repo import Git
from okstra_git.names import shown

_ENTRY = re.compile(rb"([0-7]{1,6}) ([^\0]*)\0(.{20})", re.DOTALL)
_BESIDES = 22
"""Bytes of an entry that are neither mode nor name."""
_RESERVED = (b"", b".", b"..")
_FOLDER = b"40000"


def find_malformed(git: Git, tree: str, *, besides: str) -> str | None:
    """What is wrong with the tree or one below it, in words; None where nothing is.

    Folders that `besides` has as well are not looked into, nor are trees that cannot be read.
    """
    return next(_malformed(git, bytes.fromhex(tree), bytes.fromhex(besides), ""), None)


def _malformed(git: Git, tree: bytes, besides: bytes, folder: str) -> Iterator[str]:
    if tree == besides:
        return
    data = _read(git, tree)
    found = _ENTRY.findall(data)
    where = f" in the folder {shown(folder)}" if folder else ""
    if sum(len(mode) + len(name) + _BESIDES for mode, name, _ in found) != len(data):
        yield f"its list of names{where} is damaged"
        return
    seen: set[bytes] = set()
    for _, name, _ in found:
        if name in seen:
            yield f"it has two entries called {_told(name)}{where}"
        if name in _RESERVED or b"/" in name or name.lower() == b".git":
            yield f"it has an entry called {_told(name)}{where}"
        seen.add(name)
    ordered = [_sorts_as(mode, name) for mode, name, _ in found]
    if ordered != sorted(ordered):
        yield f"its list of names{where} is not in order"
    before = {name: oid for mode, name, oid in _ENTRY.findall(_read(git, besides)) if mode == _FOLDER}
    for mode, name, oid in found:
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


def _told(name: bytes) -> str:
    return shown(name.decode("utf-8", "backslashreplace"))
