"""How branches move: what a ref pointed at before, new names, and what a rebase under way is about to do."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from okstra_git.fs.outside import read_gits
from okstra_git.git.history import contains, unreachable
from okstra_git.git.objects import has_object
from okstra_git.git.reflogs import list_moves, was_renamed
from okstra_git.git.refs import find_head_target, find_quietly, list_ref_names
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import find_worktree
from okstra_git.names import is_commit_id


def list_held(git: Git, ref: str, commits: Sequence[str]) -> set[str]:
    """Those of the commits that the ref, as far back as its reflog goes, ever had in its history."""
    tips = list(dict.fromkeys(move.new for move in list_moves(git, ref)))
    return set(commits) - unreachable(git, commits, [tip for tip in tips if has_object(git, tip)]) if tips else set()


def has_left(git: Git, ref: str, commit: str, *, since: datetime) -> bool:
    """Whether the ref went, at `since` or later, from a history with the commit to one without it."""
    recent = (move for move in list_moves(git, ref) if move.at >= since)
    return any(contains(git, move.old, commit) and not contains(git, move.new, commit) for move in recent)


HEADS = "refs/heads/"


def find_new_name(git: Git, branch: str, worktree: Path | None) -> str | None:
    """The name that a branch has now: as git's reflog says, else what is checked out in the worktree it was in.

    None while there is a branch of that name, or where neither says.
    """
    if not branch or find_quietly(git, HEADS + branch) is not None:
        return None
    names = [name for name in list_ref_names(git, HEADS) if find_quietly(git, name) is not None]
    renamed = [name for name in names if was_renamed(git, name, HEADS + branch)]
    if len(renamed) == 1:
        return renamed[0].removeprefix(HEADS)
    here = find_worktree(git, worktree) if worktree is not None else None
    return here.branch if here is not None else None


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
    head = find_quietly(git, "HEAD") if is_rebasing(git) and find_head_target(git) is None else None
    if head is None:
        return {}
    written = (_read(git.git_dir / folder / "head-name").strip() for folder in ("rebase-merge", "rebase-apply"))
    named = [name for name in written if name] or _left_behind(git)  # "detached HEAD" where no branch will move
    return {named[0]: head} if len(named) == 1 and named[0].startswith("refs/heads/") else {}


def _left_behind(git: Git) -> list[str]:
    """Branches at ORIG_HEAD: the apply backend does not write down which branch it will move unless it stops."""
    original = find_quietly(git, "ORIG_HEAD")
    names = list_ref_names(git, HEADS) if original is not None else []
    return [name for name in names if find_quietly(git, name) == original]


def _read(path: Path) -> str:
    return (read_gits(path) or b"").decode("utf-8", "surrogateescape")
