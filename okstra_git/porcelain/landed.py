"""Says of branches, worktrees and commits whether they have landed; changes nothing, and needs no `init`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okstra_git.errors import refuse
from okstra_git.git.branches import list_branches
from okstra_git.git.history import contains, find_commit, resolve_head
from okstra_git.git.refs import find_quietly
from okstra_git.git.remotes import default_branches, tracking_names, upstream_of
from okstra_git.git.repo import Git
from okstra_git.git.revisions import BRANCH, FETCHED, find_named, printed_name, require_named
from okstra_git.git.worktrees import Worktree, list_worktrees
from okstra_git.names import CommitId
from okstra_git.paths import real_path
from okstra_git.porcelain.workspace import Workspace
from okstra_git.reconcile.branch_landings import BranchLanding
from okstra_git.reconcile.branch_search import BranchSearch

LIMIT = 200_000
"""Commits of a target that are looked through for a branch."""

RANK = ("landed", "partly", "reverted", "unknown", "not")
"""Of several targets the one in which most of a branch is; a clear no comes last."""


@dataclass(frozen=True)
class AskedRef:
    """What is asked about: a name to show, the ref behind it ("" for none), its commit, and where it is checked out."""

    name: str
    ref: str
    commit: CommitId
    worktree: Worktree | None = None
    touched: int | None = None


@dataclass(frozen=True)
class RefLanding:
    """What became of it in the target in which most of it is."""

    asked: AskedRef
    into: str
    landing: BranchLanding


@dataclass(frozen=True)
class LandingTarget:
    """A branch that work is merged into."""

    name: str
    ref: str
    commit: CommitId


def find_landed(
    workspace: Workspace, refs: Sequence[str], *, every: bool = False, into: str | None = None
) -> list[RefLanding]:
    """Whether each of the refs has landed; without one the commit checked out, with `every` all branches of the clone.

    Refuses names that mean nothing or several things, and a repository in which no target can be told.
    """
    git = workspace.git
    targets = find_targets(workspace, into)
    asked = _every(git, targets) if every else [_asked(workspace, ref) for ref in refs] or [_checked_out(git)]
    tips = [each.commit for each in asked]
    found = [(target, BranchSearch(git, target.commit, tips, LIMIT).landings()) for target in targets]
    return [_best(each, [(target, landings[each.commit]) for target, landings in found]) for each in asked]


def _best(asked: AskedRef, answers: Sequence[tuple[LandingTarget, BranchLanding]]) -> RefLanding:
    target, landing = min(answers, key=lambda answer: RANK.index(answer[1].state))
    return RefLanding(asked, target.name, landing)


# --- what is asked


def _every(git: Git, targets: Sequence[LandingTarget]) -> list[AskedRef]:
    """Every branch but the targets, and every worktree that has a commit of its own checked out."""
    trees = list_worktrees(git)
    on = {tree.branch: tree for tree in reversed(trees) if tree.branch}
    apart = {target.ref for target in targets}
    branches = [
        AskedRef(printed_name(git, each.ref), each.ref, each.tip, on.get(each.ref.removeprefix(BRANCH)), each.touched)
        for each in list_branches(git)
        if each.ref not in apart
    ]
    return [*branches, *_detached(git, trees)]


def _detached(git: Git, trees: Sequence[Worktree]) -> Iterator[AskedRef]:
    for tree in trees:
        if tree.branch is None and tree.head and not tree.is_bare and find_commit(git, tree.head):
            yield AskedRef(tree.head[:10], "", CommitId(tree.head), tree)


def _asked(workspace: Workspace, text: str) -> AskedRef:
    """What a person named: a branch, a tag, a commit, or the directory of a worktree."""
    git = workspace.git
    trees = list_worktrees(git)
    tree = _tree_at(workspace, text, trees)
    named = find_named(git, text) if tree is None else None
    if named is None and tree is not None and tree.head:
        ref = f"{BRANCH}{tree.branch}" if tree.branch else ""
        return AskedRef(text, ref, CommitId(tree.head), tree)
    named = named or require_named(git, text, what="the ref")
    on = next((tree for tree in trees if tree.branch and BRANCH + tree.branch == named.ref), None)
    return AskedRef(text, named.ref, named.commit, on)


def _tree_at(workspace: Workspace, text: str, trees: Sequence[Worktree]) -> Worktree | None:
    if "/" not in text or "\0" in text:
        return None
    place = real_path(workspace.cwd / text)
    return next((tree for tree in trees if real_path(tree.path) == place), None)


def _checked_out(git: Git) -> AskedRef:
    head = resolve_head(git)
    if head is None:
        require_named(git, "HEAD", what="the ref")
    assert head is not None
    named = find_named(git, "HEAD")
    trees = [tree for tree in list_worktrees(git) if tree.path == git.work_tree]
    branch = trees[0].branch if trees else None
    ref = BRANCH + branch if branch else named.ref if named else ""
    return AskedRef(printed_name(git, ref) if ref else "HEAD", ref, head, trees[0] if trees else None)


# --- the target


def find_targets(workspace: Workspace, into: str | None = None) -> list[LandingTarget]:
    """Where branches are looked for: one that was named, else those configured, else the default branch.

    A branch and what was fetched of it are one place, of which the one that has more counts; where each has something
    of its own, both do.
    """
    git = workspace.git
    if into is not None:
        named = require_named(git, into, what="the target")
        return [LandingTarget(into, named.ref, named.commit)]
    names = list(workspace.settings.target) or default_branches(git)[:1]
    known = [target for name in names for target in _places(git, name)]
    if not known:
        message = "nothing says into which branch others are merged here"
        raise refuse("landed.no-target", message, hint="git branch --all, then git okstra landed --into BRANCH")
    return _without_older(git, known)


def _places(git: Git, name: str) -> Iterator[LandingTarget]:
    """The branch of that name here, and as it was fetched."""
    named = find_named(git, name)
    if named is None:
        return
    short = named.ref.removeprefix(BRANCH) if named.ref.startswith(BRANCH) else named.ref.split("/", 3)[-1]
    upstream = upstream_of(git, short)
    fetched = [upstream] if upstream else [FETCHED + each for each in tracking_names(git, short)]
    for ref in dict.fromkeys([named.ref, BRANCH + short, *fetched]):
        tip = find_quietly(git, ref) if ref else None
        if tip is not None and find_commit(git, tip):
            yield LandingTarget(printed_name(git, ref), ref, tip)


def _without_older(git: Git, targets: Sequence[LandingTarget]) -> list[LandingTarget]:
    """Each commit once, and none that another target contains."""
    newest = list({target.commit: target for target in reversed(targets)}.values())[::-1]

    def is_older(target: LandingTarget) -> bool:
        return any(other is not target and contains(git, other.commit, target.commit) for other in newest)

    return [target for target in newest if not is_older(target)]
