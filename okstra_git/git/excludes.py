"""What git ignores: its answer for one path, and the repository's private list, `info/exclude`."""

from pathlib import Path

from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
from okstra_git.git.binary import run_git
from okstra_git.git.repo import Git
from okstra_git.git.sharing import share


def exclude_folder(git: Git, pattern: str) -> bool:
    """Add a pattern to the private ignore list; whether it was missing. A list we cannot write is left alone."""
    root, name = Root(git.common_dir), "info/exclude"
    try:
        before = root.find_bytes(name) or b""
        if pattern.encode() in before.splitlines():
            return False
        joint = b"" if not before or before.endswith(b"\n") else b"\n"
        root.write(name, before + joint + pattern.encode() + b"\n", durable=False)
        share(git.common_dir / name)
    except PathRefused:
        return False
    return True


def is_ignored(top: Path, path: Path) -> bool | None:
    """Whether git ignores this absolute path in the worktree at `top`; None where it cannot say.

    As an absolute path it is not a pattern, whatever its name begins with.
    """
    status = run_git(["check-ignore", "-q"], values=[str(path)], cwd=top, accept=(0, 1, 128)).returncode
    return None if status == 128 else status == 0
