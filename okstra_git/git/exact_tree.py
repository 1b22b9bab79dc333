"""Whether a worktree is exactly a tree: nothing uncommitted, untracked, hidden or left out, ignored files aside."""

from collections.abc import Sequence

from okstra_git.git.config import FALSE
from okstra_git.git.diffs import show_path
from okstra_git.git.dirty import list_filtered, list_index, list_uncommitted
from okstra_git.git.objects import tree_of
from okstra_git.git.repo import Git
from okstra_git.git.revisions import find_named

LISTED = 3
"""Files that a sentence names."""


def why_not_exact(git: Git, tree: str) -> str:
    """Why the worktree is not exactly this tree, ignored files aside; empty where it is."""
    top, head = git.work_tree, find_named(git, "HEAD")
    if top is None:
        return "there is no worktree here"
    if head is None or tree_of(git, head.commit) != tree:
        return "HEAD has another tree"
    sparse = git.configuration.find("core.sparseCheckout")
    if sparse is not None and sparse.value.lower() not in FALSE:
        return "the checkout is sparse"
    paths = [change.path for change in list_uncommitted(top)]
    paths += [hidden.path for hidden in list_filtered(top, list_index(top), besides=paths)]
    return _listed(paths) if paths else ""


def _listed(paths: Sequence[bytes]) -> str:
    names = ", ".join(show_path(path) for path in sorted(paths)[:LISTED])
    more = f" and {len(paths) - LISTED} more" if len(paths) > LISTED else ""
    verb = "is" if len(paths) == 1 else "are"
    return f"{names}{more} {verb} not as committed"
