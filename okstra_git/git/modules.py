"""Submodules of a linked worktree: their repositories lie in its private directory and go with it."""

import os
from collections.abc import Iterator
from pathlib import Path

from okstra_git.git.binary import run_git
from okstra_git.git.private_state import list_named_commits

_PARTS = ("HEAD", "objects", "refs")


def list_module_dirs(private: Path) -> list[Path]:
    """The git directories of all submodules of the worktree with this private directory, nested ones too."""
    found: list[Path] = []
    waiting = [private / "modules"]
    while waiting:
        folder = waiting.pop()
        below = list(_folders(folder))
        if all((folder / part).exists() for part in _PARTS):
            found.append(folder)
            below = [path for path in below if path.name == "modules"]
        waiting += below
    return sorted(found)


def _folders(folder: Path) -> Iterator[Path]:
    if folder.is_dir() and not folder.is_symlink():
        yield from (path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())


def list_sole_in_module(module: Path) -> list[str]:
    """Commits of a submodule's repository, stashes too, that no branch of a remote has; refuses what is damaged."""
    refs = run_git(["for-each-ref", "--format=%(objectname)"], cwd=module, environment=_inside(module)).stdout
    remotes = ["--not", "--remotes"]
    tips = {*refs.decode().split(), *list_named_commits(module)}
    if not tips:
        return []
    told = "".join(f"{oid}\n" for oid in sorted(tips)).encode()
    asked = ["rev-list", "--ignore-missing", "--stdin", *remotes]
    return run_git(asked, cwd=module, stdin=told, environment=_inside(module)).stdout.decode().split()


def _inside(module: Path) -> dict[str, str]:
    """Its own directory alone; where its worktree is does not matter here."""
    return {"GIT_DIR": os.fspath(module), "GIT_WORK_TREE": os.fspath(module)}
