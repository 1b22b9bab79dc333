"""The branch and the worktree that a stage takes: checked before they are reserved, made after it, and gone back to."""

import os
from pathlib import Path

from okstra_git.commands import word
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.binary import GitFailed, run_git
from okstra_git.git.checkouts import Astray, find_astray
from okstra_git.git.history import merge_base
from okstra_git.git.reflogs import last_head
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.remotes import tracking_names
from okstra_git.git.repo import Git
from okstra_git.git.unsaved_work import in_words, read_unsaved_work, ways_out
from okstra_git.git.worktree_changes import remove_worktree
from okstra_git.git.worktrees import add_worktree, find_worktree, list_worktrees
from okstra_git.names import CommitId, TaskKey, is_text, quote, quote_path
from okstra_git.paths import real_path
from okstra_git.records.events import PlaceReserved
from okstra_git.records.states import Reservation, Task


def usual_branch(task: Task, number: int) -> str:
    """`<category>/<group>/<task>-stage-<N>`."""
    _, group, name = task.key
    return f"{task.category}/{group}/{name}-stage-{number}"


def start_of(git: Git, base: CommitId, branch: str) -> str:
    """The base, or where a branch that is there already left it."""
    tip = find_ref(git, f"refs/heads/{branch}")
    return (merge_base(git, base, tip) or base) if tip else base


def check_reservation(git: Git, task: Task, place: PlaceReserved) -> None:
    """Refuse a branch or a directory that belongs to something else, is missing, or is not clean."""
    _check_branch(git, task, place)
    _check_directory(git, place)


def make_worktree(git: Git, key: TaskKey, number: int, place: Reservation, base: CommitId) -> bool:
    """Check the place's branch out in its directory, at `base` when it is new; False when it stands there already."""
    path = Path(place.worktree or "")
    tip = find_ref(git, f"refs/heads/{place.branch}")
    existing = find_worktree(git, path)
    if existing is not None and path.is_dir() and not is_empty(path):
        return False
    if existing is not None and path.is_dir():
        path.rmdir()
    if existing is not None and existing.head == tip:
        remove_worktree(git, existing)  # its directory is gone, its branch has everything
    reason = f"okstra task={key} stage={number}"
    add_worktree(git, path, branch=place.branch, base=None if tip else base, reason=reason)
    return True


def make_branch(git: Git, branch: str, base: CommitId) -> None:
    """Create the branch at its base, without a worktree; refuses one that is there by now, or that git cannot make."""
    try:
        run_git(["branch", "--no-track"], values=[branch, base], cwd=git.top)
    except GitFailed as failed:
        message = f"the branch {quote(branch)} cannot be made: {failed.message}"
        raise refuse("branch.exists", message, branch=branch, hint="name another one with --branch") from failed


def _check_branch(git: Git, task: Task, place: PlaceReserved) -> None:
    """A branch to adopt is here or nowhere; any other is new, or was this stage's own before."""
    tip = find_ref(git, f"refs/heads/{place.branch}")
    remote = [name for name in tracking_names(git, place.branch) if find_quietly(git, f"refs/remotes/{name}")]
    if place.adopted and tip is None and remote:
        fetched = remote[0]
        raise refuse(
            "branch.missing",
            f"there is no branch {quote(place.branch)} here, and there is {quote(fetched)}",
            branch=place.branch,
            hint=f"before the same line again: git branch {word(place.branch)} {word('refs/remotes/' + fetched)}",
        )
    before = task.places.get(place.scope)
    if place.adopted or tip is None or (before is not None and before.branch == place.branch):
        return
    number = place.scope.removeprefix("stage-")
    adopting = f"git okstra stage start {word(number)} --task-key {word(str(task.key))}"
    raise refuse(
        "branch.exists",
        f"branch {place.branch} exists already and was not this stage's before",
        branch=place.branch,
        hint=f"to go on in it: {adopting} --branch {word(place.branch)} --no-worktree",
    )


def _check_directory(git: Git, place: PlaceReserved) -> None:
    """A directory that is there already is used again only as a clean worktree of the same branch."""
    if place.worktree is None:
        return
    path = Path(place.worktree)
    if not is_text(place.worktree):
        raise refuse(
            "worktree.taken",
            f"the worktree's path {quote_path(place.worktree)} is not UTF-8 and cannot be recorded",
            hint="git okstra config set okstra.worktreeRoot DIR",
        )
    if not os.path.lexists(path):
        return
    existing = find_worktree(git, path)
    if existing is None:
        if not path.is_dir() or any(path.iterdir()):
            raise refuse(
                "worktree.taken",
                f"{path} exists and is not a worktree of this repository",
                path=place.worktree,
                hint="move it away, or choose another place: git okstra config set okstra.worktreeRoot DIR",
            )
        return
    if existing.branch != place.branch:
        raise refuse(
            "worktree.taken",
            f"{path} is the worktree of {existing.branch or 'a detached commit'}, not of {place.branch}",
            path=place.worktree,
            hint=f"check out {place.branch} there, or remove it: git okstra worktree prune",
        )
    changes = read_unsaved_work(git, existing).uncommitted
    if changes:
        raise refuse(
            "worktree.dirty",
            f"the worktree {path} cannot be used again: {in_words(changes)}",
            path=place.worktree,
            hint="\n".join([*ways_out(path, changes), "then start the stage again"]),
            kinds=[change.kind for change in changes],
        )


# --- going back to a worktree


def check_worktree(git: Git, place: Reservation) -> None:
    """Refuse to go back to a directory that has become something else; one that is gone or empty is made again."""
    refusal = find_obstacle(git, Path(place.worktree or ""), place.branch)
    if refusal is not None:
        raise refusal


def find_obstacle(git: Git, path: Path, branch: str) -> OkstraError | None:
    """Why this directory cannot be used again as the checkout of the branch, with the commands that put it right.

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
    return refuse("worktree.taken", f"{path} {astray.what}", path=str(path), hint=hint)


def _elsewhere(git: Git, path: Path, branch: str, astray: Astray) -> OkstraError:
    git_there = f"git -C {word(path)}"
    if find_ref(git, f"refs/heads/{branch}"):
        hint = f"{git_there} switch {word(branch)}"
    elif astray.branch not in (None, branch):
        hint = f"when {astray.branch} is the same branch under a new name: {git_there} branch -m {word(branch)}"
    elif (last := last_head(path)) is not None:
        hint = f"{git_there} update-ref {word('refs/heads/' + branch)} {last}"
    else:
        hint = f"{git_there} switch -c {word(branch)}"
    return refuse(
        "worktree.other-branch",
        f"the worktree {path} {astray.what}",
        hint=hint,
        path=str(path),
        branch=branch,
        found=astray.branch,
    )


def _moved(git: Git, path: Path, branch: str) -> OkstraError | None:
    """A branch that is checked out in another directory cannot have one of its own."""
    real, (main, *linked) = real_path(path), list_worktrees(git)
    others = [tree for tree in (main, *linked) if tree.branch == branch and real_path(tree.path) != real]
    tree = next((tree for tree in others if tree.path.is_dir()), None)
    if tree is None:
        return None
    directory = word(tree.path)
    unlock = f"git worktree unlock {directory}\n" if tree.is_locked else ""
    move = f"{unlock}git worktree move {directory} {word(path)}"
    return refuse(
        "worktree.other-branch",
        f"branch {branch} is checked out in {tree.path}, and not in {path}, the directory of its stage",
        hint=f"git -C {directory} switch --detach" if tree == main else move,
        path=str(path),
        branch=branch,
        found=str(tree.path),
    )


def is_empty(path: Path) -> bool:
    """Whether it is a directory, and nothing is in it."""
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())
