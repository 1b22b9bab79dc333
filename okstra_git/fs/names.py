"""The grammar of a path below a root: relative, without NUL, never out of the root or into git's own directory."""

import os

from okstra_git.fs.refusals import malformed, outside

GIT = ".git"
"""Git's own directory, or the file that leads to it; in any case, as some file systems have it."""


def name_below(root: str, given: str | os.PathLike[str]) -> str:
    """The path from the root, plain and with slashes; `.` is the root itself.

    Refuses what is not a path or lies elsewhere. An absolute path is understood when it lies below the root by its
    letters; no link is looked at here.
    """
    text = os.fspath(given)
    if not text or "\0" in text or not _is_encodable(text):
        raise malformed(text)
    plain = os.path.normpath(text)
    if os.path.isabs(plain):
        base = os.path.normpath(root)
        if plain != base and not plain.startswith(base.rstrip(os.sep) + os.sep):
            raise outside(root, text)
        plain = plain[len(base) :].lstrip(os.sep) or os.curdir
    parts = plain.split(os.sep)
    if parts[0] == os.pardir or any(is_gits(part) for part in parts):
        raise outside(root, text)
    return plain


def is_below(root: str, given: str | os.PathLike[str]) -> bool:
    """Whether the path is well formed and lies below the root, by its letters."""
    text = os.fspath(given)
    if not text or "\0" in text or not _is_encodable(text):
        return False
    base = os.path.normpath(root)
    plain = os.path.normpath(os.path.join(base, text))
    inside = plain.startswith(base.rstrip(os.sep) + os.sep)
    return inside and not any(is_gits(part) for part in plain[len(base) :].split(os.sep))


def is_elsewhere(recorded: str) -> bool:
    """Whether a recorded path is none below the root: what lies there is recorded without the way to the root."""
    return os.path.isabs(recorded) or os.path.normpath(recorded).split(os.sep)[0] == os.pardir


def is_gits(part: str) -> bool:
    """Whether one part of a path is the name of git's own directory."""
    return part.lower() == GIT


def _is_encodable(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True
