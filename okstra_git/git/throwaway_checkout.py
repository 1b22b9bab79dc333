"""A clean checkout of a commit in a worktree that is there for a while and holds nothing of anybody's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from okstra_git.git.binary import run_git
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import add_detached
from okstra_git.paths import real_path

REASON = "git-okstra verifies a tree here; throw-away"


@contextmanager
def throwaway_checkout(git: Git, commit: str) -> Iterator[Path]:
    """The directory of the checkout; it goes with everything that was made in it, whatever happens."""
    with TemporaryDirectory(prefix="okstra-verify-", ignore_cleanup_errors=True) as scratch:
        top = real_path(Path(scratch)) / f"okstra-verify-{os.getpid()}"
        is_left = True
        try:
            add_detached(git, top, commit=commit, reason=REASON, whole=True)
            # a lock would outlive a process that is killed, and keep git from tidying up after it
            run_git(["worktree", "unlock"], values=[str(top)], cwd=git.top)
            yield top
        finally:
            is_left = not _remove(git, top)
    if is_left:  # folders without the right to write, say, which are gone now
        _remove(git, top)


def _remove(git: Git, top: Path) -> bool:
    away = ["worktree", "remove", "--force"]
    return run_git(away, values=[str(top)], cwd=git.top, accept=range(256)).returncode == 0
