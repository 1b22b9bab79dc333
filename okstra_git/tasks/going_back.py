"""Going back to the directory of a stage: whether it still is that, and the lines that put it right."""

from pathlib import Path

from okstra_git.commands import word
from okstra_git.errors import OkstraError
from okstra_git.git.checkouts import Astray, find_astray
from okstra_git.git.reflogs import last_head
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import Git
from okstra_git.git.worktrees import find_worktree, list_worktrees
from okstra_git.real_paths import real_path
from okstra_git.records.states import Reservation
from okstra_git.tasks.checks import DirectoryTaken, WorktreeElsewhere


def check_standing(git: Git, place: Reservation) -> None:
    """Refuse to go back to a directory that has become something else; one that is gone or empty is made again."""
    refusal = find_refusal(git, Path(place.worktree or ""), place.branch)
    if refusal is not None:
        raise refusal


def find_refusal(git: Git, path: Path, branch: str) -> OkstraError | None:
    """Why nobody can go back to this directory as the checkout of the branch, with the lines that put it right.

    None when it is that, and when it is gone or empty, so that it may be made again.
    """
    astray = find_astray(git, path, branch)
    if astray is None:
        return None
    if astray.kind == "elsewhere":
        return _elsewhere(git, path, branch, astray)
    if astray.kind == "gone" or is_empty(path):
        return _moved(git, path, branch)
    repair = f"git -C {word(git.top)} worktree repair"
    again = "move it away, then repeat: its branch is checked out there again"
    hint = repair if find_worktree(git, path) is not None else again
    return DirectoryTaken(f"{path} {astray.what}", path=str(path), hint=hint)


def _elsewhere(git: Git, path: Path, branch: str, astray: Astray) -> WorktreeElsewhere:
    there = f"git -C {word(path)}"
    if find_ref(git, f"refs/heads/{branch}"):
        hint = f"{there} switch {word(branch)}"
    elif astray.branch not in (None, branch):
        hint = f"when {astray.branch} is the same branch under a new name: {there} branch -m {word(branch)}"
    elif (last := last_head(path)) is not None:
        hint = f"{there} update-ref {word('refs/heads/' + branch)} {last}"
    else:
        hint = f"{there} switch -c {word(branch)}"
    return WorktreeElsewhere(
        f"the worktree {path} {astray.what}", hint=hint, path=str(path), branch=branch, found=astray.branch
    )


def _moved(git: Git, path: Path, branch: str) -> WorktreeElsewhere | None:
    """A branch that is checked out in another directory cannot have one of its own."""
    real, (main, *linked) = real_path(path), list_worktrees(git)
    others = [tree for tree in (main, *linked) if tree.branch == branch and real_path(tree.path) != real]
    tree = next((tree for tree in others if tree.path.is_dir()), None)
    if tree is None:
        return None
    there = word(tree.path)
    unlock = f"git worktree unlock {there}\n" if tree.is_locked else ""
    move = f"{unlock}git worktree move {there} {word(path)}"
    return WorktreeElsewhere(
        f"branch {branch} is checked out in {tree.path}, and not in {path}, the directory of its stage",
        hint=f"git -C {there} switch --detach" if tree == main else move,
        path=str(path),
        branch=branch,
        found=str(tree.path),
    )


def is_empty(path: Path) -> bool:
    """Whether it is a directory, and nothing is in it."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())
