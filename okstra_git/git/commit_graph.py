"""Reads who is whose parent in the history of some tips, in one run of git."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from okstra_git.git.binary import OFFLINE, GitFailed, run_git
from okstra_git.git.objects import MissingObject
from okstra_git.git.repo import Git
from okstra_git.names import ID_LENGTH

ORDERED = ["rev-list", "--topo-order", "--parents", "--stdin"]
AT_ONCE = {"GIT_GRAFT_FILE": os.devnull, "GIT_FLUSH": "0"}
"""Parents as commits name them, and an answer in few pieces: git sends off each commit by itself otherwise."""


class CommitGraph(NamedTuple):
    """Commits with their parents, children before parents; not `complete` where there are more than were asked for."""

    parents: dict[str, tuple[str, ...]]
    complete: bool


def read_graph(git: Git, tips: Iterable[str], *, limit: int) -> CommitGraph:
    """The history of the tips, at most `limit` commits of it; refuses (`MissingObject`) where it cannot be read."""
    wanted = "".join(f"{tip}\n" for tip in dict.fromkeys(tips))
    options = [*ORDERED, f"--max-count={limit + 1}"]
    try:
        answer = run_git(options, cwd=git.top, stdin=wanted.encode(), environment={**OFFLINE, **AT_ONCE})
    except GitFailed as failed:
        message = f"history cannot be read: {failed.message}"
        raise MissingObject(message, hint="git fsck", **failed.facts) from failed
    lines = answer.stdout.decode("ascii", "replace").splitlines()
    parents = {line[:ID_LENGTH]: tuple(line[ID_LENGTH + 1 :].split()) for line in lines[:limit]}
    return CommitGraph(parents, len(lines) <= limit)
