"""Documents that a person names on the command line, read wherever they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from okstra_git.errors import OkstraError
from okstra_git.fs.outside import read_named
from okstra_git.fs.root import MOST_BYTES
from okstra_git.git.history import resolve_head
from okstra_git.git.objects import find_entry
from okstra_git.git.repo import open_repository
from okstra_git.porcelain.runs import project_root

if TYPE_CHECKING:
    from okstra_git.porcelain.workspace import Workspace


def read_document_named(workspace: Workspace, name: str, *, limit: int = MOST_BYTES) -> bytes:
    """The content of a file named from the working directory: plain files only, within the limit of a document.

    A link is followed wherever it leads, but for one that a commit brought and that leads out of the repository.
    """
    try:
        roots = dict.fromkeys((workspace.git.top, project_root(workspace)))
    except OkstraError:  # outside of any repository
        roots = {}
    return read_named(name, workspace.cwd, tuple(roots), limit=limit, is_tracked=is_tracked)


def is_tracked(root: Path, path: str) -> bool:
    """Whether the commit that is checked out at `root` has something at this path; True where nobody can tell."""
    try:
        git = open_repository(root)
        head = resolve_head(git)
        return head is not None and find_entry(git, head, path.encode("utf-8", "surrogateescape")) is not None
    except OkstraError:
        return True
