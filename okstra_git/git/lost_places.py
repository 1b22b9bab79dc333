"""Says why no repository is found where one was: a worktree cut off, a main worktree that a setting hides."""

from pathlib import Path
from typing import NamedTuple

from okstra_git.git.links import read_pointer
from okstra_git.git.main_tree import find_hidden
from okstra_git.real_paths import real_path


class Lost(NamedTuple):
    """What is wrong, in a sentence, and what to do about it."""

    sentence: str
    remedy: str


def why_cut_off(start: Path) -> Lost | None:
    """Of a worktree whose repository is not where its `.git` file says, mostly because that was moved, or whose file
    says nothing."""
    folder = next((each for each in _upwards(start) if (each / ".git").is_file()), None)
    if folder is None:
        return None
    there = read_pointer(folder / ".git")
    if there is not None and there.exists():
        return None
    told = f"leads to {there}, where nothing is" if there else "is damaged"
    remedy = "run 'git worktree repair' in the repository that it is a worktree of, where that is now"
    return Lost(f"the .git file of the worktree {folder} {told}", remedy)


def why_hidden(start: Path) -> Lost | None:
    """Of a repository whose configuration speaks against the worktree around it, which libgit2 will not open."""
    found = next((each / ".git" for each in _upwards(start) if (each / ".git").is_dir()), None)
    hidden = next(find_hidden(found), None) if found is not None else None
    return Lost(hidden.sentence, hidden.remedy) if hidden is not None else None


def find_top(start: Path) -> Path | None:
    """The worktree around `start`, by its `.git` file; git's own entry goes by where the worktree was before a move."""
    return next((each for each in _upwards(start) if (each / ".git").is_file()), None)


def _upwards(start: Path) -> tuple[Path, ...]:
    return (real_path(start), *real_path(start).parents)
