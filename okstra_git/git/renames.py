"""Where a branch went that is not there any more under its name."""

from pathlib import Path

from okstra_git.fs.gits import read_gits
from okstra_git.git.refs import find_quietly, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import find_worktree

HEADS = "refs/heads/"


def find_new_name(git: Git, branch: str, worktree: Path | None) -> str | None:
    """The name that a branch has now: as git's reflog says, else what is checked out in the worktree it was in.

    None while there is a branch of that name, or where neither tells.
    """
    if not branch or find_quietly(git, HEADS + branch) is not None:
        return None
    told = f"renamed {HEADS}{branch} to {HEADS}".encode(errors="surrogateescape")
    names = [name for name in list_ref_names(git, HEADS) if find_quietly(git, name) is not None]
    renamed = [name for name in names if told in _reflog(git, name)]
    if len(renamed) == 1:
        return renamed[0].removeprefix(HEADS)
    here = find_worktree(git, worktree) if worktree is not None else None
    return here.branch if here is not None else None


def _reflog(git: Git, name: str) -> bytes:
    return read_gits(git.common_dir / "logs" / name) or b""
