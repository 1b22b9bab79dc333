"""The two files by which a linked worktree and its repository know each other, and what became of them."""

from enum import StrEnum
from pathlib import Path

from okstra_git.fs.gits import read_line
from okstra_git.real_paths import real_path


class Link(StrEnum):
    """How a directory stands to a repository of which it should be a worktree."""

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
    """How the directory at `path` stands to the repository of `common_dir`; only files are read."""
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
