"""Which branches a person means to have protected, and why some of them cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from okstra_git.commands import command
from okstra_git.errors import OkstraError, refuse
from okstra_git.git.branches import list_branches
from okstra_git.git.checkouts import see_head
from okstra_git.git.history import find_commit
from okstra_git.git.refs import find_quietly, find_ref
from okstra_git.git.remotes import tracking_names
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, FETCHED
from okstra_git.git.worktrees import Worktree, current_branch, list_worktrees
from okstra_git.names import CommitId, is_text, make_slug, parse_branch, quote, quote_path
from okstra_git.paths import real_path
from okstra_git.porcelain.workspace import Workspace


@dataclass(frozen=True)
class Adoptable:
    """A branch that may be adopted, and where it is checked out in a worktree beside the main one."""

    branch: str
    tip: CommitId
    worktree: Path | None = None


@dataclass(frozen=True)
class LeftAlone:
    """A branch or worktree that is not adopted: a stable word for why, a sentence, and the line that changes it."""

    branch: str | None
    worktree: Path | None
    code: str
    message: str
    hint: str = ""


def list_candidates(workspace: Workspace) -> tuple[list[Adoptable], list[LeftAlone]]:
    """Every branch of this clone by name, and the worktrees beside the main one that are on none."""
    git = workspace.git
    trees = list_worktrees(git)
    places = _places(trees)
    candidates: list[Adoptable] = []
    left: list[LeftAlone] = []
    for row in list_branches(git):
        name = row.ref.removeprefix(BRANCH)
        try:
            candidates.append(Adoptable(parse_branch(name), row.tip, places.get(name)))
        except OkstraError as refusal:
            left.append(LeftAlone(name, places.get(name), "name.bad", refusal.message, rename_line(name)))
    return candidates, [*left, *_detached(trees[1:])]


def rename_line(name: str) -> str:
    """How a branch gets a name that can be recorded."""
    return command("git branch -m --", name, make_slug(name, otherwise="branch"))


def named_candidate(workspace: Workspace, text: str | None) -> Adoptable:
    """The branch that was named, by its name or by the directory of its worktree; None: the one checked out here.

    Refuses what is not a branch of this clone, with the line that makes it one.
    """
    git = workspace.git
    trees = list_worktrees(git)
    if text is None:
        branch = current_branch(git) or _returning(git, trees)
        if branch is None:
            raise _on_no_branch(git.work_tree or git.common_dir)
        return _candidate(git, branch, trees)
    if find_quietly(git, BRANCH + text.removeprefix(BRANCH)) is None and (tree := _tree_at(workspace, text, trees)):
        branch = see_head(tree).works_on
        if branch is None:
            raise _on_no_branch(tree.path)
        return _candidate(git, branch, trees)
    return _candidate(git, text, trees)


def _candidate(git: Git, text: str, trees: Sequence[Worktree]) -> Adoptable:
    name = parse_branch(text)
    tip = find_ref(git, BRANCH + name)
    if tip is None:
        raise _no_branch(git, name)
    if find_commit(git, tip) is None:
        raise refuse("branch.missing", f"the commit of branch {quote(name)} cannot be read", hint="git fsck")
    return Adoptable(name, tip, _places(trees).get(name))


def _places(trees: Sequence[Worktree]) -> dict[str, Path]:
    """Branch -> the worktree beside the main one in which it is checked out."""
    return {tree.branch: tree.path for tree in trees[1:] if tree.branch and tree.path.is_dir()}


def _detached(linked: Sequence[Worktree]) -> Iterator[LeftAlone]:
    for tree in linked:
        if tree.branch is None and tree.head and tree.path.is_dir() and see_head(tree).works_on is None:
            refusal = _on_no_branch(tree.path)
            yield LeftAlone(None, tree.path, "adopt.detached", refusal.message, refusal.hint)


def _returning(git: Git, trees: Sequence[Worktree]) -> str | None:
    """The branch that a rebase under way here will check out again."""
    here = git.work_tree
    return next((see_head(tree).works_on for tree in trees if here and real_path(tree.path) == real_path(here)), None)


def _tree_at(workspace: Workspace, text: str, trees: Sequence[Worktree]) -> Worktree | None:
    if "\0" in text:
        return None
    place = real_path(workspace.cwd / text)
    return next((tree for tree in trees if real_path(tree.path) == place and not tree.is_bare), None)


def _on_no_branch(place: Path) -> OkstraError:
    name = make_slug(place.name, otherwise="work") if is_text(place.name) else "work"
    return refuse(
        "adopt.detached",
        f"the worktree {quote_path(str(place))} is on no branch, and only a branch can be followed",
        hint=command(command("git -C", place) + " switch -c", name),
        worktree=str(place),
    )


def _no_branch(git: Git, name: str) -> OkstraError:
    remote = [each for each in tracking_names(git, name) if find_quietly(git, FETCHED + each)]
    if remote:
        message = f"{quote(name)} is not a branch here, but {quote(remote[0])} is one"
        hint = command("git branch", name, FETCHED + remote[0])
        return refuse("branch.missing", message, hint=hint, branch=name)
    message = f"there is no branch {quote(name)} here, nor a worktree at that path"
    return refuse("branch.missing", message, hint="git branch --all", branch=name)
