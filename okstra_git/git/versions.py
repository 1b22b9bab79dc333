"""Every fact about versions of git and libgit2 that okstra relies on, each with its reason."""

import re
from importlib.metadata import version
from typing import NamedTuple

import pygit2

from okstra_git.git.binary import run_git
from okstra_git.git.repo import Git

Version = tuple[int, ...]


class Threshold(NamedTuple):
    """From this version on something works; `without` says what a person loses before it."""

    since: Version
    fact: str
    without: str
    required: bool = False


GIT_THRESHOLDS = (
    Threshold((2, 36), "git worktree list --porcelain takes -z, and says what is locked and prunable",
              "worktrees of stages cannot be listed", True),
    Threshold((2, 39), "git merge-tree --stdin makes any number of merges in memory",
              "stages cannot be put together, and no conflicts between them are seen", True),
)  # fmt: skip

PYGIT2_THRESHOLDS = (
    Threshold((1, 19), "Repository.transaction() locks refs before they are written", "nothing can be recorded", True),
)
LIBGIT2_THRESHOLDS = (
    Threshold((1, 8), "extensions.worktreeConfig is understood", "repositories with sparse checkouts are refused"),
)


class Versions(NamedTuple):
    """What runs here; git is None when its answer was not understood."""

    git: Version | None
    pygit2: Version
    libgit2: Version


def read_versions(git: Git) -> Versions:
    """The versions of the git program, pygit2 and libgit2."""
    answer = run_git(["version"], cwd=git.top).stdout.decode(errors="replace")
    library, inside = version("pygit2"), pygit2.LIBGIT2_VERSION
    return Versions(parse_version(answer), parse_version(library) or (), parse_version(inside) or ())


def parse_version(text: str) -> Version | None:
    """The first dotted number in the text: `git version 2.39.5 (Apple Git-154)` is (2, 39, 5)."""
    match = re.search(r"\d+(\.\d+)+", text)
    return tuple(map(int, match[0].split("."))) if match else None


def missed(thresholds: tuple[Threshold, ...], at: Version) -> list[Threshold]:
    """Facts that do not hold yet at this version."""
    return [threshold for threshold in thresholds if at < threshold.since]


def show_version(shown: Version) -> str:
    """`2.39.5`."""
    return ".".join(map(str, shown))
