"""Diffs for people to read."""

from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.repo import Git

MAX_LINES = 400


def show_difference(git: Git, recorded: str, candidate: str) -> str | None:
    """How the change of `candidate` differs from that of `recorded`, as `git range-diff` shows it, at most 400 lines.

    None where git cannot compare them (a missing commit, a root commit on one side).
    """
    asked = ["range-diff", "--no-color", "--no-notes", "--creation-factor=100", f"{recorded}^!", f"{candidate}^!"]
    try:
        text = run_git(asked, cwd=git.top, timeout=30).stdout.decode("utf-8", "backslashreplace")
    except GitFailed:
        return None
    lines = text.splitlines()
    return "\n".join(lines[:MAX_LINES] + (["..."] if len(lines) > MAX_LINES else []))
