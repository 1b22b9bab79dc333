"""Where branches are about to be, while git is still inside a rebase and has not moved them yet.

`git rebase --update-refs` runs its post-rewrite hook before the stacked branches move, and `rebase --apply` before any
branch does; what they will become is in git's own state files (git-rebase.txt, sequencer.c).
"""

from pathlib import Path

from okstra_git.fs.outside import read_gits
from okstra_git.git.refs import find_quietly, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.names import is_commit_id


def planned_tips(git: Git) -> dict[str, str]:
    """Full ref name -> commit, for every branch that the rebase under way in this worktree will move."""
    return {**_stacked(git.git_dir / "rebase-merge" / "update-refs"), **_own(git)}


def is_rebasing(git: Git) -> bool:
    """Whether a rebase is under way in this worktree."""
    return any((git.git_dir / name).is_dir() for name in ("rebase-merge", "rebase-apply"))


def _stacked(path: Path) -> dict[str, str]:
    """git keeps triples of lines: ref, commit before, commit after (zeros while not known)."""
    lines = _read(path).splitlines()
    triples = zip(lines[::3], lines[2::3], strict=False)
    return {ref: after for ref, after in triples if is_commit_id(after) and set(after) != {"0"}}


def _own(git: Git) -> dict[str, str]:
    """The rebased branch itself: HEAD is where it will be."""
    head = _read(git.git_dir / "HEAD").strip()
    if not is_commit_id(head) or not is_rebasing(git):
        return {}
    written = (_read(git.git_dir / folder / "head-name").strip() for folder in ("rebase-merge", "rebase-apply"))
    named = [name for name in written if name] or _left_behind(git)  # "detached HEAD" where no branch will move
    return {named[0]: head} if len(named) == 1 and named[0].startswith("refs/heads/") else {}


def _left_behind(git: Git) -> list[str]:
    """Branches at ORIG_HEAD: the apply backend does not write down which branch it will move unless it stops."""
    original = _read(git.git_dir / "ORIG_HEAD").strip()
    return [name for name in list_ref_names(git, "refs/heads/") if find_quietly(git, name) == original]


def _read(path: Path) -> str:
    return (read_gits(path) or b"").decode("utf-8", "surrogateescape")
