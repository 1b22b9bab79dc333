"""Commits, refs and submodules that nothing but one worktree leads to: what would be lost with it."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from okstra_git.fs.outside import require_gits
from okstra_git.git.binary import run_git
from okstra_git.git.reflogs import Logged, list_in
from okstra_git.git.refs_by_git import OWN_REFS, keeps_refs_elsewhere, list_own_tips, list_refs_by_git
from okstra_git.git.repo import Git
from okstra_git.names import NO_OBJECT, is_commit_id

_MADE_BY_REBASE = re.compile(r"(rebase|pull)\b[^:(]*\((start|pick|edit|squash|fixup|finish|abort)\):")
"""Subjects of reflog entries for commits that git itself put together from others, which the branch's reflog has."""
_PSEUDO_REF = re.compile(r"[A-Z][A-Z_]*\Z")
_LISTS = ("--branches", "--tags", "--remotes", "--glob=refs/okstra/verification")
"""What leads to a commit for good; okstra's own refs count where they name what it put together itself."""


def list_own_refs(private: Path) -> list[str]:
    """Refs of this worktree alone: `refs/worktree/…`, `refs/bisect/…`, `refs/rewritten/…`."""
    if keeps_refs_elsewhere(private):
        return list_refs_by_git(private, OWN_REFS)
    refs = private / "refs"
    return sorted(path.relative_to(private).as_posix() for path in refs.rglob("*") if not path.is_dir())


def list_sole_commits(git: Git, private: Path) -> list[str]:
    """Commits that no branch, tag or remote branch has and no branch ever had: only this worktree leads to them.

    Its HEAD, what HEAD was before, ORIG_HEAD and its like, and its own refs are asked. Commits that a rebase made on
    the way do not count; what a person committed does. Refuses (`GitFailed`) where history cannot be read.
    """
    tips = list(dict.fromkeys(list_named_commits(private)))
    if not tips:
        return []
    left = _without(git, tips, [])
    return _without(git, left, list(_of_branches(git))) if left else []


def list_named_commits(private: Path) -> Iterator[str]:
    """Every commit that this worktree's own files name, other than what a rebase made on the way."""
    for path in sorted(private.iterdir()):
        if _PSEUDO_REF.match(path.name) and path.name != "AUTO_MERGE" and path.is_file():
            yield from _named_in(path)
    if keeps_refs_elsewhere(private):
        tips = list_own_tips(private)
        yield from (tip for name, tip in tips.items() if name != "AUTO_MERGE")
    else:
        for name in list_own_refs(private):
            yield from _named_in(private / name)
    for log in list_in(private):
        yield from _logged(log)


_PARTS = ("HEAD", "objects", "refs")


def list_module_dirs(private: Path) -> list[Path]:
    """The git directories of all submodules of the worktree with this private directory, nested ones too."""
    modules: list[Path] = []
    waiting = [private / "modules"]
    while waiting:
        folder = waiting.pop()
        below = list(_folders(folder))
        if all((folder / part).exists() for part in _PARTS):
            modules.append(folder)
            below = [path for path in below if path.name == "modules"]
        waiting += below
    return sorted(modules)


def list_sole_in_module(module: Path) -> list[str]:
    """Commits of a submodule's repository, stashes too, that no branch of a remote has; refuses what is damaged."""
    refs = run_git(["for-each-ref", "--format=%(objectname)"], cwd=module, environment=_inside(module)).stdout
    remotes = ["--not", "--remotes"]
    tips = {*refs.decode().split(), *list_named_commits(module)}
    if not tips:
        return []
    revisions = "".join(f"{oid}\n" for oid in sorted(tips)).encode()
    asked = ["rev-list", "--ignore-missing", "--stdin", *remotes]
    return run_git(asked, cwd=module, stdin=revisions, environment=_inside(module)).stdout.decode().split()


def _without(git: Git, commits: Sequence[str], known: Sequence[str]) -> list[str]:
    revisions = "".join(f"{oid}\n" for oid in commits) + "".join(f"^{oid}\n" for oid in known)
    asked = ["rev-list", "--ignore-missing", "--stdin", "--not", *_LISTS]
    return run_git(asked, cwd=git.top, stdin=revisions.encode()).stdout.decode().split()


def _named_in(path: Path) -> Iterator[str]:
    for line in require_gits(path).splitlines():
        oid, _, rest = line.decode(errors="replace").partition("\t")
        if is_commit_id(oid.strip()) and not rest.startswith("not-for-merge"):
            yield oid.strip()


def _logged(log: Sequence[Logged]) -> Iterator[str]:
    if log and is_commit_id(log[0].old) and log[0].old != NO_OBJECT:
        yield log[0].old
    yield from (line.new for line in log if is_commit_id(line.new) and not _MADE_BY_REBASE.match(line.why))


def _of_branches(git: Git) -> Iterator[str]:
    """Everything that a branch, or HEAD of the main worktree, ever pointed to, as far as it is written down."""
    for log in list_in(git.common_dir):
        yield from (oid for line in log for oid in (line.old, line.new) if is_commit_id(oid) and oid != NO_OBJECT)


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir() and not folder.is_symlink():
        yield from (path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())


def _inside(module: Path) -> dict[str, str]:
    """Its own directory alone; where its worktree is does not matter here."""
    return {"GIT_DIR": os.fspath(module), "GIT_WORK_TREE": os.fspath(module)}
