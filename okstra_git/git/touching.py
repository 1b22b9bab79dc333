"""Finds, among many commits, those that touch some files, and what each of these changed, in files and in bytes."""

from collections.abc import Collection, Iterator, Sequence
from typing import overload

import pygit2

from okstra_git.git.binary import OFFLINE, run_git
from okstra_git.git.commit_graph import AT_ONCE
from okstra_git.git.diffs import ABSENT, Change, Delta
from okstra_git.git.repo import Git

RAW = [
    "log", "--no-walk=unsorted", "--stdin", "--format=%H", "--raw", "-r", "-z", "--root", "--diff-merges=first-parent",
    "--no-renames", "--no-abbrev", "--no-relative", "--no-show-signature", "--ignore-submodules=none", "--no-notes",
]  # fmt: skip
"""`git log` of given commits: `git diff-tree --stdin` says the same, but sends each line off by itself."""


class Touched(Sequence[Delta]):
    """What each of some commits changed against its first parent; read from git's answer when it is asked for."""

    def __init__(self, tokens: Sequence[bytes], spans: Sequence[tuple[int, int]]) -> None:
        self._tokens = tokens
        self._spans = spans
        self._known: dict[int, Delta] = {}

    def __len__(self) -> int:
        return len(self._spans)

    @overload
    def __getitem__(self, number: int) -> Delta: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Delta]: ...
    def __getitem__(self, number: int | slice) -> Delta | Sequence[Delta]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if number not in self._known:
            begin, end = self._spans[number]
            self._known[number] = _delta(self._tokens[begin + 1 : end])
        return self._known[number]

    def commits(self) -> list[str]:
        """The names of the commits."""
        return [self._tokens[begin].decode() for begin, _ in self._spans]

    def paths_of(self, number: int) -> Sequence[bytes]:
        """The files that a commit touches."""
        begin, end = self._spans[number]
        return self._tokens[begin + 2 : end : 2]


def read_touching(git: Git, commits: Sequence[str], paths: Collection[bytes]) -> Touched:
    """Those of the commits that touch any of the paths, in their order, each with all that it changed.

    A merge is compared with its first parent. One run of git answers for all of them, and only what touches a path is
    looked at closely. Refuses (`GitFailed`) where a tree is missing.
    """
    if not commits or not paths:
        return Touched([], [])
    asked = "".join(f"{commit}\n" for commit in commits).encode()
    tokens = run_git(RAW, cwd=git.top, stdin=asked, environment={**OFFLINE, **AT_ONCE}).stdout.split(b"\0")
    return Touched(tokens, list(_touching(tokens, paths)))


def _touching(tokens: Sequence[bytes], paths: Collection[bytes]) -> Iterator[tuple[int, int]]:
    """Where the answer about each touching commit begins (its name) and ends; the rest is only passed over."""
    begin, place, end, is_touching = 0, 0, len(tokens) - 1, False
    while place < end:
        if tokens[place][:1] in b"\n:":
            is_touching = is_touching or tokens[place + 1] in paths
            place += 2
            continue
        if is_touching:
            yield begin, place
        begin, is_touching = place, False
        place += 1
    if is_touching:
        yield begin, end


def _delta(tokens: Sequence[bytes]) -> Delta:
    changes: list[Change] = []
    for place in range(0, len(tokens), 2):
        old_mode, new_mode, old, new, _ = tokens[place].lstrip(b"\n:").decode().split(" ")
        changes.append(Change(tokens[place + 1], old_mode, new_mode, old, new))
    return tuple(sorted(changes))


def size_of(git: Git, blob: str) -> int:
    """How many bytes a file has, by what its storage says; 0 for one that is not here, or cannot be read."""
    if blob == ABSENT:
        return 0
    try:
        return int(git.handle.odb.read_header(pygit2.Oid(hex=blob))[1])
    except (KeyError, pygit2.GitError, ValueError):
        return 0
