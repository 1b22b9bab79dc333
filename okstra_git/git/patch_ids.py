"""Patch ids: good for ranking candidates, never a proof (they cannot tell indentation, CRLF or binary apart)."""

import pygit2

from okstra_git.git.repo import Git

PATCH_ALGORITHM = f"libgit2-{pygit2.LIBGIT2_VERSION}"


def patch_id(git: Git, old_tree: str, new_tree: str) -> str | None:
    """libgit2's patch id of the difference of two trees, or None when a tree is missing."""
    try:
        old, new = git.storage.get(old_tree), git.storage[new_tree]
        if not isinstance(new, pygit2.Tree):
            return None
        diff = old.diff_to_tree(new) if isinstance(old, pygit2.Tree) else new.diff_to_tree(swap=True)
        return str(diff.patchid)
    except (KeyError, pygit2.GitError):
        return None
