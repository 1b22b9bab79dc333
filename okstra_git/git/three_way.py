"""TEMPORARY stand-in until the real engine is merged."""

from dataclasses import dataclass

import pygit2

from okstra_git.git.repo import Git


@dataclass(frozen=True)
class Clash:
    path: str
    kind: str


@dataclass(frozen=True)
class Merged:
    tree: str | None
    clashes: tuple[Clash, ...] = ()


def merge_trees(git: Git, *, base: str, ours: str, theirs: str, write: bool = True) -> Merged:
    t = [
        git.handle.get(pygit2.Oid(hex=x)) or git.handle[git.handle.TreeBuilder().write()] for x in (base, ours, theirs)
    ]
    index = git.handle.merge_trees(*t)
    if index.conflicts is None:
        return Merged(str(index.write_tree(git.handle)))
    return Merged(None, tuple(Clash(next(s for s in c if s).path, "content") for c in index.conflicts))
