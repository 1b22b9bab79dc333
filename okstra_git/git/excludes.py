"""The repository's private ignore list, `info/exclude`."""

from okstra_git.fs.refusals import PathRefused
from okstra_git.fs.root import Root
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
