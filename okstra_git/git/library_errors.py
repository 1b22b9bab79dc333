"""What an error of git's library means that nobody expected: an object of the repository cannot be read."""

import re

import pygit2

from okstra_git.errors import OkstraError
from okstra_git.git.binary import GitFailed
from okstra_git.git.objects import MissingObject, find_unreadable
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git

_OID = re.compile(r"\b[0-9a-f]{40}\b")


def explain_damage(git: Git, error: BaseException) -> OkstraError | None:
    """The refusal that stands for the library's error; None for one that says nothing of the repository.

    A missing key is one only where it is the id of an object that cannot be read.
    """
    if not isinstance(error, KeyError | pygit2.GitError):
        return None
    bad = next(find_unreadable(git, _OID.findall(str(error))), None)
    if bad is not None:
        return MissingObject(f"the object {bad} is missing or damaged", hint="git fsck", object=bad)
    if not isinstance(error, pygit2.GitError):
        return None
    if "space" in str(error).lower():
        return translate_write_error(error, git)
    return GitFailed(f"git's library cannot read this repository: {str(error)[:300]}", hint="git fsck")
