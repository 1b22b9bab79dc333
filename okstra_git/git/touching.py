"""Finds, among many commits, those that touch some files, and what each of these changed, in files and in bytes."""

from collections.abc import Collection, Iterator, Sequence

import pygit2

from okstra_git.git.binary import OFFLINE, run_git
from okstra_git.git.diffs import ABSENT, Change, Delta
from okstra_git.git.repo import Git

RAW = ["diff-tree", "--stdin", "-r", "-z", "--raw", "--root", "--no-renames", "--no-abbrev", "--ignore-submodules=none"]


def list_touching(
    git: Git, commits: Sequence[tuple[str, str | None]], paths: Collection[bytes]
) -> Iterator[tuple[str, Delta]]:
    """Those of the commits that touch any of the paths, in their order, each with all that it changed.

    Each is named with the parent that it is compared with, None for a root. One run of git answers for all of them, and
    only what touches a path is looked at closely. Refuses (`GitFailed`) where a tree is missing.
    """
    if not commits or not paths:
        return
    asked = "".join(f"{commit} {parent}\n" if parent else f"{commit}\n" for commit, parent in commits)
    tokens = run_git(RAW, cwd=git.top, stdin=asked.encode(), environment=OFFLINE).stdout.split(b"\0")
    for begin, end in _touching(tokens, paths):
        yield tokens[begin].decode(), _delta(tokens[begin + 1 : end])


def _touching(tokens: Sequence[bytes], paths: Collection[bytes]) -> Iterator[tuple[int, int]]:
    """Where the answer about each touching commit begins (its name) and ends; the rest is only passed over."""
    begin, place, end, is_touching = 0, 0, len(tokens) - 1, False
    while place < end:
        if tokens[place][:1] == b":":
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
        old_mode, new_mode, old, new, _ = tokens[place][1:].decode().split(" ")
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
