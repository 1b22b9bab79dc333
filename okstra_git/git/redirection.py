"""Which repository is meant when the environment names one: `git --git-dir`, `--work-tree`, hooks, a user's script."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pygit2

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.fs.outside import LONGEST_POINTER, read_gits, read_line
from okstra_git.real_paths import real_path

VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""By these git is led to a repository, or to parts of one. `GIT_INDEX_FILE` and `GIT_NAMESPACE` do not matter here."""


class Opening(NamedTuple):
    """How to open a repository: the one around `start`, or `git_dir` as it is, with `work_tree` or bare."""

    start: Path
    git_dir: Path | None = None
    work_tree: Path | None = None


def find_opening(start: Path, environ: Mapping[str, str], base: Path) -> Opening:
    """What directory and environment mean together; relative paths of the environment begin at `base`.

    The environment is obeyed where it says where the git directory and the work tree are, and is of no matter where it
    names the repository of the directory, as in a hook. Refuses (`Redirected`) everything else: git would take the
    directory for the work tree of the other repository.
    """
    given = {name: base / environ[name] for name in VARIABLES if environ.get(name)}
    led = real_path(start) != real_path(base)
    opening = _opening(start, environ, given, led=led) if given else Opening(start)
    _refuse_parts(opening, environ, given)
    return opening


def discover(start: Path, environ: Mapping[str, str]) -> Path | None:
    """The git directory of the repository around `start`, or None; the user's ceilings hold."""
    git_dir = pygit2.discover_repository(str(start), False, environ.get("GIT_CEILING_DIRECTORIES", ""))
    return Path(git_dir) if git_dir else None


def common_dir_of(git_dir: Path) -> Path:
    """The directory that all worktrees of a repository share."""
    pointer = git_dir / "commondir"
    there = read_line(pointer)
    return real_path(git_dir / there) if there else real_path(git_dir)


def _opening(start: Path, environ: Mapping[str, str], given: Mapping[str, Path], *, led: bool) -> Opening:
    """`led`: the line names the directory, with `-C`, so that another repository there is meant as much."""
    here = discover(start, environ)
    work_tree = given.get("GIT_WORK_TREE")
    if work_tree is not None and not work_tree.is_dir():
        raise refuse(
            "repo.redirected", f"GIT_WORK_TREE names {work_tree}, which is not a directory", hint="unset GIT_WORK_TREE"
        )
    named = _require_git_dir(given["GIT_DIR"]) if "GIT_DIR" in given else None
    if work_tree is not None:
        return _with_work_tree(start, here, named, work_tree)
    if named is None:
        return Opening(start)
    if here is not None and common_dir_of(here) == common_dir_of(named):
        return Opening(named, named) if _is_bare(named) and here == named else Opening(start)
    if here is not None and led:
        raise refuse(
            "repo.redirected",
            f"GIT_DIR names {named}, which is not the repository of {start}",
            hint=f"env -u GIT_DIR git -C {word(str(start))} okstra status",
            git_dir=str(named),
            directory=str(start),
        )
    return _alone(start, named)


def _with_work_tree(start: Path, here: Path | None, named: Path | None, work_tree: Path) -> Opening:
    """Both places are known: git takes them as they are. A work tree alone has to lead to its own repository."""
    if named is not None:
        return Opening(real_path(work_tree), named, real_path(work_tree))
    around = discover(work_tree, {})
    if here is None or (around == here and (work_tree / ".git").exists()):
        return Opening(start if here is None or real_path(start).is_relative_to(real_path(work_tree)) else work_tree)
    message = f"the work tree {work_tree} is not the one of the repository around {start}"
    raise refuse("repo.redirected", message, hint=_line(here, work_tree), git_dir=str(here), work_tree=str(work_tree))


def _alone(start: Path, named: Path) -> Opening:
    """A git directory that is not that of the directory: it may say itself where its work tree is, or have none."""
    config = pygit2.Config(str(common_dir_of(named) / "config"))
    if "core.worktree" in config:
        work_tree = real_path(named / str(config["core.worktree"]))
        if work_tree.is_dir():
            return _with_work_tree(start, None, named, work_tree)
    if _is_bare(named):
        return Opening(named, named)
    own = _top_of(named)
    hint = f"env -u GIT_DIR git -C {word(str(own))} okstra status" if own else _line(named, start)
    message = f"GIT_DIR names {named}, which is not the repository of {start}, and nothing says where its work tree is"
    raise refuse("repo.redirected", message, hint=hint, git_dir=str(named), directory=str(start))


def _is_bare(git_dir: Path) -> bool:
    config = pygit2.Config(str(common_dir_of(git_dir) / "config"))
    return not (git_dir / "commondir").exists() and "core.bare" in config and config.get_bool("core.bare")


def _top_of(git_dir: Path) -> Path | None:
    """The work tree that a git directory belongs to, as far as its place shows."""
    there = read_line(git_dir / "gitdir")
    if there:
        return real_path(Path(there).parent)
    return git_dir.parent if git_dir.name == ".git" else None


def _line(git_dir: Path, work_tree: Path) -> str:
    return f"git --git-dir={word(str(git_dir))} --work-tree={word(str(work_tree))} okstra status"


def _require_git_dir(path: Path) -> Path:
    """The git directory that a path names, also by a `.git` file."""
    if path.is_file():
        text = os.fsdecode(read_gits(path, LONGEST_POINTER) or b"")
        path = path.parent / text.removeprefix("gitdir:").strip() if text.startswith("gitdir:") else path
    if not (path / "HEAD").is_file() or not (common_dir_of(path) / "objects").is_dir():
        raise refuse("repo.redirected", f"GIT_DIR names {path}, which is not a git repository", hint="unset GIT_DIR")
    return real_path(path)


def _refuse_parts(opening: Opening, environ: Mapping[str, str], given: Mapping[str, Path]) -> None:
    """Refs or objects in another place than the repository's own: what is recorded there would be lost here."""
    git_dir = opening.git_dir or discover(opening.start, environ) if given else None
    if git_dir is None:
        return
    common = common_dir_of(git_dir)
    for name, own in (("GIT_COMMON_DIR", common), ("GIT_OBJECT_DIRECTORY", common / "objects")):
        if name in given and real_path(given[name]) != real_path(own):
            message = f"{name} names {given[name]}, and the repository's own is {own}"
            raise refuse("repo.redirected", message, hint=f"unset {name}", named=str(given[name]), own=str(own))
