"""The files by which a linked worktree and its repository know each other, and why git finds no repository there."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from okstra_git.commands import word
from okstra_git.fs.outside import read_line
from okstra_git.git.binary import run_git
from okstra_git.git.config import Configuration
from okstra_git.real_paths import real_path


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


def _upwards(start: Path) -> tuple[Path, ...]:
    return (real_path(start), *real_path(start).parents)


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


def _read(file: Path, key: str, *, as_bool: bool = False) -> str | None:
    if not file.is_file():
        return None
    asked = ["config", f"--file={file}", "-z", *(["--type=bool"] if as_bool else []), "--get"]
    done = run_git(asked, values=[key], cwd=Path("/"), accept=(0, 1, 128))
    return done.stdout.rstrip(b"\0").decode(errors="surrogateescape") if done.returncode == 0 else None
