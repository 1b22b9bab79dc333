"""Small random histories, and what plain git says of them: rev-list and merge-base are the oracle."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pygit2
from hypothesis import strategies as st
from pygit2.enums import FileMode

from okstra_git.git.binary import run_git
from okstra_git.git.repo import Git, open_repository

Parents = tuple[int, ...]
PATHS = ("a", "b", "c")


@st.composite
def graphs(draw: st.DrawFn, size: int = 12) -> list[Parents]:
    """The parents of each commit by number, all of them older; lines, merges (some of three), and several roots."""
    parents: list[Parents] = [()]
    for node in range(1, draw(st.integers(2, size))):
        kind = draw(st.sampled_from(["line", "line", "any", "merge", "merge", "root"]))
        older = st.integers(0, node - 1)
        if kind == "line":
            parents.append((node - 1,))
        elif kind == "merge":
            parents.append(tuple(draw(st.lists(older, min_size=2, max_size=3, unique=True))) if node > 1 else (0,))
        else:
            parents.append(() if kind == "root" else (draw(older),))
    return parents


class Graph:
    """A drawn history as commits of a repository; every commit writes a line of its own to one of three files."""

    def __init__(self, folder: Path, parents: Sequence[Parents]) -> None:
        self.git: Git = open_repository(folder)
        self.oids: list[str] = []
        for number, above in enumerate(parents):
            self.oids.append(self._commit(number, [self.oids[one] for one in above]))
        self.rev_list = cache(self._rev_list)

    def _commit(self, number: int, parents: list[str]) -> str:
        handle = self.git.handle
        under = handle[parents[0]].peel(pygit2.Tree) if parents else None
        builder = handle.TreeBuilder(under) if under is not None else handle.TreeBuilder()
        builder.insert(PATHS[number % len(PATHS)], handle.create_blob(f"{number}\n".encode()), FileMode.BLOB)
        who = pygit2.Signature("Ada", "ada@example.org", 1_700_000_000 + number % 3, 0)
        return str(handle.create_commit(None, who, who, f"commit {number}", builder.write(), parents))

    def _rev_list(self, *words: str) -> frozenset[str]:
        return frozenset(self.lines(*words))

    def lines(self, *words: str) -> list[str]:
        """What `git rev-list` prints."""
        said = run_git(["rev-list", *words], cwd=self.git.common_dir)
        return said.stdout.decode().split()

    def history(self, oid: str) -> frozenset[str]:
        """A commit and all below it."""
        return self.rev_list(oid)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """What `git merge-base --is-ancestor` says."""
        said = run_git(["merge-base", "--is-ancestor", older, newer], cwd=self.git.common_dir, accept=(0, 1))
        return said.returncode == 0
