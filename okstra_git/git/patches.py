"""Diffs for people to read."""

import tempfile
from pathlib import Path

from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.repo import Git
from okstra_git.git.scratch_repository import lay_out_apart

MAX_LINES = 400


def show_difference(git: Git, recorded: str, candidate: str) -> str | None:
    """How the change of `candidate` differs from that of `recorded`, as `git range-diff` shows it, at most 400 lines.

    It is asked where no textconv, filter, attribute or setting can make the difference look like less or like another.
    None where git cannot compare them (a missing commit, a root commit on one side).
    """
    asked = ["range-diff", "--no-color", "--no-notes", "--no-ext-diff", "--no-textconv", "--creation-factor=100"]
    sides = [f"{recorded}^!", f"{candidate}^!"]
    with tempfile.TemporaryDirectory(prefix="okstra-show-") as scratch:
        place = Path(scratch)
        environment = lay_out_apart(place, git)
        try:
            said = run_git(asked, revisions=sides, cwd=place, environment=environment, timeout=30)
        except GitFailed:
            return None
    lines = said.stdout.decode("utf-8", "backslashreplace").splitlines()
    return "\n".join(lines[:MAX_LINES] + (["..."] if len(lines) > MAX_LINES else []))
