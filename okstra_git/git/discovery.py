"""How git finds a repository: by the environment, by the files that link a worktree with it, and why it finds none."""

import os
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import pygit2

from okstra_git.commands import word
from okstra_git.errors import refuse
from okstra_git.fs.outside import LONGEST_POINTER, read_gits, read_line
from okstra_git.git.binary import run_git
from okstra_git.git.config import Configuration
from okstra_git.paths import real_path

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
    names the repository of the directory, as in a hook. Refuses (`repo.redirected`) everything else: git would take the
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


class Link(StrEnum):
    """How a directory is linked to a repository of which it should be a worktree."""

    SOUND = "sound"
    GONE = "gone"
    """The directory is not there, or empty."""
    UNREACHABLE = "unreachable"
    """Not even the directory above it is there: a drive that is not attached, or all of it deleted."""
    CUT = "cut"
    """The directory is there, and its `.git` file is missing, damaged, or leads to where no repository is."""
    UNKNOWN = "unknown"
    """Its `.git` file leads into this repository, which knows it at another place, or not at all."""
    FOREIGN = "foreign"
    """It belongs to another repository, or is one."""


def inspect_link(common_dir: Path, path: Path) -> Link:
    """How the directory at `path` is linked to the repository of `common_dir`; only files are read."""
    try:
        if not path.is_dir() or not any(path.iterdir()):
            return Link.GONE if path.parent.is_dir() else Link.UNREACHABLE
    except OSError:
        return Link.UNREACHABLE
    if (path / ".git").is_dir():
        return Link.FOREIGN
    admin = read_pointer(path / ".git")
    if admin is None or not admin.is_dir():
        return Link.CUT
    if admin.parent != common_dir / "worktrees":
        return Link.FOREIGN
    return Link.SOUND if place_of(admin) == real_path(path) else Link.UNKNOWN


def read_pointer(file: Path) -> Path | None:
    """The directory that a `.git` file names; None where it is not such a file."""
    word, _, value = (read_line(file) or "").partition(" ")
    try:
        return real_path(file.parent / value) if word == "gitdir:" and value else None
    except (OSError, ValueError, RuntimeError):
        return None


def place_of(admin: Path) -> Path | None:
    """Where the repository's own entry says that the worktree is; None where the entry is damaged."""
    text = read_line(admin / "gitdir")
    try:
        return real_path(admin / text).parent if text else None
    except (OSError, ValueError, RuntimeError):
        return None


def find_entry(common_dir: Path, path: Path) -> Path | None:
    """The repository's entry of a worktree at this path."""
    folder = common_dir / "worktrees"
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((entry for entry in entries if place_of(entry) == real_path(path)), None)


class Lost(NamedTuple):
    """What is wrong, in a sentence, and what to do about it."""

    sentence: str
    remedy: str


def why_cut_off(start: Path) -> Lost | None:
    """Of a worktree whose repository is not where its `.git` file says, mostly because that was moved, or whose file
    says nothing."""
    folder = next((directory for directory in _upwards(start) if (directory / ".git").is_file()), None)
    if folder is None:
        return None
    there = read_pointer(folder / ".git")
    if there is not None and there.exists():
        return None
    trouble = f"leads to {there}, where nothing is" if there else "is damaged"
    remedy = "run 'git worktree repair' in the repository that it is a worktree of, where that is now"
    return Lost(f"the .git file of the worktree {folder} {trouble}", remedy)


def why_hidden(start: Path) -> Lost | None:
    """Of a repository whose configuration speaks against the worktree around it, which libgit2 will not open."""
    git_dir = next((directory / ".git" for directory in _upwards(start) if (directory / ".git").is_dir()), None)
    hidden = next(find_hidden(git_dir), None) if git_dir is not None else None
    return Lost(hidden.sentence, hidden.remedy) if hidden is not None else None


def find_top(start: Path) -> Path | None:
    """The worktree around `start`, by its `.git` file; git's own entry goes by where the worktree was before a move."""
    return next((directory for directory in _upwards(start) if (directory / ".git").is_file()), None)


class Hidden(NamedTuple):
    """What hides the main worktree: the setting, a sentence, and the command that takes it out."""

    key: str
    sentence: str
    remedy: str


def find_hidden(common_dir: Path) -> Iterator[Hidden]:
    """What in the repository's own files speaks against the worktree around it.

    A repository without an index never had a worktree of its own; one whose directory is not called `.git` (bare, a
    submodule, --separate-git-dir) has its worktree where its configuration says. The commands begin elsewhere,
    since git refuses every one here while `core.worktree` leads to nothing.
    """
    if common_dir.name != ".git" or not (common_dir / "index").exists():
        return
    files = [common_dir / name for name in ("config", "config.worktree")]
    for file in files:
        if _read(file, "core.bare", as_bool=True) == "true":
            message = f"core.bare is true in {file}, so git works in no worktree in {common_dir.parent}"
            yield Hidden("core.bare", message, f"git -C / config --file {word(str(file))} core.bare false")
        where = _read(file, "core.worktree")
        if where is not None and real_path(common_dir / where) != real_path(common_dir.parent):
            message = f"core.worktree is {where!r} in {file}, so git takes that for the worktree in {common_dir.parent}"
            yield Hidden(
                "core.worktree", message, f"git -C / config --file {word(str(file))} --unset-all core.worktree"
            )


def hidden_main(configuration: Configuration, common_dir: Path) -> list[Hidden]:
    """The same, for commands that are called often: no process where the configuration, once read, says nothing."""
    bare, where = (configuration.find(key, scopes=("local", "worktree")) for key in ("core.bare", "core.worktree"))
    is_usual = where is None and (bare is None or bare.value == "false")
    return [] if is_usual else list(find_hidden(common_dir))


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


def _upwards(start: Path) -> tuple[Path, ...]:
    return (real_path(start), *real_path(start).parents)


def _read(file: Path, key: str, *, as_bool: bool = False) -> str | None:
    if not file.is_file():
        return None
    asked = ["config", f"--file={file}", "-z", *(["--type=bool"] if as_bool else []), "--get"]
    done = run_git(asked, values=[key], cwd=Path("/"), accept=(0, 1, 128))
    return done.stdout.rstrip(b"\0").decode(errors="surrogateescape") if done.returncode == 0 else None
