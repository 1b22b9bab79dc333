"""The repository's private ignore list, `info/exclude`."""

from okstra_git.git.repo import Git
from okstra_git.git.sharing import share


def exclude_folder(git: Git, pattern: str) -> bool:
    """Add a pattern to the private ignore list; whether it was missing. A list we cannot write is left alone."""
    path = git.common_dir / "info" / "exclude"
    try:
        before = path.read_bytes() if path.exists() else b""
        if pattern.encode() in before.splitlines():
            return False
        joint = b"" if not before or before.endswith(b"\n") else b"\n"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(before + joint + pattern.encode() + b"\n")
        share(path)
    except OSError:
        return False
    return True
