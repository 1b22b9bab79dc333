"""Finds out where git takes hooks from, and whether okstra may write there."""

from pathlib import Path

from okstra_git.git.binary import run_git
from okstra_git.git.excludes import is_ignored
from okstra_git.git.repo import Git
from okstra_git.hooks.model import HooksLocation, LocationKind
from okstra_git.real_paths import real_path


def find_location(git: Git) -> HooksLocation:
    """The hooks directory as this worktree sees it, by the user's own configuration."""
    setting = git.configuration.find("core.hooksPath")
    configured, scope = (setting.value, setting.scope) if setting else (None, None)
    answer = run_git(["rev-parse", "--git-path", "hooks"], cwd=git.top, sealed=False).stdout
    directory = git.top / Path(_text(answer))
    kind = _kind(git, directory)
    problem = _problem(configured, kind) if configured else None
    return HooksLocation(directory, kind, configured, scope, problem)


def is_beside(git: Git, directory: Path) -> bool:
    """Whether a hook in this directory finds okstra's shims one level up, without asking git."""
    return real_path(directory) == (git.common_dir / "hooks").absolute()


def _kind(git: Git, directory: Path) -> LocationKind:
    real = real_path(directory)
    if (directory / "h").is_file() and directory.name == "_":
        return LocationKind.HUSKY
    if real.is_relative_to(real_path(git.common_dir)):
        return LocationKind.DEFAULT
    if git.work_tree is None or not real.is_relative_to(real_path(git.work_tree)):
        return LocationKind.OUTSIDE
    return LocationKind.IGNORED if _is_ignored(git, real) else LocationKind.TRACKED


def _is_ignored(git: Git, directory: Path) -> bool:
    """Whether nothing there is tracked, nor ever will be by accident."""
    tracked = run_git(["ls-files", "-z"], paths=[str(directory)], cwd=git.top).stdout
    return not tracked and is_ignored(git.top, directory / "post-rewrite") is True


def _problem(configured: str, kind: LocationKind) -> str | None:
    if configured.startswith(("/", "~")) or kind not in (
        LocationKind.HUSKY,
        LocationKind.IGNORED,
        LocationKind.OUTSIDE,
    ):
        return None
    return (
        f"core.hooksPath is the relative path {configured}, and nothing tracked is there: "
        "in linked worktrees git finds no hooks at all"
    )


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "surrogateescape").removesuffix("\n")
