"""Objects that are missing or damaged: found, mended from their bytes, named where git's library fails over one."""

import re
from collections.abc import Iterable, Iterator

import pygit2

from okstra_git.errors import OkstraError
from okstra_git.git.binary import GitFailed
from okstra_git.git.objects import MissingObject, name_of_blob, read_blob, write_blob
from okstra_git.git.refs import translate_write_error
from okstra_git.git.repo import Git
from okstra_git.names import OBJECT_ID

_OID = re.compile(rf"\b{OBJECT_ID}\b")


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


def find_unreadable(git: Git, oids: Iterable[str]) -> Iterator[str]:
    """Those of the objects that are missing, or whose bytes cannot be read."""
    for oid in oids:
        try:
            git.handle.read(pygit2.Oid(hex=oid))
        except (KeyError, ValueError, pygit2.GitError):
            yield oid


def mend_blob(git: Git, oid: str, data: bytes) -> bool:
    """Put a missing or damaged blob back from its bytes; False when these are other bytes or a pack is damaged.

    A damaged loose file has to go first, because git never writes an object that it believes to have.
    """
    if name_of_blob(data) != oid:
        return False
    try:
        (git.common_dir / "objects" / oid[:2] / oid[2:]).unlink(missing_ok=True)
        write_blob(git, data)
        return read_blob(git, oid) == data
    except (MissingObject, OSError):
        return False
