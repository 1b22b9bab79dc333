"""Configuration by which git does not find the main worktree any more: `core.bare` or `core.worktree` slipped in."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from okstra_git.commands import word
from okstra_git.git.binary import run_git
from okstra_git.git.config import Configuration
from okstra_git.real_paths import real_path


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
            told = f"core.bare is true in {file}, so git works in no worktree in {common_dir.parent}"
            yield Hidden("core.bare", told, f"git -C / config --file {word(str(file))} core.bare false")
        where = _read(file, "core.worktree")
        if where is not None and real_path(common_dir / where) != real_path(common_dir.parent):
            told = f"core.worktree is {where!r} in {file}, so git takes that for the worktree in {common_dir.parent}"
            yield Hidden("core.worktree", told, f"git -C / config --file {word(str(file))} --unset-all core.worktree")


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
